/** A configuration of cellmap-data drives the real thing: what it asks for is what the batches hold. */
import { expect, it } from "vitest";
import {
  createLoader,
  fromCellmapConfig,
  openDataSplit,
  openDataset,
  toCellmapConfig,
} from "../../../src/index.js";
import { serveCrop } from "../../helpers/volumes.js";

const array = { shape: [8, 8, 8], scale: [10, 10, 10] };

it("trains on a split: raw in [0, 1], labels binary, every validation tile once", async () => {
  const { raw, target } = await serveCrop();
  const config = {
    dataset_dict: { train: [{ raw, gt: target }], validate: [{ raw, gt: target }] },
    input_arrays: { raw: array },
    target_arrays: { labels: array },
    spatial_transforms: { mirror: { axes: { x: 0.5 } }, rotate: { axes: { z: [-180, 180] } } },
    batch_size: 3,
    iterations_per_epoch: 2,
    num_workers: 1,
    device: "cpu",
    seed: 1,
  };
  const plan = fromCellmapConfig(config);
  expect(plan.warnings).toEqual([]);
  if (plan.kind !== "split") throw new Error("expected a split");
  const split = await openDataSplit(plan.spec);
  const train = split.loader("train", plan.loaderOptions.train);
  let batches = 0;
  for await (const batch of train) {
    const values = await batch.arrays.raw!.data();
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(values.some((value) => value > 0.1 && value < 0.9)).toBe(true);
    const labels = await batch.arrays.labels!.data();
    expect(new Set(labels)).toEqual(new Set([0, 1]));
    expect(batch.samples.some(({ drawn }) => drawn !== null)).toBe(true);
    batch.release();
    batches++;
  }
  expect(batches).toBe(2);
  let tiles = 0;
  for await (const batch of split.loader("validation", plan.loaderOptions.validation)) {
    expect(batch.samples.every(({ drawn }) => drawn === null)).toBe(true);
    tiles += batch.samples.length;
    batch.release();
  }
  expect(tiles).toBe(27);
  split.dispose();
});

it("reads the same batches from a configuration and from what is written back of it", async () => {
  const { raw, target } = await serveCrop();
  const config = {
    raw_path: raw,
    target_path: target,
    classes: ["b", "a"],
    input_arrays: { raw: array },
    target_arrays: { labels: array },
    raw_value_transforms: ["Normalize", { class: "GaussianNoise", std: 0.1 }],
    target_value_transforms: "SignedDistanceTransform",
    empty_value: "nan",
    batch_size: 2,
    iterations_per_epoch: 1,
    num_workers: 1,
    seed: 4,
  };
  const first = fromCellmapConfig(config);
  const second = fromCellmapConfig(JSON.parse(JSON.stringify(toCellmapConfig(first).config)));
  const batches = [];
  for (const plan of [first, second]) {
    if (plan.kind !== "dataset") throw new Error("expected a dataset");
    const dataset = await openDataset(plan.spec);
    const loader = createLoader(dataset, { ...plan.loaderOptions, backend: "cpu" });
    for await (const batch of loader) {
      const { raw: values, labels } = batch.arrays;
      batches.push([
        (await values!.data()).slice(),
        (await labels!.data()).slice(),
        batch.samples.map(({ index }) => index),
      ]);
      batch.release();
    }
    loader.dispose();
    dataset.dispose();
  }
  expect(batches.length).toBe(2);
  expect(batches[1]).toEqual(batches[0]);
  // Distances in nanometres: one voxel is 10 nm.
  const distances = batches[0]![1] as Float32Array;
  expect(distances.some((value) => value === 10)).toBe(true);
  expect(distances.some((value) => value === -10)).toBe(true);
});
