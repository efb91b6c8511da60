/** Datasets without data: positions, classes and plans as real ones have them, for tests of what draws positions. */
import type { Dataset } from "../../src/dataset/dataset.js";
import type { PositionGrid } from "../../src/plan/positions.js";
import type { Vec3 } from "../../src/types.js";

export interface GridDatasetSpec {
  /** Positions along z, y, x. */
  readonly counts: Vec3;
  /** Patch, voxels of 10 nm. Default one voxel. */
  readonly patch?: Vec3;
  readonly classes?: readonly string[];
}

/** A crop of positions 10 nm apart. */
export function gridDataset({ counts, patch = [1, 1, 1], classes = [] }: GridDatasetSpec): Dataset {
  const step: Vec3 = [10, 10, 10];
  const length = counts[0] * counts[1] * counts[2];
  const positions = { first: [0, 0, 0] as Vec3, step, counts, length };
  const spec = { name: "raw", shape: patch, scale: step, dtype: "float32", mask: false };
  return {
    length,
    classes,
    arrays: [{ spec, role: "input", channels: ["raw"] }],
    grids: [{ start: 0, positions }],
    crops: [],
    place: () => ({ extentNm: patch.map((voxels) => voxels * 10) }),
    plan: (index: number) => ({ reads: { raw: [null] }, origin: { index, sliceAxis: null } }),
  } as unknown as Dataset;
}

/** Several as one, as `combineDatasets` joins real ones. */
export function joined(datasets: readonly Dataset[]): Dataset {
  const grids: PositionGrid[] = [];
  let length = 0;
  for (const dataset of datasets) {
    for (const grid of dataset.grids!) grids.push({ ...grid, start: grid.start + length });
    length += dataset.length;
  }
  return { ...datasets[0]!, length, grids, datasets };
}

/** A part of one, as `subset` makes it: without grids. */
export function withoutGrids(dataset: Dataset): Dataset {
  const { grids: _, ...rest } = dataset;
  return rest as Dataset;
}
