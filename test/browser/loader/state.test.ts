import { describe, expect, it } from "vitest";
import { createLoader, type LoaderOptions, type LoaderState, samplers } from "../../../src/index.js";
import { gridDataset, joined } from "../../helpers/grid-dataset.js";

// Loaders start no worker before their first batch, so no data is needed.
const dataset = joined([gridDataset({ counts: [2, 3, 4] }), gridDataset({ counts: [1, 1, 6] })]);
const options: LoaderOptions = {
  batchSize: 4,
  seed: 7,
  sampler: samplers.uniform({ samples: 20 }),
  spatialTransforms: { mirror: { axes: { x: 0.5, y: 0.25 } } },
};
const saved = (): LoaderState => JSON.parse(JSON.stringify(createLoader(dataset, options).state()));

describe("loader.state()", () => {
  it("is small JSON that says where the loader is", () => {
    const state = saved();
    expect(state).toMatchObject({
      version: 1,
      seed: 7,
      epoch: 0,
      position: 0,
      sampler: { kind: "uniform", samples: 20 },
    });
    expect(JSON.stringify(state).length).toBeLessThan(2000);
    const loader = createLoader(dataset, options);
    loader.refresh();
    expect(loader.state().epoch).toBe(1);
    loader.setEpoch(12);
    expect(loader.state()).toMatchObject({ epoch: 12, position: 0 });
    expect(() => loader.setEpoch(-1)).toThrow(/epoch must be a whole number ≥ 0/);
    expect(() => loader.setEpoch(2 ** 24)).toThrow(/≤ 16777215/);
  });

  it("gives back what it was given", () => {
    const state: LoaderState = { ...saved(), epoch: 3, position: 2 };
    const loader = createLoader(dataset, { ...options, state });
    expect(loader.epoch).toBe(3);
    expect(loader.state()).toEqual(state);
    loader.refresh();
    expect(loader.state()).toMatchObject({ epoch: 4, position: 0 });
  });

  it("goes over into the next epoch after the last batch", () => {
    const loader = createLoader(dataset, { ...options, state: { ...saved(), epoch: 3, position: 5 } });
    expect(loader.length).toBe(5);
    expect(loader.state()).toMatchObject({ epoch: 4, position: 0 });
  });

  it("provides seed and sampler where they are not given", () => {
    const { seed: _, sampler: __, ...rest } = options;
    const loader = createLoader(dataset, { ...rest, state: saved() });
    expect(loader.sampler).toEqual(options.sampler);
    expect(loader.state()).toEqual(saved());
  });

  it("holds long lists of weights as a checksum", () => {
    const many = joined([gridDataset({ counts: [1, 1, 5000] })]);
    const weigh = (last: number) =>
      createLoader(many, {
        sampler: samplers.weighted({
          samples: Array.from({ length: 5000 }, (_, i) => (i === 4999 ? last : 1)),
        }),
      });
    const state = weigh(1).state();
    expect(state.sampler).toMatch(/^crc32c:[0-9a-f]{8}:\d+$/);
    expect(JSON.stringify(state).length).toBeLessThan(2000);
    expect(weigh(2).state().sampler).not.toBe(state.sampler);
    expect(() => createLoader(many, { state })).toThrow(/sampler must be given again/);
  });

  it("does not mind another order of keys, or what has no effect on samples", () => {
    const spatialTransforms = { mirror: { axes: { y: 0.25, x: 0.5 } } };
    const other = {
      ...options,
      spatialTransforms,
      workers: 3,
      prefetch: 5,
      maxHeldBatches: 4,
      leaseTimeoutMs: 9,
    };
    expect(() => createLoader(dataset, { ...other, backend: "cpu", state: saved() })).not.toThrow();
  });
});

describe("a state of another configuration", () => {
  it.each<[string, LoaderOptions, RegExp]>([
    ["batch size", { batchSize: 8 }, /batchSize was 4 and is 8/],
    ["seed", { seed: 8 }, /seed was 7 and is 8/],
    ["sampler", { sampler: samplers.uniform({ samples: 21 }) }, /sampler.samples was 20 and is 21/],
    ["transform", { spatialTransforms: {} }, /spatialTransforms was \[.*mirror.* and is \[\]/],
    [
      "probability",
      { spatialTransforms: { mirror: { axes: { x: 0.5, y: 1 } } } },
      /spatialTransforms\[0\].axes.y was 0.25 and is 1/,
    ],
    ["epoch length", { iterationsPerEpoch: 9 }, /iterationsPerEpoch was null and is 9/],
    ["layout", { layout: "ndhwc" }, /layout was "ncdhw" and is "ndhwc"/],
  ])("is refused with what differs: %s", (_, change, message) => {
    const make = () => createLoader(dataset, { ...options, ...change, state: saved() });
    expect(make).toThrow(expect.objectContaining({ code: "state-mismatch", path: "state" }));
    expect(make).toThrow(message);
  });

  it.each([
    [
      "length",
      joined([gridDataset({ counts: [2, 3, 4] }), gridDataset({ counts: [1, 1, 7] })]),
      /datasetLengths was \[24,6\] and is \[24,7\]/,
    ],
    ["grid", joined([gridDataset({ counts: [2, 4, 3] }), gridDataset({ counts: [1, 1, 6] })]), /positions/],
    ["classes", { ...dataset, classes: ["mito"] }, /classes was \[\] and is \["mito"\]/],
    [
      "patch",
      joined([gridDataset({ counts: [2, 3, 4], patch: [2, 1, 1] }), gridDataset({ counts: [1, 1, 6] })]),
      /arrays.raw.shape was \[1,1,1\] and is \[2,1,1\]/,
    ],
  ])("is refused with what differs in the dataset: %s", (_, other, message) => {
    expect(() => createLoader(other, { ...options, state: saved() })).toThrow(message);
  });

  it.each<[unknown, RegExp]>([
    [{ ...saved(), version: 2 }, /version was 2 and is 1/],
    [{ ...saved(), epoch: -1 }, /state.epoch must be/],
    [{ ...saved(), position: undefined }, /state.position must be/],
    [{ ...saved(), possition: 1 }, /Did you mean "position"/],
    [{ ...saved(), configuration: null }, /state.configuration must be an object/],
    ["state", /must be an object/],
  ])("is refused when it is none: %j", (state, message) => {
    expect(() => createLoader(dataset, { ...options, state: state as LoaderState })).toThrow(message);
  });
});
