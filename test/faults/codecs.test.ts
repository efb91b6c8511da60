/**
 * Damaged chunks of every codec: each decodes to an error or to the right number of bytes, never to another chunk's
 * voxels, never for long, and the next good chunk decodes. Seeds are fixed; `npm run fuzz` runs more of them.
 */
import { deflateSync, gzipSync } from "node:zlib";
import Blosc from "numcodecs/blosc";
import Lz4 from "numcodecs/lz4";
import Zstd from "numcodecs/zstd";
import { beforeAll, describe, expect, it } from "vitest";
import { createBrickDecoder } from "../../src/zarr/codecs.js";
import { crc32c } from "../../src/zarr/crc32c.js";
import { WasmZstd } from "../../src/zarr/decoders/wasm-zstd.js";
import { xxhash64Low } from "../../src/zarr/decoders/xxhash64.js";
import type { ArrayMeta, CodecSpec } from "../../src/zarr/metadata.js";
import { damages, join, type Mutant, mutate, seededRandom } from "./mutate.js";

const isLong = import.meta.env.MODE === "fuzz";
const mutantsPerCodec = isLong ? 20_000 : 1500;
const deadlineMs = 2000;

const shape = [16, 16, 16] as const;
const chunkBytes = 2 * 16 ** 3;

/** Values that compress, but not away. */
function goodChunk(): Uint8Array {
  const random = seededRandom(5);
  const values = new Uint16Array(chunkBytes / 2);
  let value = 700;
  for (let i = 0; i < values.length; i++) {
    value += Math.floor(random() * 9) - 4;
    values[i] = i % 700 < 120 ? 300 : value;
  }
  return new Uint8Array(values.buffer);
}

/** A mark that only another chunk has. */
const token = Uint8Array.from([0xde, 0xad, 0x5a, 0xf7, 0x91, 0xbe, 0xef, 0xe3, 0x9d, 0xfa, 0xce, 0xc5]);
const otherChunk = Uint8Array.from({ length: chunkBytes }, (_, i) => token[i % token.length]!);

type Encode = (bytes: Uint8Array) => Promise<Uint8Array>;

interface Codec {
  readonly codecs: readonly CodecSpec[];
  readonly encode: Encode;
  /** Byte offsets of 32-bit sizes; negative ones count from the end. */
  readonly sizeFields: readonly number[];
  /** A damaged chunk never passes. */
  readonly hasChecksum: boolean;
  /** Where wasm is forbidden. */
  readonly isWithoutWasm?: boolean;
}

const zstd: Encode = async (bytes) => Zstd.fromConfig({ id: "zstd", level: 3 }).encode(bytes);
/** Sets the frame's checksum flag and adds the checksum. */
const zstdWithChecksum: Encode = async (bytes) => {
  const frame = await zstd(bytes);
  frame[4]! |= 4;
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, xxhash64Low(bytes), true);
  return join(frame, checksum);
};
const withCrc =
  (encode: Encode): Encode =>
  async (bytes) => {
    const encoded = await encode(bytes);
    const checksum = new Uint8Array(4);
    new DataView(checksum.buffer).setUint32(0, crc32c(encoded), true);
    return join(encoded, checksum);
  };
const blosc = (cname: string, shuffle: number, blocksize = 0): Codec => ({
  codecs: [{ name: "blosc" }],
  encode: async (bytes) =>
    Blosc.fromConfig({ id: "blosc", clevel: 5, cname, shuffle, blocksize } as never).encode(bytes),
  sizeFields: [4, 8, 12],
  hasChecksum: false,
});

const codecs: Readonly<Record<string, Codec>> = {
  gzip: {
    codecs: [{ name: "gzip" }],
    encode: async (bytes) => new Uint8Array(gzipSync(bytes)),
    sizeFields: [-4],
    hasChecksum: true,
  },
  zlib: {
    codecs: [{ name: "numcodecs.zlib" }],
    encode: async (bytes) => new Uint8Array(deflateSync(bytes)),
    sizeFields: [-4],
    hasChecksum: true,
  },
  zstd: { codecs: [{ name: "zstd" }], encode: zstd, sizeFields: [5], hasChecksum: false },
  "zstd with a checksum": {
    codecs: [{ name: "zstd" }],
    encode: zstdWithChecksum,
    sizeFields: [5, -4],
    hasChecksum: true,
  },
  "zstd without wasm": {
    codecs: [{ name: "zstd" }],
    encode: zstd,
    sizeFields: [5],
    hasChecksum: false,
    isWithoutWasm: true,
  },
  "zstd with a checksum, without wasm": {
    codecs: [{ name: "zstd" }],
    encode: zstdWithChecksum,
    sizeFields: [5, -4],
    hasChecksum: true,
    isWithoutWasm: true,
  },
  lz4: {
    codecs: [{ name: "numcodecs.lz4" }],
    encode: async (bytes) => Lz4.fromConfig({ id: "lz4", acceleration: 1 } as never).encode(bytes),
    sizeFields: [0],
    hasChecksum: false,
  },
  "blosc zstd": blosc("zstd", 1),
  "blosc lz4": blosc("lz4", 2, 2048),
  "blosc blosclz": blosc("blosclz", 1, 1024),
  "zstd and crc32c": {
    codecs: [{ name: "zstd" }, { name: "crc32c" }],
    encode: withCrc(zstd),
    sizeFields: [5, -4],
    hasChecksum: true,
  },
  "crc32c alone": {
    codecs: [{ name: "crc32c" }],
    encode: withCrc(async (bytes) => bytes),
    sizeFields: [-4],
    hasChecksum: true,
  },
};

function arrayOf(specs: readonly CodecSpec[]): ArrayMeta {
  return {
    path: "s0",
    level: 0,
    zarrFormat: 3,
    dtype: "uint16",
    shape,
    chunkShape: shape,
    chunkKey: { style: "default", separator: "/" },
    codecs: [{ name: "bytes", configuration: { endian: "little" } }, ...specs],
    spatialAxes: [0, 1, 2],
    select: [0, 0, 0],
    fillBytes: [0, 0],
  };
}

const where = { url: "https://h.example/c", brick: [0, 0, 0] as const };

describe("damaged chunks", () => {
  // Encoded before anything is damaged: the wasm encoder shares its module with the decoder.
  const encodedChunks = new Map<string, readonly [Uint8Array, Uint8Array]>();
  beforeAll(async () => {
    for (const [name, { encode }] of Object.entries(codecs)) {
      encodedChunks.set(name, [await encode(goodChunk()), await encode(otherChunk)]);
    }
  });

  it.each(Object.keys(codecs))(
    "%s",
    async (name) => {
      const codec = codecs[name]!;
      const good = goodChunk();
      const [encoded, encodedOther] = encodedChunks.get(name)!;
      const wasmZstd = new WasmZstd();
      if (codec.isWithoutWasm) wasmZstd.retire();
      const decode = createBrickDecoder(arrayOf(codec.codecs), wasmZstd);
      const random = seededRandom(41);
      let refused = 0;
      let slowestMs = 0;
      const judge = (mutant: Mutant, brick: Uint8Array) => {
        expect(brick.byteLength).toBe(chunkBytes);
        const isSame = Buffer.compare(brick, good) === 0;
        expect(mutant.damage, "a chunk of wrong length passed").not.toMatch(/truncate|extend/);
        expect(mutant.damage !== "forge" || isSame, "a forged size passed").toBe(true);
        expect(!codec.hasChecksum || isSame, "damage that a checksum covers passed").toBe(true);
        // Pieces that were spliced in may stand in the output; nothing else of the other chunk may.
        if (mutant.damage !== "splice")
          expect(Buffer.from(brick).includes(Buffer.from(token)), "another chunk").toBe(false);
      };
      for (let round = 0; round < mutantsPerCodec; round++) {
        const damage = damages[round % damages.length]!;
        const mutant = mutate(encoded, damage, codec.sizeFields, encodedOther, random);
        if (Buffer.compare(mutant.bytes, encoded) === 0) continue;
        if (round % 16 === 0) await decode(encodedOther, where);
        const start = performance.now();
        const [result] = await Promise.allSettled([decode(mutant.bytes, where)]);
        slowestMs = Math.max(slowestMs, performance.now() - start);
        if (result.status === "fulfilled") judge(mutant, result.value.bytes);
        else {
          expect(result.reason).toMatchObject({ name: "VoxelfeedError", code: "decode" });
          refused++;
        }
        if (round % 16 === 0) {
          const next = await decode(encoded, where);
          expect(Buffer.compare(next.bytes, good), "the next good chunk decodes").toBe(0);
        }
      }
      expect(slowestMs).toBeLessThan(deadlineMs);
      expect(refused).toBeGreaterThan(mutantsPerCodec / 4);
    },
    isLong ? 600_000 : 60_000,
  );
});
