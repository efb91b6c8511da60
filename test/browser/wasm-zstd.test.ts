/** The wasm decoder in a browser: where it does not load, the plain one takes over, and nothing but speed tells. */
import Zstd from "numcodecs/zstd";
import { expect, it } from "vitest";
import { WasmZstd } from "../../src/zarr/decoders/wasm-zstd.js";

it("decodes in wasm", async () => {
  const plain = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> (i % 7));
  const frame = (await Zstd.fromConfig({ id: "zstd", level: 3 }).encode(plain)).slice();
  expect(await new WasmZstd().decode(frame, plain.length)).toEqual(plain);
});
