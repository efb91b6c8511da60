/** A shard that is replaced while it is read: its index and its data are of one version, or nothing is given. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Vec3 } from "../../../src/types.js";
import { type ChunkReader, createChunkReader } from "../../../src/zarr/chunks.js";
import { coalesceRanges } from "../../../src/zarr/coalesce.js";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import { type FixtureFiles, type FixtureOptions, upload, writeVolume } from "../../helpers/fixtures.js";
import { type LoggedRequest, startTestServer, type TestServer } from "../../helpers/server.js";

const shape: Vec3 = [8, 8, 8];
const path = "s0/c/0/0/0";

/** One shard of eight chunks; how well they compress, and so where they lie, differs between versions. */
function version(n: number, shard: Partial<FixtureOptions> = {}): Promise<FixtureFiles> {
  const value = (z: number, y: number, x: number) =>
    (n * 40 + (n === 1 ? 0 : (z * 64 + y * 8 + x) % 37)) % 256;
  return writeVolume({
    zarr: 3,
    shape,
    chunk: [4, 4, 4],
    shard: { shape },
    compressor: "gzip",
    value,
    ...shard,
  });
}

let server: TestServer;
let run = 0;
let prefix = "";
let one: FixtureFiles;
let two: FixtureFiles;
let read: (brick: Vec3) => Promise<Uint8Array | undefined>;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function open(options: Partial<FixtureOptions> = {}): Promise<void> {
  [one, two] = [await version(1, options), await version(2, options)];
  const url = await upload(server.url, `versions${run++}.zarr`, one);
  prefix = new URL(url).pathname;
  const { levels } = await openMultiscale(openStore(url));
  const reader: ChunkReader = createChunkReader(coalesceRanges(openStore(url)), levels[0]!.array);
  const decode = createBrickDecoder(levels[0]!.array);
  read = async (brick) => {
    const encoded = await reader(brick);
    return encoded && (await decode(encoded, { url, brick })).bytes;
  };
}

beforeEach(() => open());

async function put(bytes: Uint8Array): Promise<void> {
  const body = bytes as Uint8Array<ArrayBuffer>;
  await fetch(`${server.url}${prefix}/${path}`, { method: "PUT", body });
}

async function requests(): Promise<(string | null)[]> {
  const response = await fetch(`${server.url}/_log?prefix=${prefix}/s0/c`);
  return ((await response.json()) as LoggedRequest[]).map(({ range }) => range);
}

/** A brick as a version has it. */
function expected(n: number, [bz, by, bx]: Vec3): number[] {
  return Array.from({ length: 64 }, (_, i) => {
    const [z, y, x] = [bz * 4 + (i >> 4), by * 4 + ((i >> 2) & 3), bx * 4 + (i & 3)];
    return (n * 40 + (n === 1 ? 0 : (z * 64 + y * 8 + x) % 37)) % 256;
  });
}

it("the index is asked for once while the shard stays the same", async () => {
  for (const brick of [
    [0, 0, 0],
    [0, 1, 0],
    [1, 1, 1],
  ] as const) {
    expect([...(await read(brick))!]).toEqual(expected(1, brick));
  }
  expect(await requests()).toHaveLength(4);
});

it("a shard that was replaced is read by its new index", async () => {
  await read([0, 0, 0]);
  await put(two.get(path)!);
  const bricks = [
    [0, 0, 0],
    [0, 1, 0],
    [1, 1, 1],
  ] as const;
  const parts = await Promise.all(bricks.map(read));
  for (const [i, brick] of bricks.entries()) expect([...parts[i]!]).toEqual(expected(2, brick));
});

it("so is one that is now too short for the old index, and one whose chunks are gone", async () => {
  await put(two.get(path)!);
  await read([1, 1, 1]);
  await put(one.get(path)!);
  expect(one.get(path)!.length).toBeLessThan(two.get(path)!.length);
  expect([...(await read([1, 1, 1]))!]).toEqual(expected(1, [1, 1, 1]));
  const fewer = await version(2, { skip: ([z]) => z === 1 });
  await put(fewer.get(path)!);
  expect(await read([1, 1, 1])).toBeUndefined();
  expect([...(await read([0, 1, 1]))!]).toEqual(expected(2, [0, 1, 1]));
});

it("a shard that is another one at each request is an error", async () => {
  const behaviour = (ETag: string) => ({ prefix: `${prefix}/${path}`, headers: { ETag }, times: 1 });
  // The newest behaviour is taken first.
  for (let i = 0; i < 12; i++) {
    await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify(behaviour(`"v${i}"`)) });
  }
  await expect(read([0, 0, 0])).rejects.toMatchObject({
    code: "range",
    retryable: true,
    array: "s0",
    chunk: [0, 0, 0],
    message: expect.stringContaining("another one at each request"),
  });
  expect(await requests()).toHaveLength(6);
});
