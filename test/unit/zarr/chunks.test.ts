import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { VoxelfeedError } from "../../../src/errors.js";
import type { ByteStore } from "../../../src/zarr/byte-store.js";
import { chunkPath, chunkUrl, createChunkReader, readChunk } from "../../../src/zarr/chunks.js";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import type { ImageMeta } from "../../../src/zarr/metadata.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import {
  type FixtureFiles,
  type FixtureOptions,
  memoryStore,
  upload,
  writeVolume,
} from "../../helpers/fixtures.js";
import {
  type Behaviour,
  type LoggedRequest,
  sharedFolder,
  startTestServer,
  type TestServer,
} from "../../helpers/server.js";

const sharded: FixtureOptions = {
  zarr: 3,
  shape: [8, 8, 16],
  chunk: [4, 4, 4],
  shard: { shape: [8, 8, 8] },
  skip: ([z, y, x]) => z === 1 && y === 1 && x === 1,
};

let server: TestServer;
let run = 0;
let prefix = "";
let store: ByteStore;
let image: ImageMeta;
let files: FixtureFiles;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  files = await writeVolume(sharded);
  const url = await upload(server.url, `chunks${run++}.zarr`, files);
  prefix = new URL(url).pathname;
  store = openStore(url);
  image = await openMultiscale(store);
  await fetch(`${server.url}/_log?prefix=${prefix}`, { method: "DELETE" });
});

const array = () => image.levels[0]!.array;

async function behave(behaviour: Omit<Behaviour, "prefix">): Promise<void> {
  await fetch(`${server.url}/_behave`, {
    method: "POST",
    body: JSON.stringify({ prefix: `${prefix}/s0/c`, ...behaviour }),
  });
}

async function log(): Promise<LoggedRequest[]> {
  return (await fetch(`${server.url}/_log?prefix=${prefix}/s0/c`)).json() as Promise<LoggedRequest[]>;
}

const suffixRequests = async () => (await log()).filter(({ range }) => range?.startsWith("bytes=-")).length;

describe("addresses", () => {
  it("names the shard that holds a brick", () => {
    expect(chunkPath(array(), [1, 0, 3])).toBe("s0/c/0/0/1");
    expect(chunkUrl("https://h.example/v", array(), [0, 0, 0])).toBe("https://h.example/v/s0/c/0/0/0");
  });
});

describe("one request per index", () => {
  it("many readers share it, and later ones do not ask", async () => {
    const read = createChunkReader(store, array());
    const bricks = [0, 1, 2, 3].map((x) => [0, 0, x] as const);
    const parts = await Promise.all(bricks.map((brick) => read(brick)));
    expect(parts.every((part) => part?.byteLength === 64)).toBe(true);
    expect(await suffixRequests()).toBe(2);
    expect(await read([1, 1, 1])).toBeUndefined();
    expect(await suffixRequests()).toBe(2);
    expect(await log()).toHaveLength(6);
  });

  it("one caller's abort does not touch its neighbours", async () => {
    await behave({ latencyMs: 60, times: 1 });
    const read = createChunkReader(store, array());
    const controller = new AbortController();
    const reason = new Error("mine");
    const leaving = read([0, 0, 0], { signal: controller.signal });
    const staying = read([0, 0, 1]);
    await expect.poll(async () => (await log()).length).toBe(1);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect((await staying)?.byteLength).toBe(64);
    expect(await suffixRequests()).toBe(1);
  });

  it("the last abort cancels it, and the next caller asks anew", async () => {
    await behave({ hang: true, times: 1 });
    const read = createChunkReader(store, array());
    const controllers = [new AbortController(), new AbortController()];
    const leaving = controllers.map(({ signal }) => read([0, 0, 0], { signal }));
    const settled = Promise.allSettled(leaving);
    await expect.poll(async () => (await log()).length).toBe(1);
    controllers[0]!.abort(new Error("first"));
    expect((await log())[0]?.aborted).toBe(false);
    controllers[1]!.abort(new Error("second"));
    expect((await settled).map((result) => result.status === "rejected" && result.reason.message)).toEqual([
      "first",
      "second",
    ]);
    await expect.poll(async () => (await log())[0]?.aborted).toBe(true);
    expect((await read([0, 0, 0]))?.byteLength).toBe(64);
  });

  it("a caller who comes right after the last abort gets a request of its own", async () => {
    await behave({ hang: true, times: 1 });
    const read = createChunkReader(store, array());
    const controller = new AbortController();
    const leaving = read([0, 0, 0], { signal: controller.signal });
    await expect.poll(async () => (await log()).length).toBe(1);
    controller.abort(new Error("mine"));
    const next = leaving.catch(() => read([0, 0, 0]));
    expect((await next)?.byteLength).toBe(64);
  });

  it("a failure is told to all who wait, and is not kept", async () => {
    await behave({ status: 400, times: 1 });
    // A 400 may mean that suffix ranges are refused: the size is asked for as well, and that fails, too.
    await behave({ status: 403, times: 1, methods: ["HEAD"] });
    const read = createChunkReader(store, array());
    const both = await Promise.allSettled([read([0, 0, 0]), read([0, 0, 1])]);
    expect(both.map((result) => result.status === "rejected" && result.reason.code)).toEqual([
      "forbidden",
      "forbidden",
    ]);
    expect((await read([0, 0, 0]))?.byteLength).toBe(64);
  });
});

describe("damaged shards", () => {
  const index = () =>
    new DataView(files.get("s0/c/0/0/0")!.buffer, files.get("s0/c/0/0/0")!.byteLength - 132);

  async function readDamaged(
    options: Partial<FixtureOptions> = {},
    damage: () => void = () => {},
  ): Promise<VoxelfeedError> {
    files = await writeVolume({ ...sharded, ...options });
    damage();
    const memory = openStore(memoryStore(files));
    const { levels } = await openMultiscale(memory);
    const error: unknown = await readChunk(memory, levels[0]!.array, [0, 0, 0]).then(
      () => new Error("expected a failure"),
      (reason) => reason,
    );
    expect(error).toMatchObject({ array: "s0", level: 0, chunk: [0, 0, 0], url: "store:custom/s0/c/0/0/0" });
    return error as VoxelfeedError;
  }

  it("a flipped bit of the index is found by its checksum", async () => {
    const error = await readDamaged({}, () => index().setUint8(40, 255));
    expect(error).toMatchObject({ code: "decode" });
    expect(error.message).toMatch(/checksum/);
  });

  it("a shard shorter than its index is found", async () => {
    const cut = () => void files.set("s0/c/0/0/0", files.get("s0/c/0/0/0")!.slice(-20));
    expect(await readDamaged({}, cut)).toMatchObject({ code: "decode" });
  });

  const noCrc = { shard: { shape: [8, 8, 8] as const, crc: false } };
  const entry = (offset: bigint, length: bigint) => () => {
    const bytes = files.get("s0/c/0/0/0")!;
    const view = new DataView(bytes.buffer, bytes.byteLength - 128);
    view.setBigUint64(0, offset, true);
    view.setBigUint64(8, length, true);
  };

  it.each([
    ["an offset beyond the end", entry(10_000n, 64n), "range"],
    ["a length beyond the end", entry(590n, 64n), "range"],
    ["a length that no chunk has", entry(0n, 65n), "decode"],
    ["half an absent mark", entry(2n ** 64n - 1n, 64n), "decode"],
    ["an enormous length", entry(0n, 2n ** 60n), "decode"],
    ["no length", entry(0n, 0n), "decode"],
  ] as const)("%s", async (_, damage, code) => {
    expect(await readDamaged(noCrc, damage)).toMatchObject({ code });
  });
});

describe("damaged chunks", () => {
  const compressors = ["gzip", "zlib", "blosc", "zstd", "lz4"] as const;
  const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ["cut short", (bytes) => bytes.slice(0, -3)],
    ["half of it", (bytes) => bytes.slice(0, bytes.length / 2)],
    ["empty", () => new Uint8Array(0)],
    ["zeros", (bytes) => new Uint8Array(bytes.length)],
    ["a page of HTML", () => new TextEncoder().encode("<!doctype html><html><body>gateway</body></html>")],
    ["one byte too many", (bytes) => new Uint8Array([...bytes, 0])],
  ];
  const cases = compressors.flatMap((compressor) =>
    damages.map(([name, damage]) => ({ compressor, name, damage })),
  );

  it.each(cases)("$compressor: $name", async ({ compressor, damage }) => {
    const options: FixtureOptions = {
      shape: [16, 16, 16],
      chunk: [16, 16, 16],
      compressor,
      dtype: "uint16",
    };
    const whole = (await writeVolume(options)).get("s0/0.0.0")!;
    const memory = openStore(memoryStore(await writeVolume(options)));
    const { levels } = await openMultiscale(memory);
    const decode = createBrickDecoder(levels[0]!.array);
    const where = { url: "https://h.example/x", brick: [0, 0, 0] as const };
    await expect(decode(damage(whole), where)).rejects.toMatchObject({
      code: "decode",
      url: where.url,
      array: "s0",
      level: 0,
      chunk: [0, 0, 0],
      cause: expect.any(Error),
    });
    // The codec still works afterwards.
    expect((await decode(whole, where)).bytes.byteLength).toBe(8192);
  });

  it.each(["gzip", "blosc", "zstd", "lz4", "none"] as const)(
    "%s: a chunk of another size",
    async (compressor) => {
      const options: FixtureOptions = { shape: [8, 8, 8], chunk: [8, 8, 8], compressor };
      const memory = openStore(memoryStore(await writeVolume(options)));
      const { levels } = await openMultiscale(memory);
      const other = (await writeVolume({ ...options, chunk: [8, 8, 4] })).get("s0/0.0.0")!;
      const decode = createBrickDecoder(levels[0]!.array);
      await expect(decode(other, { url: "u", brick: [0, 0, 0] })).rejects.toMatchObject({ code: "decode" });
    },
  );

  it("a checksum that does not match is found", async () => {
    const options: FixtureOptions = { zarr: 3, shape: [4, 4, 4], chunk: [4, 4, 4], checksum: true };
    files = await writeVolume(options);
    const memory = openStore(memoryStore(files));
    const { levels } = await openMultiscale(memory);
    const bytes = files.get("s0/c/0/0/0")!.slice();
    bytes[5]! ^= 4;
    const decode = createBrickDecoder(levels[0]!.array);
    await expect(decode(bytes, { url: "u", brick: [0, 0, 0] })).rejects.toThrow(/checksum/);
  });
});

describe("unsharded chunks over HTTP", () => {
  it("reads, misses and fails with the place named", async () => {
    const plain: FixtureOptions = { shape: [4, 4, 8], chunk: [4, 4, 4], skip: ([, , x]) => x === 1 };
    const url = await upload(server.url, `plain${run++}.zarr`, await writeVolume(plain));
    const plainStore = openStore(url);
    const meta = (await openMultiscale(plainStore)).levels[0]!.array;
    expect((await readChunk(plainStore, meta, [0, 0, 0]))?.byteLength).toBe(64);
    expect(await readChunk(plainStore, meta, [0, 0, 1])).toBeUndefined();
    const fault = { prefix: `${new URL(url).pathname}/s0/0.0.0`, status: 403 };
    await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify(fault) });
    await expect(readChunk(plainStore, meta, [0, 0, 0])).rejects.toMatchObject({
      code: "forbidden",
      status: 403,
      url: `${url}/s0/0.0.0`,
      array: "s0",
      chunk: [0, 0, 0],
    });
  });
});

describe.skipIf(sharedFolder() === undefined)("the sample data", () => {
  it("gives the same voxels from v2 blosc and from v3 shards", async () => {
    const [v2, v3] = await Promise.all(
      ["medulla.zarr/recon-1/em/fibsem-uint8", "medulla-v3.zarr/raw"].map(async (path) => {
        const source = openStore(`${server.url}/shared/data/${path}`);
        const level = (await openMultiscale(source)).levels[0]!;
        const decode = createBrickDecoder(level.array);
        const read = createChunkReader(source, level.array);
        return async (brick: readonly [number, number, number]) =>
          (await decode((await read(brick))!, { url: path, brick })).bytes;
      }),
    );
    const big = await v2!([1, 1, 1]);
    const small = await v3!([3, 2, 3]);
    for (let z = 0; z < 32; z++) {
      for (let y = 0; y < 32; y++) {
        const from = ((z + 32) * 64 + y) * 64 + 32;
        const row = small.subarray((z * 32 + y) * 32, (z * 32 + y + 1) * 32);
        expect(Buffer.compare(big.subarray(from, from + 32), row)).toBe(0);
      }
    }
    expect(new Set(small).size, "the chunk is no constant").toBeGreaterThan(20);
  });
});
