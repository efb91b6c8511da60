import Zstd from "numcodecs/zstd";
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from "vitest";
import { createBrickDecoder } from "../../../src/zarr/codecs.js";
import { WasmZstd } from "../../../src/zarr/decoders/wasm-zstd.js";
import type { ArrayMeta } from "../../../src/zarr/metadata.js";

const where = { url: "https://example.org/volume", brick: [0, 0, 0] } as const;
const voxels = Uint8Array.from({ length: 64 }, (_, i) => i * 3);

function arrayOf(name: string, configuration = {}): ArrayMeta {
  return {
    path: "0",
    level: 0,
    zarrFormat: 2,
    dtype: "uint8",
    shape: [4, 4, 4],
    chunkShape: [4, 4, 4],
    chunkKey: { style: "v2", separator: "." },
    codecs: [{ name, configuration }],
    spatialAxes: [0, 1, 2],
    select: [0, 0, 0],
    fillBytes: [0],
  };
}

describe("preload", () => {
  let encoded: Uint8Array;
  let compiled: MockInstance<typeof WebAssembly.instantiate>;
  beforeAll(async () => {
    // The encoder is wasm too.
    encoded = (await (await Zstd.fromConfig({ id: "zstd", level: 1 })).encode(voxels)).slice();
    compiled = vi.spyOn(WebAssembly, "instantiate");
  });
  afterAll(() => compiled.mockRestore());

  it("loads no wasm for codecs that need none", async () => {
    for (const array of [arrayOf("gzip"), arrayOf("lz4"), arrayOf("blosc", { cname: "lz4" })]) {
      createBrickDecoder(array, new WasmZstd()).preload();
    }
    await new Promise((done) => setTimeout(done, 50));
    expect(compiled).not.toHaveBeenCalled();
  });

  it("compiles the module once on a thread, and the first chunk is decoded as ever", async () => {
    createBrickDecoder(arrayOf("blosc", { cname: "zstd" }), new WasmZstd()).preload();
    await vi.waitFor(() => expect(compiled).toHaveBeenCalled());
    const decode = createBrickDecoder(arrayOf("zstd"), new WasmZstd());
    decode.preload();
    decode.preload();
    expect((await decode(encoded, where)).bytes).toEqual(voxels);
    expect(compiled).toHaveBeenCalledTimes(1);
  });

  it("keeps a failure for the chunk that meets it", async () => {
    const decode = createBrickDecoder(arrayOf("made-up"), new WasmZstd());
    decode.preload();
    await new Promise((done) => setTimeout(done, 20));
    await expect(decode(voxels, where)).rejects.toMatchObject({ code: "decode", array: "0" });
  });
});
