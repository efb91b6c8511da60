/** Which pyramid level a read takes. */
import type { Vec3 } from "../types.js";

/**
 * The coarsest level whose voxel size is at most 1.01 × the target on every axis; if none is, the finest.
 *
 * @param voxelSizesNm voxel size of each level, finest first
 * @param targetNm wanted voxel size
 * @returns index into `voxelSizesNm`
 */
export function chooseLevel(voxelSizesNm: readonly Vec3[], targetNm: Vec3): number {
  for (let level = voxelSizesNm.length - 1; level > 0; level--) {
    if (voxelSizesNm[level]!.every((size, axis) => size <= 1.01 * targetNm[axis]!)) return level;
  }
  return 0;
}
