import { afterAll, beforeAll, expect, test } from "vitest";
import { chunkPath } from "../../../src/zarr/chunks.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import { upload, writeVolume } from "../../helpers/fixtures.js";
import { type LoggedRequest, startTestServer, type TestServer } from "../../helpers/server.js";

let servers: TestServer[];
let urls: string[];

beforeAll(async () => {
  servers = [await startTestServer(), await startTestServer()];
  const files = await writeVolume({ shape: [32, 32, 32], chunk: [8, 8, 8], compressor: "none" });
  urls = await Promise.all(servers.map(({ url }) => upload(url, "mirrored", files)));
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function paths(server: TestServer): Promise<string[]> {
  const log = (await (await fetch(`${server.url}/_log?prefix=/mem/mirrored`)).json()) as LoggedRequest[];
  return log.filter(({ method }) => method === "GET").map(({ path }) => path);
}

test("several URLs of one volume share its objects, each always asked of the same", async () => {
  const store = openStore(urls);
  const meta = await openMultiscale(store);
  expect(meta.url).toBe(urls[0]);
  const chunks = Array.from({ length: 64 }, (_, i) =>
    chunkPath(meta.levels[0]!.array, [i >> 4, (i >> 2) & 3, i & 3]),
  );
  const present = await Promise.all(chunks.map(async (path) => (await store.get(path)) !== undefined));
  expect(present.every(Boolean)).toBe(true);
  // A worker opens the same store from its specification, and asks the same servers for the same objects.
  const again = openStore(store.spec!);
  await Promise.all(chunks.map((path) => again.get(path)));
  const [first, second] = await Promise.all(servers.map(paths));
  const ofChunks = (list: string[]) => list.filter((path) => /\d+[./]\d+[./]\d+$/.test(path));
  expect(ofChunks(first!).length + ofChunks(second!).length).toBe(128);
  expect(ofChunks(first!).length).toBeGreaterThan(25);
  expect(ofChunks(second!).length).toBeGreaterThan(25);
  const shared = first!.filter((path) => second!.includes(path));
  expect(shared).toEqual([]);
});

test("an empty list is refused, and so is one that holds no URL", () => {
  expect(() => openStore([])).toThrow(/at least one URL/);
  expect(() => openStore(["https://a.org/x", "ftp://b.org/x"])).toThrow(/http\(s\)/);
});
