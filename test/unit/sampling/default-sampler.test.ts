import { expect, it } from "vitest";
import type { Dataset } from "../../../src/dataset/dataset.js";
import { defaultSampler, reachableBytes } from "../../../src/sampling/default-sampler.js";
import type { Vec3 } from "../../../src/types.js";
import { gridDataset, joined, withoutGrids } from "../../helpers/grid-dataset.js";

/** A crop whose raw array reads an image of 100³ voxels of 10 nm, two bytes each. */
function crop(counts: Vec3, url: string): Dataset {
  const plain = gridDataset({ counts, patch: [5, 5, 5] });
  const level = {
    shape: [100, 100, 100],
    voxelSizeNm: [10, 10, 10],
    brickDType: "uint16",
    array: { path: "s0", select: [0, 0, 0] },
  };
  const read = { image: { meta: { url, levels: [level] } }, level: 0 };
  return {
    ...plain,
    plan: (index: number) => ({ ...plain.plan(index), reads: { raw: [read] } }),
  } as unknown as Dataset;
}

it("counts the decoded bytes that patches reach, and no more than the image has", () => {
  expect(reachableBytes(crop([6, 16, 26], "a"))).toBe(10 * 20 * 30 * 2);
  expect(reachableBytes(crop([200, 200, 200], "a"))).toBe(100 ** 3 * 2);
  expect(reachableBytes(gridDataset({ counts: [5, 5, 5] }))).toBe(0);
});

it("is blockShuffle where that is more than four times the memory budget", () => {
  const dataset = crop([96, 96, 96], "a");
  expect(defaultSampler(dataset, 500_000)).toEqual({ kind: "uniform" });
  expect(defaultSampler(dataset, 499_999)).toEqual({ kind: "blockShuffle" });
  expect(defaultSampler(withoutGrids(dataset), 1)).toEqual({ kind: "uniform" });
  const two = joined([crop([1, 1, 1], "a"), crop([1, 1, 1], "b")]);
  expect(defaultSampler({ ...two, plan: crop([1, 1, 1], "a").plan }, 125)).toEqual({ kind: "uniform" });
});
