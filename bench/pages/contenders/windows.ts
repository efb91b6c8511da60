/** Patches as array slices, for contenders that know no world coordinates. */
import type { Vec3 } from "../../../src/index.js";
import type { Job } from "../job.js";

/** The volumes' voxel size, nanometres. */
const VOXEL_NM = 10;

/** First voxel of each patch of the run, z, y, x. */
export function patchStarts({ placed, settings }: Job): Vec3[] {
  if (placed === undefined) throw new Error("This contender must be told where the patches are.");
  return placed.map(({ center }) => {
    const start = (axis: 0 | 1 | 2): number => center[axis] / VOXEL_NM - (settings.patch[axis] - 1) / 2;
    return [start(0), start(1), start(2)];
  });
}

/** The list in pieces of `size`. */
export function inBatches<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
