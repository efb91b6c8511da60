import Zstd from "numcodecs/zstd";
import { describe, expect, it } from "vitest";
import { encodedFault } from "../../../src/zarr/guards.js";

const plain = Uint8Array.from({ length: 300 }, (_, i) => (i * i) & 255);
const encode = (length: number) => Zstd.fromConfig({ id: "zstd", level: 1 }).encode(plain.slice(0, length));
const join = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const skippable = new Uint8Array([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe("zstd", () => {
  it.each([0, 1, 200, 255, 256, 300])("takes a frame of %i bytes, and no other size", async (length) => {
    const frame = await encode(length);
    expect(encodedFault("zstd", frame, length)).toBeUndefined();
    expect(encodedFault("numcodecs.zstd", frame, undefined)).toBeUndefined();
    expect(encodedFault("zstd", frame, length + 1)).toMatch(`${length} decoded bytes`);
  });

  it("takes a run-length block of far more bytes than it has", async () => {
    const frame = await Zstd.fromConfig({ id: "zstd", level: 1 }).encode(new Uint8Array(100_000));
    expect(encodedFault("zstd", frame, 100_000)).toBeUndefined();
  });

  it("adds the sizes of frames and walks over skippable ones", async () => {
    const both = join(skippable, await encode(200), skippable, await encode(300));
    expect(encodedFault("zstd", both, 500)).toBeUndefined();
    expect(encodedFault("zstd", both, 300)).toMatch("500 decoded bytes");
  });

  it("takes a frame that does not tell its size, with a window descriptor, a raw block and a checksum", () => {
    // Magic, descriptor (checksum flag), window, last raw block of 2 bytes, its bytes, checksum.
    const frame = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x11, 0, 0, 7, 8, 1, 2, 3, 4]);
    expect(encodedFault("zstd", frame, 999)).toBeUndefined();
    expect(encodedFault("zstd", frame.slice(0, -1), undefined)).toMatch(/ends early/);
    frame[6] = 0x17;
    expect(encodedFault("zstd", frame, undefined)).toMatch(/reserved block/);
  });

  it("finds every cut and every stray byte", async () => {
    const frame = await encode(300);
    for (let length = 0; length < frame.length; length++) {
      expect(encodedFault("zstd", frame.slice(0, length), 300), `cut to ${length}`).toBeDefined();
    }
    for (const stray of [1, 4, 20]) {
      expect(encodedFault("zstd", join(frame, new Uint8Array(stray)), 300)).toMatch(/stray bytes/);
    }
  });
});

describe("blosc and lz4", () => {
  const blosc = (decoded: number, encoded: number, length: number) => {
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    if (length >= 16) {
      view.setUint32(4, decoded, true);
      view.setUint32(12, encoded, true);
    }
    return bytes;
  };

  it("hold the header against what came and what is wanted", () => {
    expect(encodedFault("blosc", blosc(64, 40, 40), 64)).toBeUndefined();
    expect(encodedFault("blosc", blosc(64, 40, 39), 64)).toMatch(/tells of 40 bytes, 39 came/);
    expect(encodedFault("numcodecs.blosc", blosc(63, 40, 40), 64)).toMatch(/63 decoded bytes/);
    expect(encodedFault("blosc", blosc(0, 0, 8), 64)).toMatch(/no blosc/);
    expect(encodedFault("lz4", new Uint8Array([64, 0, 0, 0, 9]), 64)).toBeUndefined();
    expect(encodedFault("lz4", new Uint8Array([64, 0, 0, 1, 9]), 64)).toMatch(/decoded bytes/);
    expect(encodedFault("lz4", new Uint8Array(3), 64)).toMatch(/no lz4/);
  });

  it("reads a view from its own start", () => {
    const inside = join(new Uint8Array(3), blosc(64, 40, 40)).subarray(3);
    expect(encodedFault("blosc", inside, 64)).toBeUndefined();
  });
});

it("knows nothing about other codecs", () => {
  expect(encodedFault("gzip", new Uint8Array(0), 5)).toBeUndefined();
  expect(encodedFault("toString", new Uint8Array(0), 5)).toBeUndefined();
});
