import { describe, expect, test } from "vitest";
import type { Colour } from "../../../demo/colours.js";
import { blendIds, blendLabels, countLabel, greyPixels, hatchUnknown } from "../../../demo/pixels.js";
import type { Slice } from "../../../demo/slice.js";

const slice = (width: number, values: number[], known: number[] | null = null): Slice => ({
  width,
  height: values.length / width,
  values: Uint8Array.from(values),
  known: known && Uint8Array.from(known),
});
const red: Colour = [200, 0, 0];
const blue: Colour = [0, 0, 100];
const at = (pixels: Uint8ClampedArray, i: number) => [...pixels.subarray(4 * i, 4 * i + 4)];

describe("greyPixels", () => {
  test("stretches the window over black to white, and clips beyond it", () => {
    const pixels = greyPixels(slice(4, [0, 50, 100, 255]), { low: 50, high: 100 });
    expect([0, 1, 2, 3].map((i) => at(pixels, i))).toEqual([
      [0, 0, 0, 255],
      [0, 0, 0, 255],
      [255, 255, 255, 255],
      [255, 255, 255, 255],
    ]);
  });

  test("leaves what lies outside the volume transparent", () => {
    expect(at(greyPixels(slice(2, [9, 9], [1, 0]), { low: 0, high: 9 }), 1)).toEqual([0, 0, 0, 0]);
  });

  test("a flat volume is drawn without dividing by zero", () => {
    expect(at(greyPixels(slice(1, [7]), { low: 7, high: 7 }), 0)).toEqual([0, 0, 0, 255]);
  });
});

const black = (voxels: number) => new Uint8ClampedArray(Array(voxels).fill([0, 0, 0, 255]).flat());

describe("blendIds", () => {
  test("gives each id its colour, in full where another begins", () => {
    const ids = slice(4, [1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 2]);
    const pixels = black(12);
    blendIds(pixels, ids, (id) => (id === 1 ? red : blue), 1);
    expect(at(pixels, 4)).toEqual([70, 0, 0, 255]);
    expect(at(pixels, 6)).toEqual([200, 0, 0, 255]);
    expect(at(pixels, 7)).toEqual([0, 0, 100, 255]);
  });

  test("leaves background and the unknown as they are", () => {
    const pixels = black(2);
    blendIds(pixels, slice(2, [0, 3], [1, 0]), () => red, 1);
    expect([...pixels]).toEqual([...black(2)]);
  });
});

describe("blendLabels", () => {
  test("draws borders in full and the inside lightly", () => {
    const square = slice(5, [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    const pixels = black(25);
    blendLabels(pixels, [{ slice: square, colour: red }], 1);
    expect(at(pixels, 0)).toEqual([0, 0, 0, 255]);
    expect(at(pixels, 6)).toEqual([200, 0, 0, 255]);
    expect(at(pixels, 12)).toEqual([70, 0, 0, 255]);
  });

  test("the edge of the picture is no border of a label", () => {
    const pixels = black(9);
    blendLabels(pixels, [{ slice: slice(3, Array(9).fill(1)), colour: red }], 1);
    expect(at(pixels, 0)).toEqual([70, 0, 0, 255]);
  });

  test("adds up the colours where labels overlap", () => {
    const full = slice(3, Array(9).fill(1));
    const pixels = black(9);
    blendLabels(
      pixels,
      [red, blue].map((colour) => ({ slice: full, colour })),
      1,
    );
    expect(at(pixels, 4)).toEqual([46, 0, 35, 255]);
  });

  test("draws nothing where the label is not known, and nothing at opacity 0", () => {
    const pixels = black(2);
    blendLabels(pixels, [{ slice: slice(2, [1, 1], [0, 0]), colour: red }], 1);
    blendLabels(pixels, [{ slice: slice(2, [1, 0]), colour: red }], 0);
    expect(pixels).toEqual(black(2));
  });
});

test("hatchUnknown marks only what no class knows", () => {
  const pixels = black(3);
  hatchUnknown(pixels, [slice(3, [0, 0, 0], [1, 0, 0]), slice(3, [0, 0, 0], [0, 1, 0])]);
  expect([at(pixels, 0), at(pixels, 1)]).toEqual([
    [0, 0, 0, 255],
    [0, 0, 0, 255],
  ]);
  expect(at(pixels, 2)[0]).toBeGreaterThan(0);
});

test("countLabel counts known voxels only", () => {
  expect(countLabel(slice(4, [1, 1, 0, 0], [1, 0, 1, 0]))).toEqual({ labelled: 1, known: 2 });
  expect(countLabel(slice(2, [1, 0]))).toEqual({ labelled: 1, known: 2 });
});
