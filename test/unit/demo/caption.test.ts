import { describe, expect, test } from "vitest";
import { describeCrop, describePosition, describeTurn, unknownClasses } from "../../../demo/caption.js";
import type { SamplePicture, Slice } from "../../../demo/slice.js";
import type { DrawnSpatial, SampleOrigin } from "../../../src/index.js";

const origin = (raw: string, target: string | null): SampleOrigin => ({
  index: 0,
  crop: 0,
  raw,
  target,
  center: [1, 2, 3],
  sliceAxis: null,
  matrix: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  drawn: null,
  values: null,
  levels: {},
});

test("positions are whole nanometres in z, y, x order", () => {
  expect(describePosition([1204.4, 88.6, -5])).toBe("1204, 89, -5 nm");
});

describe("describeTurn", () => {
  test("nothing drawn, or nothing changed", () => {
    expect(describeTurn(null)).toBe("as stored");
    const nothing: DrawnSpatial = [
      { kind: "sections", axis: 0, thicknessNm: 40, moves: [] },
      { kind: "mirror", axes: [] },
      { kind: "transpose", order: [0, 1, 2] },
      { kind: "rotate", degrees: [0, 0, 0] },
    ];
    expect(describeTurn(nothing)).toBe("as stored");
  });

  test("says what was done", () => {
    const drawn: DrawnSpatial = [
      { kind: "mirror", axes: ["z", "x"] },
      { kind: "transpose", order: [0, 2, 1] },
      { kind: "magnification", factors: [1, 1.204, 0.8] },
      { kind: "rotate", degrees: [-32.14, 0, 0] },
      { kind: "translate", offset: [0, 12.3, -4] },
    ];
    expect(describeTurn(drawn)).toBe(
      "mirrored z x · x↔y · magnified 1.00 1.20 0.80 · rotated -32.1° about z · moved 0, 12, -4 nm",
    );
    expect(describeTurn([{ kind: "transpose", order: [1, 2, 0] }])).toBe("axes y x z");
  });
});

describe("describeCrop", () => {
  test("the crop without its classes", () => {
    const target = "https://example.org/a.zarr/labels/crop7/[mito,membrane]";
    expect(describeCrop(origin("https://example.org/a.zarr/em", target))).toBe("crop7");
  });

  test("the image where there are no labels", () => {
    expect(describeCrop(origin("https://example.org/a.zarr/em/raw?sig=1/2", null))).toBe("raw");
  });
});

test("unknownClasses names those that are annotated nowhere in the picture", () => {
  const slice = (known: number[] | null): Slice => ({
    width: 2,
    height: 1,
    values: Uint8Array.of(0, 0),
    known: known && Uint8Array.from(known),
  });
  const labels = [
    { name: "mito", slice: slice([0, 0]) },
    { name: "membrane", slice: slice([0, 1]) },
    { name: "neurite", slice: slice(null) },
  ];
  const picture: SamplePicture = { batch: 0, origin: origin("r", null), inputs: [], labels };
  expect(unknownClasses(picture)).toEqual(["mito"]);
});
