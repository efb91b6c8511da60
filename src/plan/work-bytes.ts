/** What rendering a read on the CPU takes beside its bricks. */
import type { BrickDType } from "../types.js";
import { outputItemSize } from "./output.js";
import { type ReadPlan, voxelCount } from "./reads.js";
import type { WorkedRead } from "./worked.js";

/**
 * Voxels that the renderer gathers at once. Small enough to stay in a core's cache and to bound memory for any patch,
 * large enough that the shared faces of neighbouring blocks cost little.
 */
export const maxGatheredVoxels = 1 << 21;

/** Stages go back and forth between float32 arrays of the gathered patch. */
const stageArrays = 3;

/** Bytes of the outputs and of the working memory, from above. */
export function workBytes({ plan, gather, values }: WorkedRead, mask: boolean): number {
  const outputs = voxelCount(plan.shape) * (outputItemSize[plan.outDType] + (mask ? 1 : 0));
  if (values === undefined || gather === undefined) return outputs + scratchBytes(plan);
  return outputs + scratchBytes(gather) + stageArrays * 4 * voxelCount(gather.shape);
}

/** Source voxels that a block of output needs, beside a byte each that says whether they are known. */
function scratchBytes({ shape, matrix, subsamples, warp, dtype }: ReadPlan): number {
  const extents = ([0, 1, 2] as const).map((i) => {
    const turned = ([0, 1, 2] as const).reduce<number>(
      (sum, j) => sum + Math.abs(matrix[i][j]) * (shape[j] - 1 / subsamples[j]),
      0,
    );
    return Math.ceil(turned + (warp === undefined ? 0 : warp.high[i] - warp.low[i])) + 3;
  });
  const box = extents.reduce((product, extent) => product * extent, 1);
  return Math.min(box, maxGatheredVoxels) * (gatheredItemSize(dtype) + 1);
}

function gatheredItemSize(dtype: BrickDType): number {
  if (dtype === "uint8") return 1;
  return dtype === "int32" || dtype === "uint32" || dtype === "int64" || dtype === "uint64" ? 8 : 4;
}
