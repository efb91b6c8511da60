import Lz4 from "numcodecs/lz4";
import { describe, expect, it } from "vitest";
import { decodeBlosclz } from "../../../../src/zarr/decoders/blosclz.js";
import { decodeLz4, decodeLz4Block } from "../../../../src/zarr/decoders/lz4.js";

const exactly = (maxBytes: number) => ({ maxBytes, isExact: true });
const block = (bytes: number[], size: number) => {
  const target = new Uint8Array(size);
  decodeLz4Block(Uint8Array.from(bytes), target);
  return [...target];
};

describe("lz4", () => {
  it.each([1, 15, 16, 300, 70_000])("reads %i bytes of numcodecs", async (length) => {
    const plain = Uint8Array.from({ length }, (_, i) => (i % 500 < 300 ? i >> 6 : (i * i) >> 3));
    const encoded = await Lz4.fromConfig({ id: "lz4", acceleration: 1 } as never).encode(plain);
    const { bytes, isVerified } = decodeLz4(encoded, exactly(length));
    expect(Buffer.compare(bytes, plain)).toBe(0);
    expect(isVerified).toBe(false);
  });

  it("repeats short and long runs that overlap themselves", () => {
    // Two literals, then 4 + 14 bytes from two before, then one literal.
    expect(block([0x2e, 7, 8, 2, 0, 0x10, 9], 21)).toEqual(
      [...Array(20).keys()].map((i) => 7 + (i % 2)).concat(9),
    );
    // One literal, then 19 + 100 bytes of it, then one literal.
    expect(block([0x1f, 5, 1, 0, 100, 0x10, 6], 121)).toEqual([...Array<number>(120).fill(5), 6]);
    // Three literals, then 19 + 60 bytes from three before.
    const long = block([0x3f, 1, 2, 3, 3, 0, 60, 0x10, 9], 83);
    expect(long.slice(0, 82)).toEqual([...Array(82).keys()].map((i) => 1 + (i % 3)));
  });

  it.each<[string, number[], number, RegExp]>([
    ["literals beyond the end", [0x50, 1, 2], 5, /ends early/],
    ["more literals than the size", [0x30, 1, 2, 3], 2, /more than its size/],
    ["a match longer than the size", [0x1f, 5, 1, 0, 100, 0x10, 6], 50, /more than its size/],
    ["an offset before the start", [0x10, 5, 2, 0, 0x10, 1], 6, /before its start/],
    ["an offset of zero", [0x10, 5, 0, 0, 0x10, 1], 6, /before its start/],
    ["half an offset", [0x10, 5, 1], 6, /ends in an offset/],
    ["no last literals", [0x10, 5, 1, 0], 5, /without literals/],
    ["an endless literal length", [0xf0, 255, 255], 600, /ends in a length/],
    ["an endless match length", [0x1f, 5, 1, 0, 255], 600, /ends in a length/],
    ["less than the size", [0x20, 1, 2], 3, /2 bytes instead of 3/],
    ["nothing at all", [], 3, /0 bytes instead of 3/],
  ])("refuses %s", (_, bytes, size, message) => {
    expect(() => block(bytes, size)).toThrow(message);
  });

  it("holds the size in front against what is wanted", () => {
    expect(() => decodeLz4(new Uint8Array(3), exactly(64))).toThrow(/no lz4/);
    expect(() => decodeLz4(new Uint8Array([64, 0, 0, 1, 9]), exactly(64))).toThrow(/a chunk has 64/);
    expect(() => decodeLz4(new Uint8Array([64, 0, 0, 1, 9]), { maxBytes: 64, isExact: false })).toThrow(
      /at most 64/,
    );
  });
});

describe("blosclz", () => {
  const stream = (bytes: number[], size: number) => {
    const target = new Uint8Array(size);
    decodeBlosclz(Uint8Array.from(bytes), target);
    return [...target];
  };

  it("reads literals and near matches", () => {
    // Two literals, then 3 bytes from two before, then a literal.
    expect(stream([1, 7, 8, 0x20, 1, 0, 9], 6)).toEqual([7, 8, 7, 8, 7, 9]);
  });

  it.each<[string, number[], number, RegExp]>([
    ["literals beyond the end", [3, 1, 2], 4, /ends early/],
    ["more than the size", [2, 1, 2, 3], 2, /more than its size/],
    ["a match longer than the size", [0, 1, 0x60, 0, 0, 9], 3, /more than its size/],
    ["a match before the start", [0, 1, 0x20, 5, 0, 9], 5, /before its start/],
    ["a length without end", [0, 1, 0xe0, 255], 600, /ends in a length/],
    ["no distance", [0, 1, 0x20], 5, /ends in a distance/],
    ["half a far distance", [0, 1, 0x3f, 255, 1], 5, /ends in a distance/],
    ["less than the size", [0, 1], 3, /1 bytes instead of 3/],
  ])("refuses %s", (_, bytes, size, message) => {
    expect(() => stream(bytes, size)).toThrow(message);
  });
});
