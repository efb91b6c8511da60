/**
 * Renders a read on the CPU, in float64. Twin: `src/gpu/render.ts`.
 *
 * The output is cut into blocks; the voxels each block touches are gathered into one contiguous array and
 * sampled from there, along source axes where the matrix allows it and obliquely otherwise.
 */

import { type IdTable, idTableFor } from "../plan/ids.js";
import { outputArray } from "../plan/output.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import type { ReadWarp } from "../plan/warp.js";
import type { TypedArray } from "../types.js";
import { argmaxPoints, argmaxRow } from "./argmax.js";
import { type OutputBlock, outputBlocks, type VoxelBox } from "./blocks.js";
import { BrickReader, type GatheredVoxels } from "./gather.js";
import { addLinearPoints, markWithin, nearestPoints } from "./points.js";
import {
  addLinearRow,
  innerLimits,
  type Limits,
  nearestLimits,
  nearestRow,
  type RowRange,
  rangeWithin,
} from "./sample.js";
import { RenderScratch } from "./scratch.js";
import { type AxisMap, axisMapOf, axisTaps, copiedRow, separableRow } from "./separable.js";
import { rowSpans } from "./spans.js";
import { allSteps } from "./steps.js";
import { isLossless, storeRow } from "./store.js";
import type { PointRows } from "./values/points.js";
import { WarpedRows } from "./warp.js";

export interface RenderedRead {
  /** C order z, y, x; of the plan's `outDType`, float16 as bits. Owned by the caller. */
  readonly data: TypedArray;
  /** 1 where the output voxel's centre is inside the volume and not unknown, else 0; null unless asked for. */
  readonly mask: Uint8Array | null;
  /** What the values index when 64-bit ids do not fit the output, else null. See `math/ids.ts`. */
  readonly idTable: IdTable | null;
}

export interface RenderOptions {
  readonly mask: boolean;
  /** Operations on the values of inside voxels, before they are stored. Default: none. */
  readonly points?: PointRows;
  /** Working memory to reuse between reads that do not overlap in time. Default: fresh. */
  readonly scratch?: RenderScratch;
  /** What the values are written to: exactly their bytes, of any content. Default: fresh. */
  readonly memory?: ArrayBuffer;
}

/**
 * Renders one read.
 *
 * @param bricks - page table entry → brick bytes (see {@link ReadPlan}); an absent one reads as the fill value
 * @returns new arrays, owned by the caller
 */
export function renderRead(
  plan: ReadPlan,
  bricks: ReadonlyMap<number, Uint8Array>,
  options: RenderOptions,
): RenderedRead {
  return allSteps(renderReadInSteps(plan, bricks, options));
}

/** {@link renderRead} that can be paused after each block. */
export function* renderReadInSteps(
  plan: ReadPlan,
  bricks: ReadonlyMap<number, Uint8Array>,
  options: RenderOptions,
): Generator<void, RenderedRead> {
  // Values that are worked on are no ids.
  const idTable = options.points === undefined ? idTableFor(plan, bricks) : null;
  const reader = new BrickReader(plan, bricks, idTable);
  const scratch = options.scratch ?? new RenderScratch();
  const target: Target = {
    plan,
    data: outputArray(plan.outDType, voxelCount(plan.shape), options.memory),
    mask: options.mask || plan.labelCodes ? new Uint8Array(voxelCount(plan.shape)) : null,
    points: options.points ?? null,
  };
  const known = plan.labelCodes === undefined ? null : knownTarget(plan);
  const map = plan.warp === undefined ? axisMapOf(plan) : null;
  for (const [block, box] of outputBlocks(plan)) {
    const voxels = reader.gather(box, map === null ? rowSpans(plan, block, box) : null, scratch);
    renderBlock(target, block, voxels, map, scratch);
    if (known !== null) {
      renderBlock(known, block, { ...voxels, values: voxels.known!, finite: true }, map, scratch);
    }
    yield;
  }
  if (known !== null) clearUnknown(target, known.data);
  return { data: target.data, mask: options.mask ? target.mask : null, idTable };
}

/** Where the nearest voxel is known: a nearest read beside the read itself. */
function knownTarget(plan: ReadPlan): Target {
  const nearest: ReadPlan = {
    ...plan,
    interpolation: "nearest",
    subsamples: [1, 1, 1],
    padValue: 0,
    dtype: "uint8",
    outDType: "uint8",
  };
  return { plan: nearest, data: outputArray("uint8", voxelCount(plan.shape)), mask: null, points: null };
}

/** Makes inside voxels 0 and their mask 0 where they are unknown; outside ones keep the pad value. */
function clearUnknown({ data, mask }: Target, known: TypedArray): void {
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 1 || mask![i] === 0) continue;
    mask![i] = 0;
    data[i] = 0;
  }
}

function renderBlock(
  target: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  map: AxisMap | null,
  scratch: RenderScratch,
): void {
  if (target.plan.warp !== undefined) {
    renderWarped(target, block, voxels, target.plan.warp, scratch);
  } else if (map === null || target.plan.interpolation === "linear-argmax") {
    renderOblique(target, block, voxels, scratch);
  } else {
    renderSeparable(target, block, voxels, map, scratch);
  }
}

interface Target {
  readonly plan: ReadPlan;
  readonly data: TypedArray;
  readonly mask: Uint8Array | null;
  readonly points: PointRows | null;
}

/** Index of the first output element of a block's row (z, y). */
function rowStart({ shape }: ReadPlan, { start }: OutputBlock, z: number, y: number): number {
  return ((start[0] + z) * shape[1] + start[1] + y) * shape[2] + start[2];
}

function renderSeparable(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  map: AxisMap,
  scratch: RenderScratch,
): void {
  const [sizeZ, sizeY, sizeX] = block.shape;
  const tapsOf = (out: 0 | 1 | 2) => axisTaps(plan, map, voxels.box, out, block.start[out], block.shape[out]);
  const taps = [tapsOf(0), tapsOf(1), tapsOf(2)] as const;
  const [tapsZ, tapsY, tapsX] = taps;
  const single = taps.every((axis) => axis.single);
  const copies =
    single &&
    points === null &&
    map.source[2] === 2 &&
    isRun(tapsX.position) &&
    isLossless(plan.dtype, plan.outDType);
  const rowInside = !tapsX.inside.includes(0);
  const [from, to] = [tapsX.inside.indexOf(1), tapsX.inside.lastIndexOf(1) + 1];
  const row = scratch.row(sizeX);
  const line = scratch.line(voxels.box.shape[map.source[2]!]!);
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const at = rowStart(plan, block, z, y);
      const inside = tapsZ.inside[z] === 1 && tapsY.inside[y] === 1;
      if (inside) mask?.set(tapsX.inside, at);
      if (inside && rowInside && copies) {
        const first = tapsZ.position[z]! + tapsY.position[y]! + tapsX.position[0]!;
        data.set(voxels.values.subarray(first, first + sizeX), at);
        continue;
      }
      if (!inside || !rowInside) row.fill(plan.padValue, 0, sizeX);
      if (inside && single) copiedRow(voxels, taps, z, y, row);
      else if (inside) separableRow(voxels, taps, map.source[2], z, y, line, row);
      if (inside) points?.apply(row, from, to, block.start[0] + z, block.start[1] + y, block.start[2]);
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
}

/** Whether positions go up by one. */
function isRun(positions: Int32Array): boolean {
  return positions.every((position, i) => position === positions[0]! + i);
}

function renderOblique(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  scratch: RenderScratch,
): void {
  const { matrix, subsamples, shape } = plan;
  const [sizeZ, sizeY, sizeX] = block.shape;
  const row = scratch.row(sizeX);
  const origin = block.start[2];
  const whole: RowRange = [origin, origin + sizeX];
  const frame = {
    start: new Float64Array(3),
    step: Float64Array.of(matrix[0][2], matrix[1][2], matrix[2][2]),
  };
  const limits = insideLimits(plan, voxels.box);
  const inner = plan.interpolation === "nearest" ? nearestLimits(voxels) : innerLimits(voxels);
  const shifts = sampleShifts(subsamples);
  for (let z = block.start[0]; z < block.start[0] + sizeZ; z++) {
    for (let y = block.start[1]; y < block.start[1] + sizeY; y++) {
      const at = (z * shape[1] + y) * shape[2] + origin;
      placeRow(plan, voxels.box, z, y, 0, frame.start);
      const inside = rangeWithin(frame, limits, whole);
      const [from, to] = [inside[0] - origin, inside[1] - origin];
      if (to - from < sizeX) row.fill(plan.padValue, 0, sizeX);
      mask?.fill(1, at + from, at + to);
      if (plan.interpolation === "nearest") {
        nearestRow(voxels, inner, frame, inside, origin, row);
      } else if (plan.interpolation === "linear-argmax") {
        argmaxRow(voxels, frame, inside, origin, row);
      } else {
        row.fill(0, from, to);
        for (const [dz, dy, dx] of shifts) {
          placeRow(plan, voxels.box, z + dz, y + dy, dx, frame.start);
          addLinearRow(voxels, inner, frame, inside, origin, row);
        }
        if (shifts.length > 1) for (let x = from; x < to; x++) row[x]! /= shifts.length;
      }
      points?.apply(row, from, to, z, y, origin);
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
}

function renderWarped(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  warp: ReadWarp,
  scratch: RenderScratch,
): void {
  const { matrix, subsamples } = plan;
  const [sizeZ, sizeY, sizeX] = block.shape;
  const row = scratch.row(sizeX);
  const inside = new Uint8Array(sizeX);
  const rows = new WarpedRows(plan, warp, sizeX);
  const limits = insideLimits(plan, voxels.box);
  const shifts = sampleShifts(subsamples).map((shift) =>
    Float64Array.from(matrix, (step) => step[0] * shift[0] + step[1] * shift[1] + step[2] * shift[2]),
  );
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const at = rowStart(plan, block, z, y);
      rows.place(block.start[0] + z, block.start[1] + y, block.start[2], sizeX, voxels.box);
      const count = markWithin(rows.row, limits, sizeX, inside);
      mask?.set(inside, at);
      if (plan.interpolation === "nearest") {
        nearestPoints(voxels, rows.row, inside, sizeX, row);
      } else if (plan.interpolation === "linear-argmax") {
        argmaxPoints(voxels, rows.row, inside, sizeX, row);
      } else {
        row.fill(0, 0, sizeX);
        for (const shift of shifts) addLinearPoints(voxels, rows.row, shift, inside, sizeX, row);
        if (shifts.length > 1) for (let x = 0; x < sizeX; x++) row[x]! /= shifts.length;
      }
      points?.apply(row, 0, sizeX, block.start[0] + z, block.start[1] + y, block.start[2]);
      if (count < sizeX) for (let x = 0; x < sizeX; x++) if (inside[x] === 0) row[x] = plan.padValue;
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
}

/** Where a centre is inside the volume, in coordinates of the gathered box. */
function insideLimits({ volumeShape, reflect }: ReadPlan, { start }: VoxelBox): Limits {
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

/** Writes the coordinates, in the gathered box, of output voxel (z, y, x) to `target`. */
function placeRow(
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

/** Where in an output voxel its samples lie, in output voxels from the centre. */
function sampleShifts([countZ, countY, countX]: readonly [number, number, number]): [
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
