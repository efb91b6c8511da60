/** Transforms of cellmap-data, one row each, and what those without an equivalent say. */
import { expect, it } from "vitest";
import { spatial } from "../../../src/augment/spatial.js";
import { targets } from "../../../src/augment/targets.js";
import { values } from "../../../src/augment/values.js";
import type { CellmapWarning } from "../../../src/cellmap/arguments.js";
import { fromCellmapConfig } from "../../../src/cellmap/from-config.js";
import { rawTransformsOf, rawTransformsTo } from "../../../src/cellmap/raw-transforms.js";
import { spatialTransformsTo } from "../../../src/cellmap/spatial.js";
import { targetTransformsOf, targetTransformsTo } from "../../../src/cellmap/target-transforms.js";
import { isVoxelfeedError } from "../../../src/errors.js";

const voxels = [[8, 4, 4]] as const;
const path = "raw_value_transforms";
const clip = values.clip();

// biome-ignore format: a table
const rawRows: readonly (readonly [unknown, readonly object[]])[] = [
  [null, []],
  ["Normalize", [values.normalize({ range: [0, 255] })]],
  // (x + 10) * 0.5 is 0 at -10 and 1 at -8.
  [{ class: "Normalize", shift: 10, scale: 0.5 }, [values.normalize({ range: [-10, -8] })]],
  [{ class: "ToDtype", dtype: "torch.float", scale: true }, [values.normalize()]],
  [{ class: "ToDtype", dtype: "float32" }, []],
  // The mid-2025 default: the second finds floats and leaves them.
  [["Normalize", { class: "ToDtype", dtype: "float32", scale: true }], [values.normalize({ range: [0, 255] })]],
  [{ class: "NaNtoNum", params: { nan: 0, posinf: null, neginf: null } }, [values.nanToNum()]],
  [{ class: "NaNtoNum", nan: 3, posinf: 2, neginf: -2 }, [values.nanToNum({ nan: 3, positiveInfinity: 2, negativeInfinity: -2 })]],
  ["RandomContrast", [values.contrast([0.5, 1.5], { about: "mean" }), clip]],
  [{ class: "RandomGamma", gamma_range: [0.8, 1.2] }, [values.gamma([0.8, 1.2]), clip]],
  ["GaussianNoise", [values.gaussianNoise(1)]],
  [{ class: "GaussianNoise", mean: 0.5, std: 0.25 }, [values.gaussianNoise(0.25, { mean: 0.5 })]],
  [{ class: "GaussianBlur", kernel_size: 5, sigma: 1.5 }, [values.gaussianBlur(6, { axes: ["y", "x"] })]],
  [{ class: "Binarize", threshold: 0.25 }, [values.binarize({ threshold: 0.25 })]],
  [{ class: "Compose", transforms: ["Binarize", [{ class: "Compose", transforms: ["GaussianNoise"] }]] }, [values.binarize({ threshold: 0 }), values.gaussianNoise(1)]],
];

it.each(rawRows)("reads the raw transform %j", (given, expected) => {
  expect(rawTransformsOf(given, path, voxels)).toEqual(expected);
});

it.each(rawRows)("writes what it made of %j so that it reads the same", (given, expected) => {
  const warnings: CellmapWarning[] = [];
  const written = rawTransformsTo(rawTransformsOf(given, path, voxels), path, voxels, warnings);
  expect(rawTransformsOf(JSON.parse(JSON.stringify(written)), path, voxels)).toEqual(expected);
  expect(warnings).toEqual([]);
});

it("blurs in three dimensions where voxels are cubes, and not where they are none", () => {
  const blur = { class: "GaussianBlur", kernel_size: 9, sigma: 2, dim: 3 };
  expect(rawTransformsOf(blur, path, [[4, 4, 4]])).toEqual([values.gaussianBlur(8)]);
  expect(errorOf(() => rawTransformsOf(blur, path, voxels))).toMatchObject({
    code: "invalid-option",
    path: `${path}.sigma`,
  });
});

// biome-ignore format: a table
const targetRows: readonly (readonly [unknown, readonly object[], number])[] = [
  [null, [], 0],
  ["Binarize", [targets.binarize()], 0],
  [{ class: "Binarize", threshold: 2 }, [targets.binarize({ threshold: 2 })], 0],
  [[{ class: "ToDtype", dtype: "float32" }, "Binarize"], [targets.binarize()], 0],
  ["SignedDistanceTransform", [targets.signedDistance({ haloNm: 0 })], 1],
  [{ class: "NaNtoNum", params: { nan: 0 } }, [], 1],
];

it.each(targetRows)("reads and writes the target transform %j", (given, expected, warned) => {
  const warnings: CellmapWarning[] = [];
  const read = targetTransformsOf(given, warnings);
  expect(read).toEqual(expected);
  expect(warnings.length).toBe(warned);
  const left: CellmapWarning[] = [];
  expect(targetTransformsOf(targetTransformsTo(read, "t", left), [])).toEqual(expected);
  expect(left).toEqual([]);
});

// biome-ignore format: a table
const bad: readonly (readonly [unknown, string, string, RegExp])[] = [
  ["Normalise", "unsupported", path, /"Normalise" has no equivalent here. Did you mean "Normalize"/],
  [["Binarize", { class: "ElasticTransform" }], "unsupported", `${path}[1]`, /"ElasticTransform" has no equivalent here. Known: Normalize, ToDtype/],
  [{ threshold: 1 }, "invalid-option", path, /a class name, an object such as/],
  [3, "invalid-option", path, /a class name/],
  [{ class: "Compose", transforms: [{ class: "GaussianNoise", sd: 1 }] }, "unknown-option", `${path}.transforms[0].sd`, /Did you mean "std"/],
  [{ class: "Normalize", scale: 0 }, "invalid-option", `${path}.scale`, /a number > 0/],
  [{ class: "Normalize", shift: "1" }, "invalid-option", `${path}.shift`, /a finite number/],
  [{ class: "RandomGamma", gamma_range: [2, 1] }, "invalid-option", `${path}.gamma_range`, /lo ≤ hi/],
  [{ class: "ToDtype", dtype: "uint8" }, "invalid-option", `${path}.dtype`, /float32/],
  [{ class: "GaussianBlur", kernel_size: 5 }, "invalid-option", `${path}.sigma`, /a finite number/],
  [{ class: "GaussianBlur", sigma: 1, dim: 4 }, "invalid-option", `${path}.dim`, /2 or 3/],
];

it.each(bad)("refuses %j, naming class and place", (given, code, at, message) => {
  const error = errorOf(() => rawTransformsOf(given, path, voxels));
  expect(isVoxelfeedError(error)).toBe(true);
  expect(error).toMatchObject({ code, path: at, message: expect.stringMatching(message) });
});

it("warns of transforms that cellmap-data does not have", () => {
  const warnings: CellmapWarning[] = [];
  const list = [
    values.gaussianNoise([0, 1]),
    values.contrast([0.5, 1], { about: 0.5 }),
    values.normalize(),
    values.gaussianNoise(1, { p: 0.5 }),
    values.invert(),
    clip,
  ];
  expect(rawTransformsTo(list, "list", voxels, warnings)).toEqual([]);
  targetTransformsTo([targets.boundary()], "targets", warnings);
  const places = [0, 1, 2, 3, 4, 5].map((i) => `list[${i}]`);
  expect(warnings.map(({ path: at }) => at)).toEqual([...places, "targets[0]"]);
});

it("writes the spatial transforms that cellmap-data has, and warns of the others", () => {
  const warnings: CellmapWarning[] = [];
  const list = [
    spatial.mirror({ axes: { x: 0.5 } }),
    spatial.rotate({ axes: { z: [-10, 10], x: 90 } }),
    spatial.rotate({ axes: { y: 1 } }),
    spatial.transpose({ axes: ["y", "x"], p: 0.5 }),
    spatial.magnification({ range: [0.9, 1.1] }),
  ];
  const mirror = { axes: { x: 0.5 } };
  expect(spatialTransformsTo(list, "list", warnings)).toEqual({
    mirror,
    rotate: { axes: { z: [-10, 10], x: [90, 90] } },
  });
  expect(spatialTransformsTo({ mirror, rotate: { so3: true } }, "object", warnings)).toEqual({ mirror });
  expect(warnings.map(({ path: at }) => at)).toEqual(["list[2]", "list[3]", "list[4]", "object.rotate"]);
});

const array = { raw: { shape: [8, 8, 8], scale: [4, 4, 4] } };

it("gives a split the transforms that cellmap-data gives it when nothing is said, and none for None", () => {
  const split = { csv_path: "d.csv", input_arrays: array, target_arrays: { labels: array.raw } };
  const optionsOf = (more: object) => fromCellmapConfig({ ...split, ...more }).loaderOptions;
  const normal = [values.normalize(), values.nanToNum()];
  expect(optionsOf({})).toMatchObject({
    train: { rawValueTransforms: normal, targetTransforms: [targets.binarize()] },
    validation: { rawValueTransforms: normal, targetTransforms: [targets.binarize()] },
  });
  const none = optionsOf({
    train_raw_value_transforms: null,
    val_raw_value_transforms: "Normalize",
    target_value_transforms: null,
  });
  expect(none).toEqual({
    train: { sampler: { kind: "uniform", replacement: false } },
    validation: { sampler: { kind: "grid" }, rawValueTransforms: [values.normalize({ range: [0, 255] })] },
  });
  expect(errorOf(() => optionsOf({ raw_value_transforms: [], val_raw_value_transforms: [] }))).toMatchObject({
    code: "invalid-option",
    path: "val_raw_value_transforms",
  });
});

it("gives a single dataset no transforms unless they are named", () => {
  const dataset = { raw_path: "r", input_arrays: array };
  expect(fromCellmapConfig(dataset).loaderOptions).toEqual({
    sampler: { kind: "uniform", replacement: false },
  });
  expect(
    fromCellmapConfig({ ...dataset, raw_value_transforms: "GaussianNoise" }).loaderOptions,
  ).toMatchObject({
    rawValueTransforms: [values.gaussianNoise(1)],
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
