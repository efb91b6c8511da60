/** What a read is rendered into, and what all ways of rendering need to know of it. */
import type { ReadPlan } from "../plan/reads.js";
import type { TypedArray } from "../types.js";
import type { OutputBlock, VoxelBox } from "./blocks.js";
import type { Limits } from "./sample.js";
import type { PointRows } from "./values/points.js";

export interface Target {
  readonly plan: ReadPlan;
  readonly data: TypedArray;
  readonly mask: Uint8Array | null;
  readonly points: PointRows | null;
}

/** Index of the first output element of a block's row (z, y). */
export function rowStart({ shape }: ReadPlan, { start }: OutputBlock, z: number, y: number): number {
  return ((start[0] + z) * shape[1] + start[1] + y) * shape[2] + start[2];
}

/** Writes the coordinates, in the gathered box, of output voxel (z, y, x) to `target`. */
export function placeRow(
  { matrix, offset, base }: ReadPlan,
  { start }: VoxelBox,
  z: number,
  y: number,
  x: number,
  target: Float64Array,
): void {
  for (let axis = 0; axis < 3; axis++) {
    const [mz, my, mx] = matrix[axis]!;
    target[axis] = base[axis]! - start[axis]! + (offset[axis]! + mz * z + my * y + mx * x);
  }
}

/** Where a centre is inside the volume, in coordinates of the gathered box. */
export function insideLimits({ volumeShape, reflect }: ReadPlan, { start }: VoxelBox): Limits {
  if (reflect) {
    return {
      low: new Float64Array(3).fill(Number.NEGATIVE_INFINITY),
      high: new Float64Array(3).fill(Number.POSITIVE_INFINITY),
    };
  }
  return {
    low: Float64Array.from(start, (first) => -0.5 - first),
    high: Float64Array.from(start, (first, axis) => volumeShape[axis]! - 0.5 - first),
  };
}

/** Where in an output voxel its samples lie, in output voxels from the centre. */
export function sampleShifts([countZ, countY, countX]: readonly [number, number, number]): [
  number,
  number,
  number,
][] {
  const shifts: [number, number, number][] = [];
  const shift = (j: number, n: number) => (j + 0.5) / n - 0.5;
  for (let z = 0; z < countZ; z++) {
    for (let y = 0; y < countY; y++) {
      for (let x = 0; x < countX; x++) shifts.push([shift(z, countZ), shift(y, countY), shift(x, countX)]);
    }
  }
  return shifts;
}
