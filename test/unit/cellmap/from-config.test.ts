/** Every argument of cellmap-data, one row each: what it becomes, what it warns of, what it refuses. */
import { expect, it } from "vitest";
import { fromCellmapConfig } from "../../../src/cellmap/from-config.js";
import { isVoxelfeedError } from "../../../src/errors.js";

const arrays = { input_arrays: { raw: { shape: [8, 8, 8], scale: [4, 4, 4] } } };
const dataset = { input_path: "https://h.org/v.zarr/em", ...arrays };
const split = { csv_path: "https://h.org/datasplit.csv", ...arrays };

it("reads one dataset", () => {
  const plan = fromCellmapConfig({
    input_path: "https://h.org/v.zarr/em",
    target_path: "https://h.org/v.zarr/crop1/[mito,er]",
    classes: ["er", "mito"],
    input_arrays: {
      raw: { shape: [8, 8, 8], scale: [4, 4, 4] },
      context: { shape: [8, 8, 8], scale: [16, 16, 16] },
    },
    target_arrays: { labels: { shape: [8, 8, 8], scale: [8, 8, 8] } },
    class_relation_dict: { er: ["mito"] },
    pad: true,
    is_train: true,
    spatial_transforms: { mirror: { axes: { x: 0.5 } } },
    batch_size: 4,
    num_workers: 3,
    iterations_per_epoch: 100,
    rng: 7,
  });
  expect(plan).toEqual({
    kind: "dataset",
    spec: {
      raw: "https://h.org/v.zarr/em",
      target: "https://h.org/v.zarr/crop1/[mito,er]",
      classes: ["er", "mito"],
      inputArrays: {
        raw: { shape: [8, 8, 8], scale: [4, 4, 4] },
        context: { shape: [8, 8, 8], scale: [16, 16, 16] },
      },
      targetArrays: { labels: { shape: [8, 8, 8], scale: [8, 8, 8] } },
      classRelations: { er: ["mito"] },
      pad: true,
      missingClasses: "unknown",
    },
    loaderOptions: {
      sampler: { kind: "uniform", replacement: false },
      batchSize: 4,
      workers: 3,
      iterationsPerEpoch: 100,
      seed: 7,
      spatialTransforms: { mirror: { axes: { x: 0.5 } } },
    },
    warnings: [],
  });
});

it("reads a split: only training is turned and shuffled; validation is every tile once", () => {
  const plan = fromCellmapConfig({
    dataset_dict: {
      train: [
        { raw: "r1", gt: "crop1/[a]" },
        { raw: "r2", gt: "" },
      ],
      validate: [{ raw: "r1", target: "crop2/a" }],
    },
    ...arrays,
    classes: null,
    pad: "validate",
    filter_by_scale: 0.1,
    spatial_transforms: { transpose: { axes: ["x", "z"] } },
    weighted_sampler: true,
    batch_size: 2,
    iterations_per_epoch: 10,
    drop_last: true,
    train_raw_value_transforms: null,
    val_raw_value_transforms: null,
    seed: 3,
  });
  expect(plan).toEqual({
    kind: "split",
    spec: {
      datasetDict: {
        train: [
          { raw: "r1", gt: "crop1/[a]" },
          { raw: "r2", gt: null },
        ],
        // Without brackets the last part of the path is the class.
        validate: [{ raw: "r1", gt: "crop2/[a]" }],
      },
      classes: null,
      inputArrays: arrays.input_arrays,
      pad: "validation",
      filterByScale: 0.1,
      problems: "skip",
    },
    loaderOptions: {
      train: {
        sampler: { kind: "classBalanced" },
        batchSize: 2,
        iterationsPerEpoch: 10,
        dropLast: true,
        seed: 3,
        spatialTransforms: { transpose: { axes: ["x", "z"] } },
      },
      validation: { sampler: { kind: "grid" }, batchSize: 2, seed: 3 },
    },
    warnings: [],
  });
});

// biome-ignore format: a table
const meanings: readonly (readonly [string, object, object])[] = [
  ["raw_path", { raw_path: "r", input_path: undefined }, { spec: { raw: "r" }, warnings: [{ path: "raw_path" }] }],
  ["datasplit_path", { datasplit_path: "d.csv", input_path: undefined }, { spec: { csv: "d.csv" }, warnings: [] }],
  ["class_relationships", { class_relationships: { a: ["b"] } }, { spec: { classRelations: { a: ["b"] } }, warnings: [] }],
  ["input_array_info", { input_array_info: arrays.input_arrays, input_arrays: undefined }, { spec: { inputArrays: arrays.input_arrays } }],
  ["classes null", { classes: null }, { spec: { classes: null } }],
  ["None is left out", { pad: null, target_path: null, rng: null, spatial_transforms: null, context: null }, { spec: dataset0({}), warnings: [] }],
  ["bare target_path", { target_path: "https://h/crop1/mito/" }, { spec: { target: "https://h/crop1/[mito]" } }],
  ["empty target_path", { target_path: "" }, { spec: dataset0({}) }],
  ["empty_value nan", { empty_value: "nan", target_arrays: { t: arrays.input_arrays.raw } }, { spec: { targetArrays: { t: { ...arrays.input_arrays.raw, dtype: "float32", unknown: "nan" } } } }],
  ["empty_value 0", { empty_value: 0 }, { warnings: [] }],
  ["empty_value 255", { empty_value: 255 }, { warnings: [{ path: "empty_value" }] }],
  ["axis_order", { axis_order: "zyx" }, { warnings: [] }],
  ["is_train false", { is_train: false, spatial_transforms: { mirror: true } }, { loaderOptions: { sampler: { kind: "sequential" } } }],
  ["is_train false with iterations", { is_train: false, iterations_per_epoch: 3 }, { loaderOptions: { sampler: { kind: "uniform", replacement: false }, iterationsPerEpoch: 3 } }],
  ["shuffle false", { shuffle: false }, { loaderOptions: { sampler: { kind: "sequential" } } }],
  ["num_workers 0", { num_workers: 0 }, { loaderOptions: { sampler: { kind: "uniform", replacement: false } } }],
  ["device cpu", { device: "cpu" }, { loaderOptions: { backend: "cpu" }, warnings: [] }],
  ["device cuda", { device: "cuda:0" }, { warnings: [{ path: "device" }] }],
  ...["context", "max_workers", "force_has_data", "pin_memory", "persistent_workers", "prefetch_factor"].map(
    (name) => [name, { [name]: 1 }, { warnings: [{ path: name, message: expect.stringContaining("has no effect") }] }] as const,
  ),
];

function dataset0(more: object) {
  return { raw: dataset.input_path, inputArrays: arrays.input_arrays, missingClasses: "unknown", ...more };
}

it.each(meanings)("gives %s its meaning", (_, change, expected) => {
  expect(fromCellmapConfig(defined({ ...dataset, ...change }))).toMatchObject(expected);
});

it("leaves no trace of what is None", () => {
  const [, change] = meanings.find(([name]) => name === "None is left out")!;
  expect(fromCellmapConfig({ ...dataset, ...change })).toEqual(fromCellmapConfig(dataset));
});

// biome-ignore format: a table
const spellings: readonly (readonly [object, object, number])[] = [
  [{ mirror: { axes: { x: 0.25, z: 1 } } }, { mirror: { axes: { x: 0.25, z: 1 } } }, 0],
  [{ mirror: true }, { mirror: { axes: { z: 0.5, y: 0.5, x: 0.5 } } }, 0],
  [{ mirror: { z: true, y: false } }, { mirror: { axes: { z: 0.5, y: 0 } } }, 0],
  [{ transpose: true }, { transpose: { axes: ["z", "y", "x"] } }, 0],
  [{ transpose: { axes: ["x", "z"] } }, { transpose: { axes: ["x", "z"] } }, 0],
  [{ rotate: { z: 45 } }, { rotate: { axes: { z: [-45, 45] } } }, 0],
  [{ rotate: { axes: { x: [-180, 180] } } }, { rotate: { axes: { x: [-180, 180] } } }, 0],
  [{ rotate: { axes: { x: [0, 90] } } }, { rotate: { axes: { x: [0, 90] } } }, 1],
  [{ mirror: false, transpose: null }, {}, 0],
];

it.each(spellings)("reads the spelling %j", (given, expected, warnings) => {
  const plan = fromCellmapConfig({ ...dataset, spatial_transforms: given });
  expect(plan.kind === "dataset" && plan.loaderOptions.spatialTransforms).toEqual(expected);
  expect(plan.warnings.length).toBe(warnings);
});

// biome-ignore format: a table
const bad: readonly (readonly [object, string, string, RegExp])[] = [
  [{ raw_path: "r" }, "invalid-option", "raw_path", /the only one of input_path and raw_path/],
  [{ class_relation_dict: {}, class_relationships: {} }, "invalid-option", "class_relationships", /the only one of/],
  [{ csv_path: "d.csv" }, "invalid-option", "the cellmap-data configuration", /exactly one of input_path/],
  [{ input_path: undefined }, "invalid-option", "the cellmap-data configuration", /exactly one of input_path/],
  [{ inputpath: "r" }, "unknown-option", "the cellmap-data configuration.inputpath", /Did you mean "input_path"/],
  [{ sampler: {} }, "invalid-option", "sampler", /JSON cannot hold a sampler object/],
  [{ datasets: {} }, "invalid-option", "datasets", /dataset objects/],
  [{ input_path: 3 }, "invalid-option", "input_path", /a path or URL/],
  [{ input_arrays: undefined }, "invalid-option", "input_arrays", /object of array name/],
  [{ input_arrays: { raw: { shape: [8, 8, 8], scales: [1, 1, 1] } } }, "unknown-option", "input_arrays.raw.scales", /Did you mean "scale"/],
  [{ input_arrays: { raw: { shape: [8], scale: [1, 1, 1] } } }, "invalid-option", "input_arrays.raw.shape", /two or three positive/],
  [{ classes: "mito" }, "invalid-option", "classes", /a list of names/],
  [{ axis_order: "xyz" }, "invalid-option", "axis_order", /"zyx"/],
  [{ empty_value: "x" }, "invalid-option", "empty_value", /"nan" or a number/],
  [{ pad: "train" }, "invalid-option", "pad", /true or false/],
  [{ rng: 1, seed: 2 }, "invalid-option", "rng", /left out when seed is given/],
  [{ rng: {} }, "invalid-option", "rng", /whole number/],
  [{ batch_size: 0 }, "invalid-option", "batch_size", /whole number ≥ 1/],
  [{ num_workers: -1 }, "invalid-option", "num_workers", /whole number ≥ 0/],
  [{ weighted_sampler: 1 }, "invalid-option", "weighted_sampler", /true or false/],
  [{ spatial_transforms: { mirorr: {} } }, "unknown-option", "spatial_transforms.mirorr", /Did you mean "mirror"/],
  [{ spatial_transforms: { mirror: { axes: { w: 1 } } } }, "unknown-option", "spatial_transforms.mirror.axes.w", /Unknown option "w"/],
  [{ spatial_transforms: { mirror: { x: 2 } } }, "invalid-option", "spatial_transforms.mirror.axes.x", /probability/],
  [{ spatial_transforms: { rotate: { z: [90, 0] } } }, "invalid-option", "spatial_transforms.rotate.axes.z", /lo ≤ hi/],
  [{ spatial_transforms: { transpose: { axes: ["x", "x"] } } }, "invalid-option", "spatial_transforms.transpose.axes", /different axes/],
  [{ filter_by_scale: true }, "invalid-option", "filter_by_scale", /argument of a split/],
];

it.each(bad)("refuses %j", (change, code, path, message) => {
  const error = errorOf(() => fromCellmapConfig(defined({ ...dataset, ...change })));
  expect(isVoxelfeedError(error)).toBe(true);
  expect(error).toMatchObject({ code, path, message: expect.stringMatching(message) });
});

// biome-ignore format: a table
const badSplits: readonly (readonly [object, string, RegExp])[] = [
  [{ target_path: "t" }, "target_path", /argument of a single dataset/],
  [{ is_train: true }, "is_train", /argument of a single dataset/],
  [{ pad: "test" }, "pad", /"train" or "validate"/],
  [{ csv_path: undefined, dataset_dict: { train: {} } }, "dataset_dict.train", /a list of/],
  [{ csv_path: undefined, dataset_dict: { train: [{ gt: "x" }] } }, "dataset_dict.train[0].raw", /a path or URL/],
  [{ csv_path: undefined, dataset_dict: { train: [{ raw: "r", gt: "x", target: "y" }] } }, "dataset_dict.train[0].gt", /both name the same/],
];

it.each(badSplits)("refuses the split %j", (change, path, message) => {
  const error = errorOf(() => fromCellmapConfig(defined({ ...split, ...change })));
  expect(error).toMatchObject({ code: "invalid-option", path, message: expect.stringMatching(message) });
});

/** Without the keys that a row of a table takes away. */
function defined(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
