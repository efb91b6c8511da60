import { expect, test } from "vitest";
import { roundLength } from "../../../demo/card.js";
import { classColour } from "../../../demo/colours.js";
import { formatBytes, formatMs, formatRate } from "../../../demo/figures-panel.js";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [300 * 2 ** 20, "300 MiB"],
])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [12.4, "12 ms"],
  [1840, "1.8 s"],
])("%d ms are %s", (ms, text) => expect(formatMs(ms)).toBe(text));

test.each([
  [3.456, "3.46"],
  [12_345_678, "12.3M"],
])("a rate of %d is %s", (rate, text) => expect(formatRate(rate)).toBe(text));

test.each([
  [256, 200],
  [99, 50],
  [1000, 1000],
  [0.3, 0.2],
])("a scale bar of at most %d nm has %d nm", (most, length) =>
  expect(roundLength(most)).toBeCloseTo(length, 12),
);

test("no two of thirty classes share a colour", () => {
  const colours = Array.from({ length: 30 }, (_, i) => classColour(i).join());
  expect(new Set(colours).size).toBe(30);
});
