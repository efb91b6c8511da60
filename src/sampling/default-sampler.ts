/** The sampler of a loader that names none. */
import type { Dataset } from "../dataset/dataset.js";
import { map3 } from "../math/vec.js";
import { brickItemSize } from "../zarr/metadata.js";
import { worldPatches } from "./patch-extent.js";
import { type Sampler, samplers } from "./samplers.js";

/** A volume this many times the memory budget is far larger than the cache: scattered patches share no chunk. */
const FAR_LARGER = 4;

/**
 * `blockShuffle` where the decoded bytes that the dataset's positions reach, of all images at the levels they are read
 * from, are more than four times `budget.memory`; else `uniform`.
 */
export function defaultSampler(dataset: Dataset, memoryBytes: number): Sampler {
  if (dataset.grids === undefined) return samplers.uniform();
  return reachableBytes(dataset) > FAR_LARGER * memoryBytes ? samplers.blockShuffle() : samplers.uniform();
}

/** Decoded bytes of everything that unturned patches can read; each image and level once per grid of positions. */
export function reachableBytes(dataset: Dataset): number {
  let bytes = 0;
  for (const grid of dataset.grids ?? []) {
    const { reads } = dataset.plan(grid.start);
    const { counts, step } = grid.positions;
    const seen = new Set<string>();
    for (const { name, shape, scale } of worldPatches(dataset, grid)) {
      for (const read of reads[name]!) {
        if (read === null) continue;
        const { image, level: number } = read;
        const level = image.meta.levels[number]!;
        const key = `${image.meta.url} ${level.array.path} ${level.array.select}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const voxels = map3((a) => {
          const extentNm = (counts[a] - 1) * step[a] + shape[a] * scale[a];
          return Math.min(level.shape[a], Math.ceil(extentNm / level.voxelSizeNm[a]));
        });
        bytes += voxels[0] * voxels[1] * voxels[2] * brickItemSize[level.brickDType];
      }
    }
  }
  return bytes;
}
