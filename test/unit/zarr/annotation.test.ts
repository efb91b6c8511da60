import { describe, expect, it } from "vitest";
import { isVoxelfeedError } from "../../../src/errors.js";
import { mergeAnnotations, noAnnotation, parseAnnotation } from "../../../src/zarr/annotation.js";

const wrap = (annotation: unknown) => ({ cellmap: { annotation } });

describe("parseAnnotation", () => {
  it("reads type, codes and counts", () => {
    const attributes = wrap({
      class_name: "mito",
      complement_counts: { absent: 12, unknown: 3 },
      annotation_type: {
        type: "semantic_segmentation",
        encoding: { absent: 0, unknown: 255, present: 1 },
      },
    });
    expect(parseAnnotation(attributes, "u")).toEqual({
      type: "semantic",
      absent: 0,
      unknown: 255,
      complementCounts: { absent: 12, unknown: 3 },
    });
  });

  it("reads instance segmentations; a count that is left out is zero", () => {
    const attributes = wrap({
      complement_counts: { absent: 12 },
      annotation_type: { type: "instance_segmentation", encoding: { unknown: 0 } },
    });
    expect(parseAnnotation(attributes, "u")).toEqual({
      type: "instance",
      absent: null,
      unknown: 0,
      complementCounts: { absent: 12, unknown: 0 },
    });
  });

  it.each([{}, { cellmap: 1 }, { cellmap: {} }, wrap(null), wrap({}), wrap({ annotation_type: "x" })])(
    "takes %j for no annotation",
    (attributes) => {
      expect(parseAnnotation(attributes as never, "u")).toEqual(noAnnotation);
    },
  );

  it.each([
    { annotation_type: { encoding: { unknown: "255" } } },
    { annotation_type: { encoding: { absent: 0.5 } } },
    { annotation_type: { encoding: { unknown: "18446744073709551615" } } },
    { complement_counts: { absent: "many" } },
  ])("refuses %j, naming the field", (annotation) => {
    let error: unknown;
    try {
      parseAnnotation(wrap(annotation), "https://example.org/a");
    } catch (caught) {
      error = caught;
    }
    expect(isVoxelfeedError(error, "invalid-metadata")).toBe(true);
    expect((error as Error).message).toMatch(/cellmap\.annotation\.(annotation_type|complement_counts)\./);
    expect((error as Error).message).toContain("https://example.org/a");
  });
});

it("mergeAnnotations lets the second state only what the first leaves open", () => {
  const first = { ...noAnnotation, unknown: 255 };
  const second = {
    type: "semantic",
    absent: 9,
    unknown: 8,
    complementCounts: { absent: 1, unknown: 2 },
  } as const;
  expect(mergeAnnotations(first, second)).toEqual({
    type: "semantic",
    absent: null,
    unknown: 255,
    complementCounts: { absent: 1, unknown: 2 },
  });
  expect(mergeAnnotations(noAnnotation, second)).toEqual(second);
});
