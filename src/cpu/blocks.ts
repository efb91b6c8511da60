/** Cuts a read into output blocks whose source voxels fit a small scratch. */
import type { ReadPlan } from "../plan/reads.js";
import { maxGatheredVoxels } from "../plan/work-bytes.js";
import type { Vec3 } from "../types.js";

/** A box of output voxels: first index and shape, z, y, x. */
export interface OutputBlock {
  readonly start: Vec3;
  readonly shape: Vec3;
}

/**
 * A box of volume voxels: first index and shape, z, y, x; never empty, and within the volume unless the read goes on in
 * mirror images.
 */
export interface VoxelBox {
  readonly start: Vec3;
  readonly shape: Vec3;
}

/** Yields blocks that together cover the output once, each with the voxels its samples may read. */
export function* outputBlocks(plan: ReadPlan): Generator<[OutputBlock, VoxelBox]> {
  yield* cut(plan, { start: [0, 0, 0], shape: plan.shape });
}

function* cut(plan: ReadPlan, block: OutputBlock): Generator<[OutputBlock, VoxelBox]> {
  const box = touchedBox(plan, block);
  const axis = longestAxis(block.shape);
  const length = block.shape[axis];
  if (box.shape[0] * box.shape[1] * box.shape[2] <= maxGatheredVoxels || length === 1) {
    yield [block, box];
    return;
  }
  const half = length >> 1;
  yield* cut(plan, part(block, axis, 0, half));
  yield* cut(plan, part(block, axis, half, length - half));
}

/** Part of a block along one axis. */
function part(block: OutputBlock, axis: 0 | 1 | 2, from: number, length: number): OutputBlock {
  const start: [number, number, number] = [...block.start];
  const shape: [number, number, number] = [...block.shape];
  start[axis] += from;
  shape[axis] = length;
  return { start, shape };
}

/** The longest axis; the slowest of equals, so that rows stay long. */
function longestAxis([z, y, x]: Vec3): 0 | 1 | 2 {
  if (z > 1 && z >= y && z >= x / 2) return 0;
  return y > 1 && y >= x / 2 ? 1 : x > 1 ? 2 : z >= y ? 0 : 1;
}

/** The voxels that samples of a block may read, from the images of the block's corners. */
function touchedBox(plan: ReadPlan, block: OutputBlock): VoxelBox {
  const start: [number, number, number] = [0, 0, 0];
  const shape: [number, number, number] = [1, 1, 1];
  for (let axis = 0; axis < 3; axis++) {
    let min = plan.base[axis]! + plan.offset[axis]!;
    let max = min;
    for (let out = 0; out < 3; out++) {
      const step = plan.matrix[axis]![out]!;
      const reach = Math.abs(step) * (0.5 - 0.5 / plan.subsamples[out]!);
      const first = step * block.start[out]!;
      const last = step * (block.start[out]! + block.shape[out]! - 1);
      min += Math.min(first, last) - reach;
      max += Math.max(first, last) + reach;
    }
    if (plan.warp !== undefined) {
      min += plan.warp.low[axis]!;
      max += plan.warp.high[axis]!;
    }
    // The allowance covers rounding: samples are summed in another order than corners.
    const lowest = Math.floor(min - 1e-6);
    const highest = Math.floor(max + 1e-6) + 1;
    const end = plan.volumeShape[axis]! - 1;
    const within = (voxel: number): number => (plan.reflect ? voxel : Math.min(Math.max(voxel, 0), end));
    start[axis] = within(lowest);
    shape[axis] = within(highest) - start[axis]! + 1;
  }
  return { start, shape };
}
