/**
 * Reads that are turned in a plane: an output axis across the rows runs along a source axis, as under a rotation about z. A row
 * then has the same taps in every slice along that axis, and they are found once.
 */
import { stridesOf } from "../math/vec.js";
import type { ReadPlan } from "../plan/reads.js";
import type { TypedArray } from "../types.js";
import type { VoxelBox } from "./blocks.js";
import type { RowFrame, RowRange } from "./sample.js";
import type { VoxelArray } from "./scratch.js";
import { centreTolerance } from "./separable.js";

type Axis = 0 | 1 | 2;

/** The axis that is not turned. */
export interface PlaneMap {
  /** Output axis, across the rows. */
  readonly out: 0 | 1;
  /** The source axis that it runs along. */
  readonly source: Axis;
}

/** The plane of a read; null where it is turned otherwise, or several samples make a voxel. */
export function planeMapOf({ matrix, subsamples, interpolation, warp }: ReadPlan): PlaneMap | null {
  if (warp !== undefined || interpolation === "linear-argmax") return null;
  if (subsamples.some((count) => count > 1)) return null;
  for (const out of [0, 1] as const) {
    for (const source of [0, 1, 2] as const) {
      const isStraight = ([0, 1, 2] as const).every(
        (axis) =>
          (axis === out || matrix[source][axis] === 0) && (axis === source || matrix[axis][out] === 0),
      );
      if (isStraight) return { out, source };
    }
  }
  return null;
}

/** A slice of the gathered box, or two neighbours to be mixed. */
export interface SliceTaps {
  /** Where it lies along the axis; a voxel's centre where it is as good as there. */
  readonly coordinate: number;
  /** Index of the first voxel of the slice, or of the lower one. */
  readonly first: number;
  /** How far the slice above is. */
  readonly up: number;
  /** Its part; 0 for none. */
  readonly weight: number;
  /** Whether the output slice is inside the volume along this axis. */
  readonly isInside: boolean;
}

/**
 * The slice at a coordinate.
 *
 * @param coordinate along the straight axis, voxels of the gathered box; @param size of the box along it
 * @param stride values from one slice to the next; @param within lowest and highest coordinate that is inside the volume
 */
export function sliceTaps(
  coordinate: number,
  size: number,
  stride: number,
  isNearest: boolean,
  within: readonly [low: number, high: number],
): SliceTaps {
  const isInside = coordinate >= within[0] && coordinate <= within[1];
  const last = size - 1;
  const centre = Math.floor(coordinate + 0.5);
  if (isNearest || Math.abs(coordinate - centre) < centreTolerance) {
    const first = Math.min(Math.max(centre, 0), last) * stride;
    return { coordinate: centre, first, up: 0, weight: 0, isInside };
  }
  const clamped = Math.min(Math.max(coordinate, 0), last);
  const index = Math.floor(clamped);
  const up = index < last ? stride : 0;
  return { coordinate, first: index * stride, up, weight: clamped - index, isInside };
}

/** What the voxels of a row are made of in each slice. */
export class RowTaps {
  /** Index in the slice of the nearest voxel, or of the lowest tap. */
  readonly position: Int32Array;
  /** Parts of the taps above, along the slower and the faster axis of the plane. */
  readonly slow: Float64Array;
  readonly fast: Float64Array;
  /** How far those taps are; 0 where the box has one voxel along the axis. */
  upSlow = 0;
  upFast = 0;

  /** @param length output voxels of the rows that it is for */
  constructor(length: number) {
    this.position = new Int32Array(length);
    this.slow = new Float64Array(length);
    this.fast = new Float64Array(length);
  }

  /**
   * Finds the taps of a row.
   *
   * @param frame coordinates of the gathered box, of the row in any slice
   * @param range output voxels that are inside the volume; for linear samples, whose taps lie in the box (`innerLimits`)
   * @param at what makes an output voxel's x its place among the taps
   */
  place(
    { start, step }: RowFrame,
    { shape }: VoxelBox,
    source: Axis,
    isNearest: boolean,
    range: RowRange,
    at: number,
  ): void {
    const [slow, fast] = source === 0 ? [1, 2] : source === 1 ? [0, 2] : [0, 1];
    const strides = stridesOf(shape);
    const along = {
      slow: { start: start[slow]!, step: step[slow]!, last: shape[slow]! - 1, stride: strides[slow]! },
      fast: { start: start[fast]!, step: step[fast]!, last: shape[fast]! - 1, stride: strides[fast]! },
    };
    this.upSlow = along.slow.last > 0 ? along.slow.stride : 0;
    this.upFast = along.fast.last > 0 ? along.fast.stride : 0;
    if (isNearest) this.#placeNearest(along.slow, along.fast, range, at);
    else this.#placeLinear(along.slow, along.fast, range, at);
  }

  #placeNearest(slow: AlongRow, fast: AlongRow, [from, to]: RowRange, at: number): void {
    const [startSlow, startFast] = [slow.start + 0.5, fast.start + 0.5];
    for (let x = from; x < to; x++) {
      const a = Math.min(Math.max(Math.floor(startSlow + slow.step * x), 0), slow.last);
      const b = Math.min(Math.max(Math.floor(startFast + fast.step * x), 0), fast.last);
      this.position[x + at] = a * slow.stride + b * fast.stride;
    }
  }

  #placeLinear(slow: AlongRow, fast: AlongRow, [from, to]: RowRange, at: number): void {
    for (let x = from; x < to; x++) {
      // An axis of one voxel has nothing to interpolate.
      const va = slow.last > 0 ? slow.start + slow.step * x : 0;
      const vb = fast.last > 0 ? fast.start + fast.step * x : 0;
      // Truncation is floor here: nothing is below 0.
      const a = va | 0;
      const b = vb | 0;
      this.position[x + at] = a * slow.stride + b * fast.stride;
      this.slow[x + at] = va - a;
      this.fast[x + at] = vb - b;
    }
  }
}

/** Coordinates of a row along one axis of the plane. */
interface AlongRow {
  readonly start: number;
  readonly step: number;
  /** Last voxel of the box. */
  readonly last: number;
  readonly stride: number;
}

/**
 * Samples a row in a slice.
 *
 * @param tap of the row's first voxel
 * @param from first voxel of the row to be sampled; @param to where they end
 * @param row what is written to, from element `at` for the row's first voxel
 */
export function sampleRow(
  values: VoxelArray,
  taps: RowTaps,
  tap: number,
  slice: SliceTaps,
  isNearest: boolean,
  from: number,
  to: number,
  row: TypedArray | Float64Array,
  at: number,
): void {
  if (isNearest) nearestTaps(values, taps, tap, slice, from, to, row, at);
  else if (slice.weight === 0) linearTaps(values, taps, tap, slice, from, to, row, at);
  else mixedTaps(values, taps, tap, slice, from, to, row, at);
}

function nearestTaps(
  values: VoxelArray,
  { position }: RowTaps,
  tap: number,
  { first }: SliceTaps,
  from: number,
  to: number,
  row: TypedArray | Float64Array,
  at: number,
): void {
  let x = from;
  // Four at a time take little more than half the time: the loop itself costs as much as a voxel.
  for (; x + 3 < to; x += 4) {
    const p = tap + x;
    const o = at + x;
    row[o] = values[first + position[p]!]!;
    row[o + 1] = values[first + position[p + 1]!]!;
    row[o + 2] = values[first + position[p + 2]!]!;
    row[o + 3] = values[first + position[p + 3]!]!;
  }
  for (; x < to; x++) row[at + x] = values[first + position[tap + x]!]!;
}

function linearTaps(
  values: VoxelArray,
  { position, slow, fast, upSlow, upFast }: RowTaps,
  tap: number,
  { first }: SliceTaps,
  from: number,
  to: number,
  row: TypedArray | Float64Array,
  at: number,
): void {
  for (let x = from; x < to; x++) {
    const p = first + position[tap + x]!;
    row[at + x] = inSlice(values, p, upSlow, upFast, slow[tap + x]!, fast[tap + x]!);
  }
}

function mixedTaps(
  values: VoxelArray,
  { position, slow, fast, upSlow, upFast }: RowTaps,
  tap: number,
  { first, up, weight }: SliceTaps,
  from: number,
  to: number,
  row: TypedArray | Float64Array,
  at: number,
): void {
  for (let x = from; x < to; x++) {
    const p = first + position[tap + x]!;
    const low = inSlice(values, p, upSlow, upFast, slow[tap + x]!, fast[tap + x]!);
    const high = inSlice(values, p + up, upSlow, upFast, slow[tap + x]!, fast[tap + x]!);
    row[at + x] = low + (high - low) * weight;
  }
}

/** Mixes four voxels of a slice, along the faster axis first, as `sample.ts` does. */
function inSlice(
  values: VoxelArray,
  p: number,
  upSlow: number,
  upFast: number,
  slow: number,
  fast: number,
): number {
  const q = p + upSlow;
  const a = values[p]!;
  const b = values[q]!;
  const low = a + (values[p + upFast]! - a) * fast;
  const high = b + (values[q + upFast]! - b) * fast;
  return low + (high - low) * slow;
}
