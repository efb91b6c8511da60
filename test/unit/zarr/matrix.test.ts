/** Every stored layout, written by the fixture writer and read back through metadata, chunks and codecs. */
import { describe, expect, it } from "vitest";
import type { SourceDType, Vec3 } from "../../../src/types.js";
import type { ByteStore } from "../../../src/zarr/byte-store.js";
import { createChunkReader } from "../../../src/zarr/chunks.js";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import { brickItemSize, type Level } from "../../../src/zarr/metadata.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import {
  type FixtureOptions,
  hashValue,
  memoryStore,
  type OtherIndex,
  volumeBytes,
  writeVolume,
} from "../../helpers/fixtures.js";

const dtypes: SourceDType[] = [
  "bool",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float16",
  "float32",
  "float64",
];

/** A level's voxels as bytes, C order z, y, x: bricks are read, decoded and pasted one by one. */
async function readLevel(store: ByteStore, level: Level): Promise<Uint8Array> {
  const read = createChunkReader(store, level.array);
  const decode = createBrickDecoder(level.array);
  const size = brickItemSize[level.brickDType];
  const [nz, ny, nx] = level.shape;
  const [bz, by, bx] = level.brickShape;
  const out = new Uint8Array(nz * ny * nx * size);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x += bx) {
        const brick: Vec3 = [Math.floor(z / bz), Math.floor(y / by), x / bx];
        const key = brick.join();
        const decoded = cache.get(level)?.get(key) ?? (await decodeBrick(brick));
        cache.set(level, (cache.get(level) ?? new Map()).set(key, decoded));
        const count = Math.min(bx, nx - x) * size;
        const from = ((z % bz) * by + (y % by)) * bx * size;
        out.set(decoded.subarray(from, from + count), ((z * ny + y) * nx + x) * size);
      }
    }
  }
  return out;

  async function decodeBrick(brick: Vec3): Promise<Uint8Array> {
    const encoded = await read(brick);
    const count = bz * by * bx;
    if (encoded === undefined) {
      return Uint8Array.from({ length: count * size }, (_, i) => level.array.fillBytes[i % size]!);
    }
    const before = encoded.slice();
    const { bytes: decoded } = await decode(encoded, { url: store.url, brick });
    expect(encoded, "the encoded bytes are left alone").toEqual(before);
    expect(decoded.buffer, "a brick can be transferred without taking the encoded bytes along").not.toBe(
      encoded.buffer,
    );
    expect(decoded.byteOffset).toBe(0);
    expect(decoded.byteLength, "a brick owns its whole buffer").toBe(decoded.buffer.byteLength);
    expect(decoded.byteLength).toBe(count * size);
    return decoded;
  }
}

const cache = new WeakMap<Level, Map<string, Uint8Array>>();

async function expectSame(options: FixtureOptions, other: OtherIndex = {}): Promise<void> {
  const store = openStore(memoryStore(await writeVolume(options)));
  const image = await openMultiscale(store, { select: other });
  expect(image.levels.length).toBe(options.levels ?? 1);
  for (const [index, level] of image.levels.entries()) {
    const oracle = volumeBytes(options, index, other);
    expect(level.shape).toEqual(oracle.shape);
    const bytes = await readLevel(store, level);
    const expected = new Uint8Array(oracle.data.buffer);
    // Compared as one buffer: a failing matcher on 10^4 elements would print them all.
    expect(Buffer.compare(bytes, expected), `level ${index}: ${firstDifference(bytes, expected)}`).toBe(0);
  }
}

function firstDifference(a: Uint8Array, b: Uint8Array): string {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return `byte ${at} is ${a[at]} instead of ${b[at]}, lengths ${a.length} and ${b.length}`;
}

const shape: Vec3 = [5, 6, 9];
const chunk: Vec3 = [4, 3, 5];

describe("dtypes", () => {
  const cases = dtypes.flatMap((dtype) =>
    ([2, 3] as const).flatMap((zarr) =>
      (["little", "big"] as const).map((endian) => ({ dtype, zarr, endian })),
    ),
  );
  it.each(cases)("$dtype, Zarr v$zarr, $endian endian", async ({ dtype, zarr, endian }) => {
    const isBig = dtype.endsWith("64") && !dtype.startsWith("float");
    const value = (z: number, y: number, x: number) => {
      const hash = hashValue(z, y, x);
      // All 64 bits carry something, the sign as well.
      if (isBig) return (BigInt(hash) << 40n) ^ BigInt(hash * 7919) ^ (hash % 2 ? -1n : 0n);
      return dtype.startsWith("float") ? (hash % 4001) / 7 - 250 : hash - 2 ** 23;
    };
    await expectSame({ dtype, zarr, endian, shape, chunk, value });
  });

  it("turns any non-zero byte of a bool into 1", async () => {
    const files = await writeVolume({ dtype: "bool", shape: [1, 1, 4], chunk: [1, 1, 4] });
    files.set("s0/0.0.0", new Uint8Array([0, 1, 2, 255]));
    const store = openStore(memoryStore(files));
    const { levels } = await openMultiscale(store);
    expect([...(await readLevel(store, levels[0]!))]).toEqual([0, 1, 1, 1]);
  });
});

describe("codecs, orders and axes", () => {
  const compressors = ["none", "gzip", "zlib", "blosc", "zstd", "lz4"] as const;
  const cases = compressors.flatMap((compressor) =>
    ([2, 3] as const).flatMap((zarr) =>
      (["C", "F"] as const).flatMap((order) =>
        ["zyx", "xyz", "yxz", "czyx", "zcyx", "zyxc", "tczyx", "xyzct"].map((axes) => ({
          compressor,
          zarr,
          order,
          axes,
        })),
      ),
    ),
  );
  it.each(cases)(
    "$compressor, v$zarr, order $order, axes $axes",
    async ({ compressor, zarr, order, axes }) => {
      const options = { compressor, zarr, order, axes, shape, chunk, dtype: "uint16" as const };
      const others = [...axes].filter((axis) => "ct".includes(axis));
      const otherSizes = Object.fromEntries(others.map((axis) => [axis, 3]));
      const otherChunks = Object.fromEntries(others.map((axis) => [axis, axis === "c" ? 2 : 1]));
      const select = Object.fromEntries(others.map((axis) => [axis, axis === "c" ? 1 : 2]));
      await expectSame({ ...options, otherSizes, otherChunks }, select);
    },
  );

  it.each([[[1, 2, 0]], [[2, 0, 1]], [[0, 2, 1]]])("v3 transpose %j", async (order) => {
    await expectSame({ zarr: 3, order, shape, chunk, dtype: "int32", compressor: "zstd" });
  });

  it.each([1, 2, 4, 8])("moves elements of %i bytes across a transpose", async (size) => {
    const dtype = ({ 1: "uint8", 2: "float16", 4: "float32", 8: "uint64" } as const)[size as 1 | 2 | 4 | 8];
    await expectSame({ zarr: 2, order: "F", shape, chunk, dtype });
  });

  it("composes two transposes", async () => {
    const once = { zarr: 3 as const, shape: [4, 4, 4] as Vec3, chunk: [4, 4, 4] as Vec3, order: [1, 2, 0] };
    const files = await writeVolume(once);
    const path = "s0/zarr.json";
    const meta = JSON.parse(new TextDecoder().decode(files.get(path)));
    // [2, 0, 1] undoes [1, 2, 0] when it comes first, and both together are stored in C order.
    meta.codecs.unshift({ name: "transpose", configuration: { order: [2, 0, 1] } });
    files.set(path, new TextEncoder().encode(JSON.stringify(meta)));
    files.set("s0/c/0/0/0", (await writeVolume({ ...once, order: "C" })).get("s0/c/0/0/0")!);
    const store = openStore(memoryStore(files));
    const { levels } = await openMultiscale(store);
    const expected = volumeBytes(once).data;
    expect(await readLevel(store, levels[0]!)).toEqual(expected);
  });

  it("reads a checksum behind a compressor, and one in front of it", async () => {
    await expectSame({ zarr: 3, shape, chunk, compressor: "zstd", checksum: true });
    await expectSame({ zarr: 3, shape, chunk, compressor: "none", checksum: true });
  });
});

describe("keys", () => {
  it.each([
    { zarr: 2, separator: "." },
    { zarr: 2, separator: "/" },
    { zarr: 3, keyEncoding: "default", separator: "/" },
    { zarr: 3, keyEncoding: "default", separator: "." },
    { zarr: 3, keyEncoding: "v2", separator: "." },
    { zarr: 3, keyEncoding: "v2", separator: "/" },
  ] as const)("%j", async (options) => {
    const files = await writeVolume({ ...options, shape, chunk });
    const prefix =
      options.zarr === 3 && options.keyEncoding === "default" ? `s0/c${options.separator}` : "s0/";
    expect(files.has(`${prefix}${[1, 1, 1].join(options.separator)}`)).toBe(true);
    await expectSame({ ...options, shape, chunk });
  });
});

describe("shards", () => {
  const cases = (["start", "end"] as const).flatMap((indexLocation) =>
    [true, false].flatMap((crc) =>
      (["little", "big"] as const).flatMap((indexEndian) =>
        (["none", "zstd", "gzip", "blosc"] as const).map((compressor) => ({
          indexLocation,
          crc,
          indexEndian,
          compressor,
        })),
      ),
    ),
  );
  it.each(cases)(
    "index at $indexLocation, crc $crc, $indexEndian endian, $compressor",
    async ({ compressor, ...shard }) => {
      await expectSame({
        zarr: 3,
        shape: [17, 20, 13],
        chunk: [4, 5, 6],
        shard: { shape: [8, 10, 12], ...shard },
        compressor,
        dtype: "int16",
        skip: ([z, y, x]) => (z + y + x) % 3 === 0,
        fill: -7,
      });
    },
  );

  it("reads channels, F order and pyramids inside shards", async () => {
    await expectSame(
      {
        zarr: 3,
        shape: [16, 16, 16],
        chunk: [4, 4, 4],
        shard: { shape: [8, 8, 8] },
        axes: "czyx",
        order: "F",
        otherSizes: { c: 3 },
        levels: 2,
        compressor: "zstd",
        checksum: true,
      },
      { c: 2 },
    );
  });

  it("reads shards of which none is stored", async () => {
    await expectSame({
      zarr: 3,
      shape: [8, 8, 8],
      chunk: [4, 4, 4],
      shard: { shape: [8, 8, 8] },
      skip: () => true,
      fill: 9,
    });
  });

  it("works on a store without getRange", async () => {
    const options = {
      zarr: 3 as const,
      shape: [8, 8, 8] as Vec3,
      chunk: [4, 4, 4] as Vec3,
      shard: { shape: [8, 8, 8] as Vec3 },
    };
    const store = openStore(memoryStore(await writeVolume(options), { ranges: false }));
    const { levels } = await openMultiscale(store);
    expect(await readLevel(store, levels[0]!)).toEqual(volumeBytes(options).data);
  });
});

describe("pyramids and missing chunks", () => {
  it.each(["mean", "stride"] as const)("three levels, %s", async (pooling) => {
    await expectSame({ shape: [17, 18, 19], chunk, levels: 3, pooling, dtype: "uint16", compressor: "gzip" });
  });

  it.each(dtypes)("fills missing chunks of %s", async (dtype) => {
    const fill = dtype === "bool" ? true : 3;
    await expectSame({ dtype, shape, chunk, fill, skip: ([z, y, x]) => (z + y + x) % 2 === 0 });
  });

  it("reads a 2-D image as one slice", async () => {
    await expectSame({ axes: "yx", shape: [1, 20, 30], chunk: [1, 8, 8] });
    await expectSame(
      { axes: "cyx", zarr: 3, shape: [1, 20, 30], chunk: [1, 8, 8], otherSizes: { c: 2 } },
      { c: 1 },
    );
  });
});
