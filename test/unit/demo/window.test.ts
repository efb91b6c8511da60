import { expect, test } from "vitest";
import type { Slice } from "../../../demo/slice.js";
import { widen } from "../../../demo/window.js";

const row = (values: number[], known: number[] | null = null): Slice => ({
  width: values.length,
  height: 1,
  values: Float32Array.from(values),
  known: known && Uint8Array.from(known),
});

test("the window is that of the values but for a few at either end", () => {
  const values = Array.from({ length: 1001 }, (_, i) => i);
  expect(widen(null, row(values))).toEqual({ low: 5, high: 995 });
});

test("it widens and never narrows", () => {
  const first = widen(null, row([10, 20]));
  expect(widen(first, row([15, 30]))).toEqual({ low: 10, high: 30 });
  expect(widen(first, row([12, 13]))).toEqual({ low: 10, high: 20 });
});

test("what lies outside the volume does not count", () => {
  expect(widen(null, row([0, 10, 20], [0, 1, 1]))).toEqual({ low: 10, high: 20 });
  expect(widen(null, row([0, 0], [0, 0]))).toBeNull();
});
