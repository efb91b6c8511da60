/**
 * Samples rows of output voxels at arbitrary coordinates. Twin: `shaders/sample.wgsl`.
 *
 * Coordinates are voxels of the gathered box, z, y, x. Along a row they are `start + step · x`, evaluated
 * afresh for every x so that no error accumulates.
 */
import type { TypedArray } from "../types.js";
import type { GatheredVoxels } from "./gather.js";

/** Coordinates along one output row; three numbers each, z, y, x. */
export interface RowFrame {
  readonly start: Float64Array;
  readonly step: Float64Array;
}

/** Bounds of the coordinates, both ends included, z, y, x. */
export interface Limits {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Output voxels `from ≤ x < to` of a row. */
export type RowRange = readonly [from: number, to: number];

/** The part of a range within the limits; it is one run, since the coordinates are monotone. */
export function rangeWithin({ start, step }: RowFrame, limits: Limits, range: RowRange): RowRange {
  let [from, to] = range;
  for (let axis = 0; axis < 3; axis++) {
    const s = start[axis]!;
    const m = step[axis]!;
    const low = limits.low[axis]!;
    const high = limits.high[axis]!;
    if (m !== 0) {
      const a = (low - s) / m;
      const b = (high - s) / m;
      // One voxel wider than the estimate: the exact tests below have the last word.
      from = Math.max(from, Math.ceil(Math.min(a, b)) - 1);
      to = Math.min(to, Math.floor(Math.max(a, b)) + 2);
    }
    while (from < to && !(s + m * from >= low && s + m * from <= high)) from++;
    while (to > from && !(s + m * (to - 1) >= low && s + m * (to - 1) <= high)) to--;
  }
  return from < to ? [from, to] : [range[0], range[0]];
}

/** Where all eight taps of a linear sample lie in the gathered box, so that nothing needs clamping. */
export function innerLimits({ box }: GatheredVoxels): Limits {
  // An axis of one voxel has nothing to interpolate: any coordinate will do.
  const high = box.shape.map((size) => (size === 1 ? Number.POSITIVE_INFINITY : size - 1 - 1e-9));
  const low = box.shape.map((size) => (size === 1 ? Number.NEGATIVE_INFINITY : 0));
  return { low: Float64Array.from(low), high: Float64Array.from(high) };
}

/** Where the nearest voxel lies in the gathered box, so that nothing needs clamping. */
export function nearestLimits({ box }: GatheredVoxels): Limits {
  return {
    low: new Float64Array(3).fill(-0.5),
    high: Float64Array.from(box.shape, (size) => size - 0.5 - 1e-9),
  };
}

/**
 * Writes the nearest voxel, `floor(v + 0.5)` clamped to the box, to `row[x + shift]`.
 *
 * @param inner - of {@link nearestLimits}
 */
export function nearestRow(
  voxels: GatheredVoxels,
  inner: Limits,
  frame: RowFrame,
  range: RowRange,
  shift: number,
  row: TypedArray | Float64Array,
): void {
  const [from, to] = rangeWithin(frame, inner, range);
  if (range[0] < from) clampedNearestRow(voxels, frame, range[0], from, shift, row);
  innerNearestRow(voxels, frame, from, to, shift, row);
  if (to < range[1]) clampedNearestRow(voxels, frame, to, range[1], shift, row);
}

function innerNearestRow(
  { values, box }: GatheredVoxels,
  { start, step }: RowFrame,
  from: number,
  to: number,
  shift: number,
  row: TypedArray | Float64Array,
): void {
  const [, sizeY, sizeX] = box.shape;
  const [sz, sy, sx] = [start[0]! + 0.5, start[1]! + 0.5, start[2]! + 0.5];
  const [mz, my, mx] = [step[0]!, step[1]!, step[2]!];
  for (let x = from; x < to; x++) {
    // Truncation is floor here: nothing is below 0.
    const z = (sz + mz * x) | 0;
    const y = (sy + my * x) | 0;
    const i = (sx + mx * x) | 0;
    row[x + shift] = values[(z * sizeY + y) * sizeX + i]!;
  }
}

function clampedNearestRow(
  { values, box }: GatheredVoxels,
  { start, step }: RowFrame,
  from: number,
  to: number,
  shift: number,
  row: TypedArray | Float64Array,
): void {
  const [sizeZ, sizeY, sizeX] = box.shape;
  const [sz, sy, sx] = [start[0]! + 0.5, start[1]! + 0.5, start[2]! + 0.5];
  const [mz, my, mx] = [step[0]!, step[1]!, step[2]!];
  for (let x = from; x < to; x++) {
    const z = Math.min(Math.max(Math.floor(sz + mz * x), 0), sizeZ - 1);
    const y = Math.min(Math.max(Math.floor(sy + my * x), 0), sizeY - 1);
    const i = Math.min(Math.max(Math.floor(sx + mx * x), 0), sizeX - 1);
    row[x + shift] = values[(z * sizeY + y) * sizeX + i]!;
  }
}

/**
 * Adds the trilinear sample, coordinates clamped to the box, to `row[x - origin]`.
 *
 * @param inner - of {@link innerLimits}
 */
export function addLinearRow(
  voxels: GatheredVoxels,
  inner: Limits,
  frame: RowFrame,
  range: RowRange,
  origin: number,
  row: Float64Array,
): void {
  const [from, to] = voxels.finite ? rangeWithin(frame, inner, range) : [range[0], range[0]];
  if (range[0] < from) addClampedRow(voxels, frame, range[0], from, origin, row);
  addInnerRow(voxels, frame, from, to, origin, row);
  if (to < range[1]) addClampedRow(voxels, frame, to, range[1], origin, row);
}

function addInnerRow(
  { values, box }: GatheredVoxels,
  { start, step }: RowFrame,
  from: number,
  to: number,
  origin: number,
  row: Float64Array,
): void {
  const [sizeZ, sizeY, sizeX] = box.shape;
  const strideY = sizeX;
  const strideZ = sizeY * sizeX;
  const up = sizeX > 1 ? 1 : 0;
  const upY = sizeY > 1 ? strideY : 0;
  const upZ = sizeZ > 1 ? strideZ : 0;
  // An axis of one voxel is taken out of the arithmetic.
  const [sz, mz] = sizeZ > 1 ? [start[0]!, step[0]!] : [0, 0];
  const [sy, my] = sizeY > 1 ? [start[1]!, step[1]!] : [0, 0];
  const [sx, mx] = sizeX > 1 ? [start[2]!, step[2]!] : [0, 0];
  for (let x = from; x < to; x++) {
    const vz = sz + mz * x;
    const vy = sy + my * x;
    const vx = sx + mx * x;
    // Truncation is floor here: the run starts at 0.
    const z = vz | 0;
    const y = vy | 0;
    const i = vx | 0;
    const wz = vz - z;
    const wy = vy - y;
    const wx = vx - i;
    const p = z * strideZ + y * strideY + i;
    const q = p + upY;
    const r = p + upZ;
    const s = q + upZ;
    const a = values[p]!;
    const b = values[q]!;
    const c = values[r]!;
    const d = values[s]!;
    const ax = a + (values[p + up]! - a) * wx;
    const bx = b + (values[q + up]! - b) * wx;
    const cx = c + (values[r + up]! - c) * wx;
    const dx = d + (values[s + up]! - d) * wx;
    const ay = ax + (bx - ax) * wy;
    const cy = cx + (dx - cx) * wy;
    row[x - origin]! += ay + (cy - ay) * wz;
  }
}

function addClampedRow(
  { values, box }: GatheredVoxels,
  { start, step }: RowFrame,
  from: number,
  to: number,
  origin: number,
  row: Float64Array,
): void {
  const [lastZ, lastY, lastX] = [box.shape[0] - 1, box.shape[1] - 1, box.shape[2] - 1];
  const strideY = box.shape[2];
  const strideZ = box.shape[1] * strideY;
  for (let x = from; x < to; x++) {
    const vz = Math.min(Math.max(start[0]! + step[0]! * x, 0), lastZ);
    const vy = Math.min(Math.max(start[1]! + step[1]! * x, 0), lastY);
    const vx = Math.min(Math.max(start[2]! + step[2]! * x, 0), lastX);
    const z = Math.floor(vz);
    const y = Math.floor(vy);
    const i = Math.floor(vx);
    const p = z * strideZ + y * strideY + i;
    const up = i < lastX ? 1 : 0;
    const q = y < lastY ? p + strideY : p;
    const upZ = z < lastZ ? strideZ : 0;
    const r = p + upZ;
    const s = q + upZ;
    const wx = vx - i;
    const ay = mix(mix(values[p]!, values[p + up]!, wx), mix(values[q]!, values[q + up]!, wx), vy - y);
    const cy = mix(mix(values[r]!, values[r + up]!, wx), mix(values[s]!, values[s + up]!, wx), vy - y);
    row[x - origin]! += mix(ay, cy, vz - z);
  }
}

/** Linear interpolation that takes nothing from a tap of weight 0, and nothing but ∞ from two equal ones. */
export function mix(a: number, b: number, weight: number): number {
  return weight === 0 || a === b ? a : a + (b - a) * weight;
}
