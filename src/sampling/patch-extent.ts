/** A patch in world axes: a view along another axis has permuted what the user asked for. */
import type { Dataset } from "../dataset/dataset.js";
import { map3, multiplyVector } from "../math/vec.js";
import type { PositionGrid } from "../plan/positions.js";
import type { Mat3, Vec3 } from "../types.js";

export interface WorldPatch {
  readonly name: string;
  /** Voxels along world z, y, x. */
  readonly shape: Vec3;
  /** Voxel size along world z, y, x, nanometres. */
  readonly scale: Vec3;
}

/** The patch of each array at the positions of a grid, not turned. */
export function worldPatches(dataset: Dataset, { start }: PositionGrid): WorldPatch[] {
  const { matrix } = dataset.plan(start).origin;
  const absolute = matrix.map((row) => row.map(Math.abs)) as unknown as Mat3;
  return dataset.arrays.map(({ spec }) => ({
    name: spec.name,
    shape: multiplyVector(absolute, spec.shape),
    scale: multiplyVector(absolute, spec.scale),
  }));
}

/** Positions that the smallest patch spans along each axis, at least 1: tiles so large leave no gap in any array. */
export function tileSize(dataset: Dataset, grid: PositionGrid): Vec3 {
  const patches = worldPatches(dataset, grid);
  return map3((a) => {
    const extent = Math.min(...patches.map(({ shape, scale }) => shape[a] * scale[a]));
    return Math.max(1, Math.floor(extent / grid.positions.step[a] + 1e-6));
  });
}
