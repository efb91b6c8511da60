import Blosc from "numcodecs/blosc";
import { describe, expect, it } from "vitest";
import { createBloscDecoder } from "../../../../src/zarr/decoders/blosc.js";
import { decodeZlib } from "../../../../src/zarr/decoders/stream.js";
import { WasmZstd } from "../../../../src/zarr/decoders/wasm-zstd.js";
import { createZstdDecoder } from "../../../../src/zarr/decoders/zstd.js";

const decoder = createBloscDecoder({ zlib: decodeZlib, zstd: createZstdDecoder(new WasmZstd()) });
const decode = async (bytes: Uint8Array, maxBytes: number) =>
  (await decoder(bytes, { maxBytes, isExact: true })).bytes;

/** Long runs, slow ramps and noise: every kind of match and literal. */
function sample(length: number): Uint8Array {
  let state = 9;
  return Uint8Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return i % 9000 < 3000 ? i >> 9 : i % 9000 < 6000 ? (i >> 2) & 255 : state >>> 24;
  });
}

const encode = (bytes: Uint8Array, cname: string, shuffle = 1, blocksize = 0) =>
  Blosc.fromConfig({ id: "blosc", clevel: 5, cname, shuffle, blocksize } as never).encode(bytes);

describe("containers of c-blosc", () => {
  const cases = ["blosclz", "lz4", "lz4hc", "zlib", "zstd"].flatMap((cname) =>
    [0, 1, 2].flatMap((shuffle) => [0, 512, 4096].map((blocksize) => ({ cname, shuffle, blocksize }))),
  );
  it.each(cases)("$cname, shuffle $shuffle, blocks of $blocksize", async ({ cname, shuffle, blocksize }) => {
    for (const length of [1, 16, 127, 128, 4095, 100_003]) {
      const plain = sample(length);
      const encoded = await encode(plain, cname, shuffle, blocksize);
      expect(Buffer.compare(await decode(encoded, length), plain), `${length} bytes`).toBe(0);
    }
  });

  it("holds noise as it is", async () => {
    const noise = crypto.getRandomValues(new Uint8Array(5000));
    const encoded = await encode(noise, "lz4");
    expect(encoded[2]! & 2).toBe(2);
    expect(Buffer.compare(await decode(encoded, 5000), noise)).toBe(0);
  });

  it("reads a view from its own start", async () => {
    const encoded = await encode(sample(3000), "zstd");
    const inside = new Uint8Array([1, 2, 3, ...encoded]).subarray(3);
    expect(Buffer.compare(await decode(inside, 3000), sample(3000))).toBe(0);
  });
});

/** A container of one stored stream, so that filters can be tried on any size of element. */
function container(itemSize: number, flags: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + 4 + 4 + content.length);
  const view = new DataView(bytes.buffer);
  bytes.set([2, 1, flags | 0x10, itemSize]);
  view.setUint32(4, content.length, true);
  view.setUint32(8, content.length, true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, 20, true);
  view.setUint32(20, content.length, true);
  bytes.set(content, 24);
  return bytes;
}

describe("filters", () => {
  it.each([1, 2, 3, 4, 8, 12, 16, 255])("byte shuffle of elements of %i bytes", async (itemSize) => {
    const plain = sample(itemSize * 40 + (itemSize > 1 ? itemSize - 1 : 0));
    const count = Math.floor(plain.length / itemSize);
    const shuffled = plain.slice();
    for (let i = 0; i < count; i++) {
      for (let byte = 0; byte < itemSize; byte++) shuffled[byte * count + i] = plain[i * itemSize + byte]!;
    }
    const decoded = await decode(container(itemSize, 1, shuffled), plain.length);
    expect(Buffer.compare(decoded, plain)).toBe(0);
  });

  it.each([1, 2, 3, 4, 8])("bit shuffle of elements of %i bytes", async (itemSize) => {
    const plain = sample(itemSize * 40 + itemSize - 1);
    const count = 40;
    const shuffled = plain.slice();
    shuffled.fill(0, 0, count * itemSize);
    for (let bit = 0; bit < itemSize * 8; bit++) {
      for (let i = 0; i < count; i++) {
        const isSet = (plain[i * itemSize + (bit >> 3)]! >> (bit & 7)) & 1;
        shuffled[bit * (count / 8) + (i >> 3)]! |= isSet << (i & 7);
      }
    }
    const decoded = await decode(container(itemSize, 4, shuffled), plain.length);
    expect(Buffer.compare(decoded, plain)).toBe(0);
  });

  it("bit shuffle leaves a number of elements that is no multiple of eight as it is", async () => {
    const plain = sample(2 * 41);
    expect(Buffer.compare(await decode(container(2, 4, plain), plain.length), plain)).toBe(0);
  });
});

describe("damaged containers", () => {
  const change = async (at: number, value: number, size: 1 | 4 = 4) => {
    const bytes = await encode(sample(4096), "lz4", 1, 1024);
    const view = new DataView(bytes.buffer);
    if (size === 4) view.setUint32(at, value, true);
    else view.setUint8(at, value);
    return bytes;
  };

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    ["no header", () => new Uint8Array(15), /15 bytes are no blosc buffer/],
    ["another length", async () => (await encode(sample(4096), "lz4")).slice(0, -1), /tells of \d+ bytes/],
    ["another decoded size", () => change(4, 4095), /4095 decoded bytes, a chunk has 4096/],
    ["a block larger than all", () => change(8, 4097), /blocks of 4097 bytes in 4096/],
    ["blocks of nothing", () => change(8, 0), /blocks of 0 bytes/],
    ["a table beyond the end", () => change(8, 1), /table of 4096 blocks/],
    ["a block before the table's end", () => change(16, 12), /block 0 starts at byte 12/],
    ["a block beyond the end", () => change(16, 1 << 30), /block 0 starts/],
    ["another format", () => change(0, 5, 1), /blosc format 5/],
    ["elements without bytes", () => change(3, 0, 1), /elements without bytes/],
    ["a reserved flag", () => change(2, 0x28, 1), /reserved flag/],
    ["an unknown compressor", () => change(2, 0xe0, 1), /compressor 7/],
    ["snappy", () => change(2, 0x40, 1), /snappy is not supported/],
    ["stored bytes that are not all there", () => change(2, 0x22, 1), /do not hold 4096 stored ones/],
  ])("%s", async (_, bytes, message) => {
    await expect(decode(await bytes(), 4096)).rejects.toThrow(message);
  });

  it("a stream beyond the end, and one without bytes", async () => {
    const bytes = await encode(sample(4096), "lz4", 1, 1024);
    const view = new DataView(bytes.buffer);
    const at = view.getUint32(16, true);
    view.setUint32(at, bytes.length, true);
    await expect(decode(bytes, 4096)).rejects.toThrow(/beyond the end/);
    view.setUint32(at, 0, true);
    await expect(decode(bytes, 4096)).rejects.toThrow(/beyond the end/);
  });
});
