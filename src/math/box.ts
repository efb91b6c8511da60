/** Axis-aligned boxes in world nanometres. */
import type { Box, Vec3 } from "../types.js";
import { map3 } from "./vec.js";

/**
 * The voxel footprint of a grid: `[t - s/2, t + (n - 1/2) s]` per axis.
 *
 * @param shape voxels, z, y, x
 * @param voxelSizeNm nanometres per voxel
 * @param translationNm world position of voxel (0, 0, 0)'s centre
 */
export function footprint(shape: Vec3, voxelSizeNm: Vec3, translationNm: Vec3): Box {
  return {
    min: map3((a) => translationNm[a] - voxelSizeNm[a] / 2),
    max: map3((a) => translationNm[a] + (shape[a] - 0.5) * voxelSizeNm[a]),
  };
}

/** The intersection; empty where `min > max` on an axis (see {@link isEmpty}). */
export function intersect(a: Box, b: Box): Box {
  return {
    min: map3((i) => Math.max(a.min[i], b.min[i])),
    max: map3((i) => Math.min(a.max[i], b.max[i])),
  };
}

export function isEmpty(box: Box): boolean {
  return box.min.some((lo, i) => lo >= box.max[i]!);
}

export function boxCenter(box: Box): Vec3 {
  return map3((i) => (box.min[i] + box.max[i]) / 2);
}
