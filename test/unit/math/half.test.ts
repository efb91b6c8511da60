import { expect, test } from "vitest";
import { decodeHalves, encodeHalves, floatToHalf, halfToFloat } from "../../../src/math/half.js";
import { halfValue } from "../cpu/cases.js";

test("every float16 pattern decodes to its value and encodes back to itself", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = halfToFloat(bits);
    expect(Object.is(value, halfValue(bits))).toBe(true);
    if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
  }
});

test("encoding rounds to nearest, ties to even, over every gap between neighbours", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const low = halfValue(bits);
    const high = halfValue(bits + 1);
    const middle = (low + high) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    expect(floatToHalf(middle)).toBe(even);
    expect(floatToHalf(low + (middle - low) * 0.9)).toBe(bits);
    expect(floatToHalf(high - (high - middle) * 0.9)).toBe(bits + 1);
  }
});

test("overflow, underflow and NaN", () => {
  expect(floatToHalf(65519.99)).toBe(0x7bff);
  expect(floatToHalf(65520)).toBe(0x7c00);
  expect(floatToHalf(-1e30)).toBe(0xfc00);
  expect(floatToHalf(2 ** -25)).toBe(0);
  expect(floatToHalf(2 ** -25 * 1.001)).toBe(1);
  expect(floatToHalf(-1e-30)).toBe(0x8000);
  expect(floatToHalf(Number.NaN)).toBe(0x7e00);
});

test("runs encode and decode like single values", () => {
  const values = Float32Array.of(0, -1.5, 3.3, 1e-7, 1e9);
  const halves = encodeHalves(values);
  expect(Array.from(halves)).toEqual(Array.from(values, floatToHalf));
  expect(Array.from(decodeHalves(halves))).toEqual(Array.from(halves, halfToFloat));
});
