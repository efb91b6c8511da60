/** Little that decodes to much: memory stays within twice the chunk and 32 MiB. */
import { resourceUsage } from "node:process";
import { createDeflate, createGzip } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createBrickDecoder } from "../../src/zarr/codecs.js";
import { WasmZstd } from "../../src/zarr/decoders/wasm-zstd.js";
import type { ArrayMeta } from "../../src/zarr/metadata.js";

const MiB = 2 ** 20;
const chunkBytes = 16 * MiB;
const bombBytes = 512 * MiB;

function arrayOf(...names: string[]): ArrayMeta {
  const shape = [16, 1024, 1024];
  return {
    path: "s0",
    level: 0,
    zarrFormat: 3,
    dtype: "uint8",
    shape,
    chunkShape: shape,
    chunkKey: { style: "default", separator: "/" },
    codecs: [{ name: "bytes" }, ...names.map((name) => ({ name }))],
    spatialAxes: [0, 1, 2],
    select: [0, 0, 0],
    fillBytes: [0],
  };
}

/** Zeros, compressed a piece at a time so that they are never there at once. */
async function deflated(stream: ReturnType<typeof createGzip>, bytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  const zeros = Buffer.alloc(MiB);
  for (let done = 0; done < bytes; done += MiB) {
    if (!stream.write(zeros)) await new Promise((resolve) => stream.once("drain", resolve));
  }
  await new Promise<void>((resolve) => {
    stream.once("end", resolve);
    stream.end();
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** Run-length blocks of 128 KiB each behind one header. */
function zstdRuns(header: readonly number[], bytes: number): Uint8Array {
  const blocks = bytes / (128 * 1024);
  const run = (isLast: boolean) => [2 | Number(isLast), 0, 0x10, 7];
  return Uint8Array.from([
    ...header,
    ...Array.from({ length: blocks }, (_, i) => run(i === blocks - 1)).flat(),
  ]);
}

const magic = [0x28, 0xb5, 0x2f, 0xfd];
const frames = {
  "zstd that does not tell its size": () => zstdRuns([...magic, 0x00, 0x58], bombBytes),
  "zstd that lies about its size": () => zstdRuns([...magic, 0x80, 0x58, 0, 0, 0, 1], bombBytes),
  "zstd that tells of 512 MiB": () => zstdRuns([...magic, 0x80, 0x58, 0, 0, 0, 0x20], bombBytes),
  "zstd of many frames": () => {
    const frame = zstdRuns([...magic, 0x00, 0x58], 8 * MiB);
    return new Uint8Array(Buffer.concat(Array<Uint8Array>(64).fill(frame)));
  },
};

const where = { url: "https://h.example/c", brick: [0, 0, 0] as const };

async function expectRefused(array: ArrayMeta, bomb: Uint8Array, wasm = new WasmZstd()): Promise<void> {
  expect(bomb.byteLength).toBeLessThan(chunkBytes / 8);
  const before = resourceUsage().maxRSS;
  await expect(createBrickDecoder(array, wasm)(bomb, where)).rejects.toMatchObject({ code: "decode" });
  const grownBytes = (resourceUsage().maxRSS - before) * 1024;
  expect(grownBytes).toBeLessThan(2 * chunkBytes + 32 * MiB);
}

describe("decompression bombs", () => {
  it.each(["gzip", "zlib"])("%s", async (name) => {
    const bomb = await deflated(name === "gzip" ? createGzip() : createDeflate(), bombBytes);
    await expectRefused(arrayOf(name), bomb);
  });

  it("gzip inside gzip: the outer one has a limit too", async () => {
    const bomb = await deflated(createGzip(), bombBytes);
    await expectRefused(arrayOf("gzip", "gzip"), bomb);
  });

  it.each(Object.keys(frames) as (keyof typeof frames)[])("%s", async (name) => {
    await expectRefused(arrayOf("zstd"), frames[name]());
    const retired = new WasmZstd();
    retired.retire();
    await expectRefused(arrayOf("zstd"), frames[name](), retired);
  });

  it("blosc and lz4 that tell of 4 GiB", async () => {
    const lz4 = Uint8Array.of(255, 255, 255, 255, 0x1f, 0, 1, 0, ...Array<number>(1000).fill(255), 0, 0);
    await expectRefused(arrayOf("lz4"), lz4);
    const blosc = new Uint8Array(1000);
    blosc.set([2, 1, 0x21, 1, 255, 255, 255, 255, 0, 0, 1, 0, 0xe8, 3, 0, 0]);
    await expectRefused(arrayOf("blosc"), blosc);
  });
});
