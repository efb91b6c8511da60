import { expect, it } from "vitest";
import { scaleEnds, scalePixels } from "../../../../demo/gallery/colour-scale.js";

const slice = (values: number[], known: number[] | null = null) => ({
  width: values.length,
  height: 1,
  values: new Float32Array(values),
  known: known && new Uint8Array(known),
});

it("goes from the least to the greatest of what is known", () => {
  expect(scaleEnds(slice([3, 1, 99], [1, 1, 0]))).toEqual({ low: 1, high: 3 });
});

it("is even about 0 where there are values below it", () => {
  expect(scaleEnds(slice([-2, 5]))).toEqual({ low: -5, high: 5 });
});

it("is 0 to 1 where nothing is known", () => {
  expect(scaleEnds(slice([7], [0]))).toEqual({ low: 0, high: 1 });
});

it("gives the ends, and half of the way, their colours; the unknown stays transparent", () => {
  const pixels = scalePixels(slice([0, 1, 2, 1], [1, 1, 1, 0]), { low: 0, high: 2 });
  expect([...pixels.subarray(0, 12)]).toEqual([24, 20, 60, 255, 33, 145, 140, 255, 253, 231, 37, 255]);
  expect(pixels[15]).toBe(0);
});

it("gives 0 the dark middle between negative and positive", () => {
  const pixels = scalePixels(slice([-1, 0, 1]), { low: -1, high: 1 });
  expect([...pixels.subarray(4, 8)]).toEqual([22, 25, 28, 255]);
  expect(pixels[2]).toBeGreaterThan(pixels[0]!);
  expect(pixels[8]).toBeGreaterThan(pixels[10]!);
});
