import { describe, expect, it } from "vitest";
import { createChunkReader } from "../../../src/zarr/chunks.js";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import { crc32c } from "../../../src/zarr/crc32c.js";
import { openMultiscale } from "../../../src/zarr/open.js";
import { openStore } from "../../../src/zarr/store.js";
import {
  type FixtureFiles,
  type FixtureOptions,
  memoryStore,
  volumeBytes,
  writeVolume,
} from "../../helpers/fixtures.js";

type IndexLocation = "start" | "end";

/** Chunks of 2³ in shards of 4³; each shard becomes a chunk of an outer one of 8³. */
const inner = {
  zarr: 3,
  shape: [8, 8, 8],
  chunk: [2, 2, 2],
  dtype: "uint16",
  compressor: "zstd",
  fill: 7,
  skip: ([z, y, x]) => z + y + x === 3 || (z > 1 && y > 1 && x > 1),
} satisfies FixtureOptions;

/** Packs objects into one shard: index with checksum, absent chunks marked. */
function packShard(parts: readonly (Uint8Array | undefined)[], location: IndexLocation): Uint8Array {
  const indexBytes = 16 * parts.length + 4;
  const index = new DataView(new ArrayBuffer(indexBytes));
  let offset = location === "start" ? indexBytes : 0;
  for (const [i, part] of parts.entries()) {
    index.setBigUint64(16 * i, part === undefined ? 2n ** 64n - 1n : BigInt(offset), true);
    index.setBigUint64(16 * i + 8, part === undefined ? 2n ** 64n - 1n : BigInt(part.length), true);
    offset += part?.length ?? 0;
  }
  const bytes = new Uint8Array(index.buffer);
  index.setUint32(indexBytes - 4, crc32c(bytes.subarray(0, -4)), true);
  const body = Buffer.concat(parts.filter((part) => part !== undefined));
  return new Uint8Array(Buffer.concat(location === "start" ? [bytes, body] : [body, bytes]));
}

async function writeNested(outerAt: IndexLocation, innerAt: IndexLocation): Promise<FixtureFiles> {
  const files = await writeVolume({
    ...inner,
    shard: { shape: [4, 4, 4], indexLocation: innerAt, crc: true },
  });
  const document = JSON.parse(new TextDecoder().decode(files.get("s0/zarr.json")));
  const parts: (Uint8Array | undefined)[] = [];
  for (const z of [0, 1]) {
    for (const y of [0, 1]) {
      for (const x of [0, 1]) {
        parts.push(files.get(`s0/c/${z}/${y}/${x}`));
        files.delete(`s0/c/${z}/${y}/${x}`);
      }
    }
  }
  expect(parts.filter((part) => part === undefined)).toHaveLength(1);
  const outer = {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: [4, 4, 4],
      codecs: document.codecs,
      index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
      index_location: outerAt,
    },
  };
  document.chunk_grid.configuration.chunk_shape = [8, 8, 8];
  document.codecs = [outer];
  files.set("s0/zarr.json", new TextEncoder().encode(JSON.stringify(document)));
  files.set("s0/c/0/0/0", packShard(parts, outerAt));
  return files;
}

async function readAll(files: FixtureFiles): Promise<Uint16Array> {
  const store = openStore(memoryStore(files));
  const level = (await openMultiscale(store)).levels[0]!;
  expect(level.brickShape).toEqual([2, 2, 2]);
  const [read, decode] = [createChunkReader(store, level.array), createBrickDecoder(level.array)];
  const voxels = new Uint16Array(512).fill(7);
  for (let n = 0; n < 64; n++) {
    const brick = [n >> 4, (n >> 2) & 3, n & 3] as const;
    const encoded = await read(brick);
    if (encoded === undefined) continue;
    const { bytes } = await decode(encoded, { url: "u", brick });
    const values = new Uint16Array(bytes.buffer as ArrayBuffer);
    for (let i = 0; i < 8; i++) {
      const [z, y, x] = [2 * brick[0] + (i >> 2), 2 * brick[1] + ((i >> 1) & 1), 2 * brick[2] + (i & 1)];
      voxels[(z * 8 + y) * 8 + x] = values[i]!;
    }
  }
  return voxels;
}

const locations = (["start", "end"] as const).flatMap((outerAt) =>
  (["start", "end"] as const).map((innerAt) => ({ outerAt, innerAt })),
);

describe("shards within shards", () => {
  it.each(locations)("outer index at $outerAt, inner at $innerAt", async ({ outerAt, innerAt }) => {
    const expected = volumeBytes(inner).data;
    expect(await readAll(await writeNested(outerAt, innerAt))).toEqual(expected);
  });

  it("refuses a chunk that an inner index places outside of its shard", async () => {
    const files = await writeNested("end", "end");
    const object = files.get("s0/c/0/0/0")!;
    // The first inner shard ends where the second starts; its index lies right before that.
    const outerIndex = new DataView(object.buffer, object.length - 132);
    const end = Number(outerIndex.getBigUint64(16, true));
    const innerIndex = new DataView(object.buffer, end - 132, 132);
    const damage = (field: number, value: bigint) => {
      innerIndex.setBigUint64(field, value, true);
      innerIndex.setUint32(128, crc32c(object.subarray(end - 132, end - 4)), true);
      return readAll(files);
    };
    const length = innerIndex.getBigUint64(8, true);
    await expect(damage(8, BigInt(end))).rejects.toMatchObject({
      code: "decode",
      array: "s0",
      chunk: [0, 0, 0],
    });
    await expect(damage(8, 2n ** 63n)).rejects.toThrow(/places chunk 0/);
    await expect(damage(8, 0n)).rejects.toThrow(/places chunk 0/);
    innerIndex.setBigUint64(8, length, true);
    await expect(damage(0, BigInt(end))).rejects.toThrow(/places chunk 0/);
    await expect(damage(0, 2n ** 64n - 2n)).rejects.toThrow(/places chunk 0/);
  });

  it("refuses an outer chunk too short for the inner index", async () => {
    const files = await writeNested("end", "end");
    const object = files.get("s0/c/0/0/0")!;
    const index = new DataView(object.buffer, object.length - 132, 132);
    index.setBigUint64(8, 20n, true);
    index.setUint32(128, crc32c(object.subarray(-132, -4)), true);
    await expect(readAll(files)).rejects.toThrow(/shorter than its index: 20 of 132 bytes/);
  });
});
