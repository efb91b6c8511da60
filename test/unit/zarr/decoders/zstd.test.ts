import Zstd from "numcodecs/zstd";
import { describe, expect, it } from "vitest";
import { WasmZstd } from "../../../../src/zarr/decoders/wasm-zstd.js";
import { xxhash64Low } from "../../../../src/zarr/decoders/xxhash64.js";
import { createZstdDecoder } from "../../../../src/zarr/decoders/zstd.js";

const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const encode = (bytes: Uint8Array, level = 3) => Zstd.fromConfig({ id: "zstd", level }).encode(bytes);
const skippable = new Uint8Array([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
const exactly = (maxBytes: number) => ({ maxBytes, isExact: true });

const retired = new WasmZstd();
retired.retire();
const decoders = [
  { name: "with wasm", decode: createZstdDecoder(new WasmZstd()) },
  { name: "without wasm", decode: createZstdDecoder(retired) },
];

const kinds: Readonly<Record<string, (i: number, noise: number) => number>> = {
  constant: () => 7,
  labels: (i) => (i >> 9) % 7,
  noise: (_, noise) => noise & 255,
  "few symbols": (i, noise) => 97 + (noise & (i >> 7) & 15),
  "slow ramps": (i, noise) => (i >> 3) + (noise & 3),
  "repeated words": (i, noise) => (i % 64 < 50 ? i % 50 : noise & 255),
};

function sample(kind: string, length: number): Uint8Array {
  let state = 3;
  return Uint8Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return kinds[kind]!(i, state >>> 20);
  });
}

describe.each(decoders)("zstd $name", ({ decode }) => {
  const cases = Object.keys(kinds).flatMap((kind) => [1, 9, 19].map((level) => ({ kind, level })));
  it.each(cases)("reads $kind of level $level", async ({ kind, level }) => {
    for (const length of [0, 1, 255, 256, 5000, 300_000]) {
      const plain = sample(kind, length);
      const { bytes, isVerified } = await decode(await encode(plain, level), exactly(length));
      expect(Buffer.compare(bytes, plain), `${length} bytes`).toBe(0);
      expect(isVerified).toBe(false);
    }
  });

  it("reads several frames and walks over skippable ones", async () => {
    const [a, b] = [sample("labels", 200), sample("noise", 300)];
    const both = join(skippable, await encode(a), skippable, await encode(b));
    expect((await decode(both, exactly(500))).bytes).toEqual(join(a, b));
    await expect(decode(both, exactly(300))).rejects.toThrow("500 decoded bytes");
  });

  it("reads a frame that does not tell its size, under the limit", async () => {
    // Magic, descriptor, window, last raw block of 2 bytes, its bytes.
    const raw = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x11, 0, 0, 7, 8]);
    expect([...(await decode(raw, exactly(2))).bytes]).toEqual([7, 8]);
    await expect(decode(raw, exactly(1))).rejects.toThrow();
    await expect(decode(raw, exactly(3))).rejects.toThrow();
    // Blocks that each stand for 128 KiB: more than the limit and what it spares.
    const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    const run = (isLast: number) => [2 | isLast, 0, 0x10, 5];
    const bomb = new Uint8Array([...header, ...Array(1000).fill(run(0)).flat(), ...run(1)]);
    await expect(decode(bomb, exactly(4096))).rejects.toThrow(/more than its size/);
  });

  it("verifies the checksum of a frame that has one", async () => {
    const plain = sample("repeated words", 3000);
    const frame = await encode(plain);
    frame[4]! |= 4;
    const checksum = new Uint8Array(4);
    new DataView(checksum.buffer).setUint32(0, xxhash64Low(plain), true);
    const whole = join(frame, checksum);
    expect(await decode(whole, exactly(3000))).toEqual({ bytes: plain, isVerified: true });
    whole[whole.length - 1]! ^= 1;
    await expect(decode(whole, exactly(3000))).rejects.toThrow(/checksum/);
  });

  it("refuses every cut, every stray byte and every other size", async () => {
    const frame = await encode(sample("few symbols", 300));
    for (let length = 0; length < frame.length; length++) {
      await expect(decode(frame.slice(0, length), exactly(300)), `cut to ${length}`).rejects.toThrow();
    }
    for (const stray of [1, 4, 20]) {
      await expect(decode(join(frame, new Uint8Array(stray)), exactly(300))).rejects.toThrow(/stray bytes/);
    }
    await expect(decode(frame, exactly(301))).rejects.toThrow("300 decoded bytes");
    await expect(decode(frame, { maxBytes: 299, isExact: false })).rejects.toThrow("at most 299");
    expect((await decode(frame, { maxBytes: 301, isExact: false })).bytes).toHaveLength(300);
  });

  it.each<[string, number[], RegExp]>([
    ["no frame", [1, 2, 3, 4, 5, 6], /no zstd frame/],
    ["a reserved flag", [0x28, 0xb5, 0x2f, 0xfd, 0x08, 0x58, 0x11, 0, 0, 7, 8], /reserved flag/],
    ["a reserved block", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x17, 0, 0, 7, 8], /reserved block/],
    ["a dictionary", [0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x58, 9, 0x11, 0, 0, 7, 8], /dictionary/],
    ["a block beyond the window", [0x28, 0xb5, 0x2f, 0xfd, 0x20, 2, 0x1b, 0, 0, 7], /window/],
    ["a skippable frame that is cut", [0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1], /ends early/],
  ])("refuses %s", async (_, bytes, message) => {
    await expect(decode(Uint8Array.from(bytes), exactly(2))).rejects.toThrow(message);
  });
});

describe("wasm that fails", () => {
  it("loses no memory to chunks that do not decode, and reads the next one", async () => {
    const wasm = new WasmZstd();
    const decode = createZstdDecoder(wasm);
    const plain = sample("few symbols", 2 ** 21);
    const frame = await encode(plain);
    const damaged = frame.slice();
    damaged.fill(255, 20, 60);
    expect(Buffer.compare((await wasm.decode(frame, plain.length))!, plain)).toBe(0);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) expect(await wasm.decode(damaged, plain.length)).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * plain.length);
    await expect(decode(damaged, exactly(plain.length))).rejects.toThrow();
    expect(Buffer.compare((await wasm.decode(frame, plain.length))!, plain)).toBe(0);
  });

  it("is not asked for more than it can be trusted with", async () => {
    const wasm = new WasmZstd();
    const asked: number[] = [];
    wasm.decode = async (_, mostBytes) => void asked.push(mostBytes);
    const zeros = new Uint8Array(2 ** 28);
    const { bytes } = await createZstdDecoder(wasm)(await encode(zeros, 1), exactly(zeros.length));
    expect(Buffer.compare(bytes, zeros)).toBe(0);
    await createZstdDecoder(wasm)(await encode(new Uint8Array(0)), exactly(0));
    expect(asked).toEqual([]);
  });

  it("is not asked again when the plain decoder can read what it cannot", async () => {
    const wasm = new WasmZstd();
    wasm.decode = async () => undefined;
    const plain = sample("labels", 1000);
    const { bytes } = await createZstdDecoder(wasm)(await encode(plain), exactly(1000));
    expect(bytes).toEqual(plain);
    expect(await WasmZstd.prototype.decode.call(wasm, await encode(plain), 1000)).toBeUndefined();
  });
});

describe("xxhash64", () => {
  // Source: the test vectors of the xxHash project, seed 0.
  it.each([
    ["", 0x51d8e999],
    ["a", 0xa98c6e5b],
    ["abc", 0xad770999],
    ["Nobody inspects the spammish repetition", 0x8a378bf1],
  ])("of %j", (text, hash) => {
    expect(xxhash64Low(new TextEncoder().encode(text))).toBe(hash);
  });
});
