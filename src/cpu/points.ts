/** Samples at coordinates that are given one by one. Twin: `shaders/sample.wgsl`. */
import type { GatheredVoxels } from "./gather.js";
import { type Limits, mix } from "./sample.js";
import type { RowCoordinates } from "./warp.js";

/** Writes 1 for every voxel of a row whose coordinate is within the limits, else 0; returns how many are. */
export function markWithin(
  row: RowCoordinates,
  { low, high }: Limits,
  length: number,
  inside: Uint8Array,
): number {
  const { z, y, x } = row;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const within =
      z[i]! >= low[0]! &&
      z[i]! <= high[0]! &&
      y[i]! >= low[1]! &&
      y[i]! <= high[1]! &&
      x[i]! >= low[2]! &&
      x[i]! <= high[2]!;
    inside[i] = within ? 1 : 0;
    if (within) count++;
  }
  return count;
}

/** Writes the nearest voxel, `floor(v + 0.5)` clamped to the box, wherever `inside` is 1. */
export function nearestPoints(
  { values, box }: GatheredVoxels,
  { z, y, x }: RowCoordinates,
  inside: Uint8Array,
  length: number,
  row: Float64Array,
): void {
  const [sizeZ, sizeY, sizeX] = box.shape;
  for (let i = 0; i < length; i++) {
    if (inside[i] === 0) continue;
    const tapZ = Math.min(Math.max(Math.floor(z[i]! + 0.5), 0), sizeZ - 1);
    const tapY = Math.min(Math.max(Math.floor(y[i]! + 0.5), 0), sizeY - 1);
    const tapX = Math.min(Math.max(Math.floor(x[i]! + 0.5), 0), sizeX - 1);
    row[i] = values[(tapZ * sizeY + tapY) * sizeX + tapX]!;
  }
}

/**
 * Adds the trilinear sample, coordinates clamped to the box, wherever `inside` is 1.
 *
 * @param shift voxels z, y, x from the coordinates to the samples
 */
export function addLinearPoints(
  { values, box }: GatheredVoxels,
  { z, y, x }: RowCoordinates,
  shift: Float64Array,
  inside: Uint8Array,
  length: number,
  row: Float64Array,
): void {
  const [lastZ, lastY, lastX] = [box.shape[0] - 1, box.shape[1] - 1, box.shape[2] - 1];
  const strideY = box.shape[2];
  const strideZ = box.shape[1] * strideY;
  const [shiftZ, shiftY, shiftX] = [shift[0]!, shift[1]!, shift[2]!];
  for (let i = 0; i < length; i++) {
    if (inside[i] === 0) continue;
    const vz = Math.min(Math.max(z[i]! + shiftZ, 0), lastZ);
    const vy = Math.min(Math.max(y[i]! + shiftY, 0), lastY);
    const vx = Math.min(Math.max(x[i]! + shiftX, 0), lastX);
    // Truncation is floor: nothing is below 0.
    const tapZ = vz | 0;
    const tapY = vy | 0;
    const tapX = vx | 0;
    const wx = vx - tapX;
    const wy = vy - tapY;
    const p = tapZ * strideZ + tapY * strideY + tapX;
    const up = tapX < lastX ? 1 : 0;
    const q = tapY < lastY ? p + strideY : p;
    const upZ = tapZ < lastZ ? strideZ : 0;
    const r = p + upZ;
    const s = q + upZ;
    const below = mix(mix(values[p]!, values[p + up]!, wx), mix(values[q]!, values[q + up]!, wx), wy);
    const above = mix(mix(values[r]!, values[r + up]!, wx), mix(values[s]!, values[s + up]!, wx), wy);
    row[i]! += mix(below, above, vz - tapZ);
  }
}
