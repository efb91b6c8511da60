import { expect, it } from "vitest";
import { crc32c } from "../../../src/zarr/crc32c.js";
import { stripCrc32c } from "../../../src/zarr/strip-crc32c.js";

// RFC 3720, appendix B.4, and the common check value.
it.each([
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(0xff), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  [new TextEncoder().encode("123456789"), 0xe3069283],
  [new Uint8Array(0), 0],
])("crc32c of %j", (bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

it("is the same wherever the bytes lie, and however many they are", () => {
  const memory = Uint8Array.from({ length: 128 }, (_, i) => (i * 151 + 7) & 0xff);
  for (let from = 0; from < 8; from++) {
    for (let to = from; to <= 120; to++) {
      const bytes = memory.subarray(from, to);
      expect(crc32c(bytes), `${from} to ${to}`).toBe(bitByBit(bytes));
    }
  }
});

/** Straight from the definition: one bit of the division after the other. */
function bitByBit(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

it("strips a checksum that matches, and only that", () => {
  const bytes = new Uint8Array([
    9,
    ...new TextEncoder().encode("123456789"),
    0x83,
    0x92,
    0x06,
    0xe3,
  ]).subarray(1);
  expect(stripCrc32c(bytes)).toEqual(new TextEncoder().encode("123456789"));
  bytes[3]! ^= 1;
  expect(stripCrc32c(bytes)).toBeUndefined();
  expect(stripCrc32c(new Uint8Array(3))).toBeUndefined();
});
