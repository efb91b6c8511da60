/** A patch in world axes: a slice lies across one of them. */
import type { Dataset } from "../dataset/dataset.js";
import { map3 } from "../math/vec.js";
import type { PositionGrid } from "../plan/positions.js";
import { inWorld, viewOf } from "../plan/view.js";
import type { Vec3 } from "../types.js";

export interface WorldPatch {
  readonly name: string;
  /** Voxels along world z, y, x. */
  readonly shape: Vec3;
  /** Voxel size along world z, y, x, nanometres. */
  readonly scale: Vec3;
}

/** The patch of each array at the positions of a grid, not turned. */
export function worldPatches(dataset: Dataset, { start }: PositionGrid): WorldPatch[] {
  const view = viewOf(dataset.plan(start).origin.sliceAxis);
  return dataset.arrays.map(({ spec }) => ({
    name: spec.name,
    shape: inWorld(view, spec.shape),
    scale: inWorld(view, spec.scale),
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
