/** One file drives both: what is written back reads as the same. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { fromCellmapConfig } from "../../../src/cellmap/from-config.js";
import { toCellmapConfig } from "../../../src/cellmap/to-config.js";

const name = fc.constantFrom("raw", "context", "labels", "aff");
const className = fc.constantFrom("mito", "er", "nuc", "ecs");
const shape = fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 2, maxLength: 3 });
const scale = fc.array(
  fc.integer({ min: 1, max: 640 }).map((n) => n / 10),
  { minLength: 2, maxLength: 3 },
);
const arrays = fc.dictionary(name, fc.record({ shape, scale }), { minKeys: 1, maxKeys: 2 });
const classes = fc.uniqueArray(className, { minLength: 1 });
const axis = fc.constantFrom("z", "y", "x");
const degrees = fc.integer({ min: 0, max: 180 });
const spatial = fc.oneof(
  fc.record(
    {
      mirror: fc.record({ axes: fc.dictionary(axis, fc.double({ min: 0, max: 1, noNaN: true })) }),
      transpose: fc.record({ axes: fc.uniqueArray(axis) }),
      rotate: fc.record({
        axes: fc.dictionary(
          axis,
          degrees.map((d) => [-d, d]),
        ),
      }),
    },
    { requiredKeys: [] },
  ),
  fc.record({ mirror: fc.boolean(), transpose: fc.boolean(), rotate: fc.dictionary(axis, degrees) }),
);
const target = fc
  .uniqueArray(className, { minLength: 1 })
  .map((list) => `https://h.org/crop/[${list.join(",")}]`);
const raw = fc.option(
  fc.array(
    fc.constantFrom(
      "Normalize",
      "RandomContrast",
      { class: "ToDtype", dtype: "float32", scale: true },
      { class: "RandomGamma", gamma_range: [0.5, 2] },
      { class: "GaussianNoise", mean: 0.5, std: 0.25 },
      { class: "NaNtoNum", params: { nan: 1, posinf: null, neginf: -3 } },
      { class: "Binarize", threshold: 0.125 },
    ),
  ),
);
const shared = {
  target_value_transforms: fc.option(
    fc.array(fc.constantFrom("Binarize", { class: "Binarize", threshold: 3 }, "SignedDistanceTransform")),
  ),
  classes: fc.option(classes),
  target_arrays: arrays,
  class_relation_dict: fc.dictionary(className, classes),
  empty_value: fc.constantFrom("nan", 0, null),
  spatial_transforms: fc.option(spatial),
  batch_size: fc.integer({ min: 1, max: 64 }),
  num_workers: fc.integer({ min: 0, max: 8 }),
  iterations_per_epoch: fc.integer({ min: 1, max: 1000 }),
  weighted_sampler: fc.boolean(),
  shuffle: fc.boolean(),
  drop_last: fc.boolean(),
  seed: fc.nat(),
  device: fc.constantFrom("cpu", null),
};
const dataset = fc.record(
  {
    raw_path: fc.constant("https://h.org/v.zarr/em"),
    input_arrays: arrays,
    target_path: fc.oneof(target, fc.constant("https://h.org/crop/mito")),
    pad: fc.boolean(),
    is_train: fc.boolean(),
    raw_value_transforms: raw,
    ...shared,
  },
  { requiredKeys: ["raw_path", "input_arrays"] },
);
const entry = fc.record({ raw: fc.webUrl(), gt: fc.oneof(target, fc.constant("")) });
const split = fc
  .record(
    {
      input_arrays: arrays,
      csv_path: fc.constant("https://h.org/datasplit.csv"),
      dataset_dict: fc.record({ train: fc.array(entry), validate: fc.array(entry) }),
      pad: fc.constantFrom(true, false, "train", "validate"),
      filter_by_scale: fc.constantFrom(true, false, 0.25),
      train_raw_value_transforms: raw,
      val_raw_value_transforms: raw,
      ...shared,
    },
    { requiredKeys: ["input_arrays", "csv_path", "dataset_dict"] },
  )
  .chain(({ csv_path, dataset_dict, ...rest }) =>
    fc.constantFrom({ csv_path, ...rest }, { dataset_dict, ...rest }),
  );

it.each([
  ["dataset", dataset],
  ["split", split],
])("a %s that is read, written as JSON and read again is the same", (_, configs) => {
  fc.assert(
    fc.property(configs as fc.Arbitrary<Record<string, unknown>>, (config) => {
      const plan = fromCellmapConfig(config);
      const { config: written, warnings } = toCellmapConfig(plan);
      const again = fromCellmapConfig(JSON.parse(JSON.stringify(written)));
      expect(warnings).toEqual([]);
      expect(JSON.parse(JSON.stringify({ ...again, warnings: [] }))).toEqual(
        JSON.parse(JSON.stringify({ ...plan, warnings: [] })),
      );
    }),
    { numRuns: 500 },
  );
});

it("writes the arguments of cellmap-data", () => {
  const { config } = toCellmapConfig({
    kind: "split",
    spec: {
      csv: "train,raw.zarr,em,crop,[a]\nval,raw.zarr,em,,",
      classes: ["a"],
      inputArrays: { raw: { shape: [8, 8, 8], scale: [4, 4, 4] } },
      pad: "validation",
      problems: "skip",
    },
    loaderOptions: {
      train: { batchSize: 2, sampler: { kind: "classBalanced" } },
      validation: { batchSize: 2, sampler: { kind: "grid" } },
    },
  });
  expect(config).toEqual({
    dataset_dict: {
      train: [{ raw: "raw.zarr/em", gt: "crop/[a]" }],
      validate: [{ raw: "raw.zarr/em", gt: "" }],
    },
    classes: ["a"],
    input_arrays: { raw: { shape: [8, 8, 8], scale: [4, 4, 4] } },
    pad: "validate",
    // Without them cellmap-data would have transforms of its own.
    train_raw_value_transforms: null,
    val_raw_value_transforms: null,
    target_value_transforms: null,
    weighted_sampler: true,
    batch_size: 2,
  });
});

it("warns of everything that it leaves out", () => {
  const array = { shape: [8, 8, 8], scale: [4, 4, 4], padValue: 3 } as const;
  const { warnings } = toCellmapConfig({
    kind: "split",
    spec: { pairs: [], inputArrays: { raw: array }, baseUrl: "https://h.org", budget: { memory: 1 } },
    loaderOptions: {
      train: { layout: "ndhwc", sampler: { kind: "blockShuffle" }, backend: "webgpu", batchSize: 2 },
      validation: { batchSize: 3, sampler: { kind: "sequential" } },
    },
  });
  expect(warnings.map(({ path }) => path).sort()).toEqual([
    "loaderOptions.train.backend",
    "loaderOptions.train.layout",
    "loaderOptions.train.sampler",
    "loaderOptions.validation.batchSize",
    "loaderOptions.validation.sampler",
    "spec.baseUrl",
    "spec.budget",
    "spec.inputArrays.raw.padValue",
    "spec.problems",
  ]);
});

it("refuses images without URL", () => {
  const store = { get: () => undefined };
  const inputArrays = { raw: { shape: [8, 8, 8], scale: [4, 4, 4] } } as const;
  expect(() =>
    toCellmapConfig({ kind: "dataset", spec: { raw: store, inputArrays }, loaderOptions: {} }),
  ).toThrow(expect.objectContaining({ code: "invalid-option", path: "spec.raw" }));
});
