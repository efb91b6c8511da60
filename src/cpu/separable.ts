/**
 * Reads whose output axes run along source axes: identity, flips, axis permutations, magnification and
 * box-averaged downsampling. Each output axis then has its own list of taps, found once.
 */
import type { ReadPlan } from "../plan/reads.js";
import type { VoxelBox } from "./blocks.js";
import type { GatheredVoxels } from "./gather.js";

/** Source axis and step of every output axis, z, y, x. */
export interface AxisMap {
  readonly source: readonly [number, number, number];
  readonly step: readonly [number, number, number];
}

/** Taps of the output voxels along one axis; voxel k has taps `first[k] ≤ t < first[k + 1]`. */
export interface AxisTaps {
  readonly first: Int32Array;
  /** Index along the source axis of the gathered box. */
  readonly index: Int32Array;
  /** The index times the source axis' stride. */
  readonly position: Int32Array;
  readonly weight: Float64Array;
  /** 1 where the output voxel's centre is inside the volume along this axis. */
  readonly inside: Uint8Array;
  /** Whether every voxel has one tap, so that values are copied, not computed. */
  readonly single: boolean;
}

/** Coordinates this close to a voxel centre are that centre: sin 180° is not quite 0. */
export const centreTolerance = 1e-9;

/** The axis map of a read, or null when some output axis runs obliquely. */
export function axisMapOf({ matrix, shape }: ReadPlan): AxisMap | null {
  const source: [number, number, number] = [-1, -1, -1];
  const step: [number, number, number] = [0, 0, 0];
  const constant: number[] = [];
  for (let axis = 0; axis < 3; axis++) {
    const moving = [0, 1, 2].filter((out) => Math.abs(matrix[axis]![out]!) * shape[out]! > centreTolerance);
    if (moving.length > 1) return null;
    const out = moving[0];
    if (out === undefined) constant.push(axis);
    else if (source[out] !== -1) return null;
    else {
      source[out] = axis;
      step[out] = matrix[axis]![out]!;
    }
  }
  // A source axis nothing moves along is paired with an output axis that moves nowhere.
  for (let out = 0; out < 3; out++) if (source[out] === -1) source[out] = constant.pop()!;
  return { source, step };
}

/**
 * Taps along one output axis.
 *
 * @param out - output axis
 * @param start - first output voxel along it
 * @param length - number of output voxels
 */
export function axisTaps(
  plan: ReadPlan,
  map: AxisMap,
  box: VoxelBox,
  out: number,
  start: number,
  length: number,
): AxisTaps {
  const axis = map.source[out]!;
  const stride = axis === 2 ? 1 : axis === 1 ? box.shape[2] : box.shape[1] * box.shape[2];
  const [low, end] = plan.reflect
    ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [0, plan.volumeShape[axis]! - 1];
  const samples = plan.subsamples[out]!;
  const nearest = plan.interpolation === "nearest";
  const first = new Int32Array(length + 1);
  const inside = new Uint8Array(length);
  const taps: number[] = [];
  const weight: number[] = [];
  let single = true;
  for (let k = 0; k < length; k++) {
    const at = (shift: number) =>
      plan.base[axis]! + (plan.offset[axis]! + map.step[out]! * (start + k + shift));
    const centre = at(0);
    inside[k] = centre >= low - 0.5 && centre <= end + 0.5 ? 1 : 0;
    const weights = new Map<number, number>();
    if (nearest) {
      weights.set(clamp(Math.floor(centre + 0.5), low, end), 1);
    } else {
      for (let j = 0; j < samples; j++)
        addLinearTaps(weights, clamp(at((j + 0.5) / samples - 0.5), low, end), end);
    }
    for (const [index, value] of weights) {
      // Outside voxels are never computed, and their taps may lie outside the box.
      taps.push(clamp(index - box.start[axis]!, 0, box.shape[axis]! - 1));
      weight.push(nearest ? 1 : value / samples);
    }
    single &&= weights.size === 1;
    first[k + 1] = taps.length;
  }
  const index = Int32Array.from(taps);
  const position = index.map((tap) => tap * stride);
  return { first, index, position, weight: Float64Array.from(weight), inside, single };
}

function addLinearTaps(weights: Map<number, number>, v: number, end: number): void {
  const nearest = Math.round(v);
  const low = Math.abs(v - nearest) < centreTolerance ? nearest : Math.floor(v);
  const fraction = low === nearest && Math.abs(v - nearest) < centreTolerance ? 0 : v - low;
  if (fraction < 1) weights.set(low, (weights.get(low) ?? 0) + 1 - fraction);
  if (fraction > 0) {
    const high = Math.min(low + 1, end);
    weights.set(high, (weights.get(high) ?? 0) + fraction);
  }
}

function clamp(value: number, low: number, end: number): number {
  return Math.min(Math.max(value, low), end);
}

/**
 * One output row at block voxel (z, y): lines of the source along the row's axis are combined first, then
 * combined along the row. Voxels outside the volume are left as they are.
 *
 * @param line - as long as the box along the row's source axis
 * @param row - written at x of the block
 */
export function separableRow(
  { values, box }: GatheredVoxels,
  taps: readonly [AxisTaps, AxisTaps, AxisTaps],
  rowAxis: number,
  z: number,
  y: number,
  line: Float64Array,
  row: Float64Array,
): void {
  const [tapsZ, tapsY, tapsX] = taps;
  const stride = rowAxis === 2 ? 1 : rowAxis === 1 ? box.shape[2] : box.shape[1] * box.shape[2];
  const lineLength = box.shape[rowAxis]!;
  line.fill(0, 0, lineLength);
  for (let tz = tapsZ.first[z]!; tz < tapsZ.first[z + 1]!; tz++) {
    for (let ty = tapsY.first[y]!; ty < tapsY.first[y + 1]!; ty++) {
      const from = tapsZ.position[tz]! + tapsY.position[ty]!;
      const weight = tapsZ.weight[tz]! * tapsY.weight[ty]!;
      for (let i = 0; i < lineLength; i++) line[i]! += weight * values[from + i * stride]!;
    }
  }
  const { first, index, weight, inside } = tapsX;
  for (let x = 0; x < inside.length; x++) {
    if (inside[x] === 0) continue;
    let sum = 0;
    for (let t = first[x]!; t < first[x + 1]!; t++) sum += weight[t]! * line[index[t]!]!;
    row[x] = sum;
  }
}

/** One output row of copied voxels, for taps that are all single. */
export function copiedRow(
  { values }: GatheredVoxels,
  [tapsZ, tapsY, tapsX]: readonly [AxisTaps, AxisTaps, AxisTaps],
  z: number,
  y: number,
  row: Float64Array,
): void {
  const from = tapsZ.position[z]! + tapsY.position[y]!;
  const { position, inside } = tapsX;
  for (let x = 0; x < inside.length; x++) if (inside[x] === 1) row[x] = values[from + position[x]!]!;
}
