/**
 * Reads whose every output voxel is one stored voxel: moves by whole voxels, flips, axis permutations and nearest
 * reads along the axes. They go from the bricks to the output, and nothing is gathered in between.
 */
import { stridesOf } from "../math/vec.js";
import type { LabelCodes, ReadPlan } from "../plan/reads.js";
import type { Vec3 } from "../types.js";
import { brickValues } from "./brick-values.js";
import { axisMapOf, axisTaps } from "./separable.js";
import { isLossless } from "./store.js";
import type { Target } from "./target.js";

/** Output voxels `from ≤ k < to` along one axis that lie in one brick. */
interface Run {
  readonly from: number;
  readonly to: number;
  /** What the brick's place along the source axis adds to its page table entry. */
  readonly entry: number;
}

/** Where the output voxels along one axis come from. */
interface CopiedAxis {
  /** Those inside the volume, brick by brick. */
  readonly runs: readonly Run[];
  /** Of each output voxel, what it adds to the index in its brick. */
  readonly offset: Int32Array;
  /** 1 where an output voxel is inside the volume along this axis. */
  readonly inside: Uint8Array;
  /** Whether neighbours in the output are neighbours in memory, in the same order. */
  readonly isStraight: boolean;
}

/** z, y, x of the output. */
export type CopiedRead = readonly [CopiedAxis, CopiedAxis, CopiedAxis];

/** How a read is copied; null where voxels are interpolated, moved one by one, or converted with loss. */
export function copiedRead(plan: ReadPlan): CopiedRead | null {
  const isPlain = plan.warp === undefined && plan.reflect !== true && plan.interpolation !== "linear-argmax";
  const map = isPlain && isLossless(plan.dtype, plan.outDType) ? axisMapOf(plan) : null;
  if (map === null) return null;
  const { gridMin, gridShape, brickShape } = plan;
  const strides = stridesOf(brickShape);
  const entries = stridesOf(gridShape);
  // The part of the volume that the page table covers.
  const box = { start: product(gridMin, brickShape), shape: product(gridShape, brickShape) };
  const axes: CopiedAxis[] = [];
  for (const out of [0, 1, 2] as const) {
    const axis = map.source[out] as 0 | 1 | 2;
    const { single, index, inside } = axisTaps(plan, map, box, out, 0, plan.shape[out]);
    if (!single) return null;
    const offset = index.map((voxel) => (voxel % brickShape[axis]) * strides[axis]);
    const runs = brickRuns(index, inside, brickShape[axis], entries[axis]);
    const isStraight = runs.every(({ from, to }) => isConsecutive(offset, from, to));
    axes.push({ runs, offset, inside, isStraight });
  }
  return axes as unknown as CopiedRead;
}

/**
 * Copies a read, brick by brick.
 *
 * @param bricks - page table entry → brick bytes; an absent one reads as the fill value
 */
export function* copyInSteps(
  { plan, data, mask }: Target,
  axes: CopiedRead,
  bricks: ReadonlyMap<number, Uint8Array>,
): Generator<void> {
  const [alongZ, alongY, alongX] = axes;
  if (axes.some(({ inside }) => inside.includes(0))) data.fill(plan.padValue);
  if (mask !== null) markInside(mask, alongZ.inside, alongY.inside, alongX.inside);
  const { dtype, shape, labelCodes } = plan;
  const fill = brickValues(Uint8Array.from(plan.fillBytes), dtype)[0]!;
  for (const z of alongZ.runs) {
    for (const y of alongY.runs) {
      for (const x of alongX.runs) {
        const bytes = bricks.get(z.entry + y.entry + x.entry);
        if (bytes === undefined) fillBox(data, shape, [z, y, x], fill);
        else copyBox(data, shape, [z, y, x], brickValues(bytes, dtype), axes);
        yield;
      }
    }
  }
  if (labelCodes !== undefined) screenLabels(data, mask!, labelCodes);
}

type Numbers = Target["data"] | ReturnType<typeof brickValues>;
type Box = readonly [Run, Run, Run];

function fillBox(target: Numbers, shape: Vec3, [z, y, x]: Box, value: number): void {
  for (let k = z.from; k < z.to; k++) {
    for (let j = y.from; j < y.to; j++) {
      const at = (k * shape[1] + j) * shape[2];
      target.fill(value, at + x.from, at + x.to);
    }
  }
}

function copyBox(target: Numbers, shape: Vec3, [z, y, x]: Box, source: Numbers, axes: CopiedRead): void {
  const [alongZ, alongY, { offset, isStraight }] = axes;
  for (let k = z.from; k < z.to; k++) {
    for (let j = y.from; j < y.to; j++) {
      const at = (k * shape[1] + j) * shape[2];
      const first = alongZ.offset[k]! + alongY.offset[j]!;
      if (isStraight) copyRow(target, at + x.from, source, first + offset[x.from]!, x.to - x.from);
      else copySpread(target, at, source, first, offset, x);
    }
  }
}

/** Four at a time, which is measured a third faster than a plain loop; `set` takes longer for rows as short as a brick's. */
function copyRow(target: Numbers, at: number, source: Numbers, from: number, count: number): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const to = at + i;
    const first = from + i;
    target[to] = source[first]!;
    target[to + 1] = source[first + 1]!;
    target[to + 2] = source[first + 2]!;
    target[to + 3] = source[first + 3]!;
  }
  for (; i < count; i++) target[at + i] = source[from + i]!;
}

function copySpread(
  target: Numbers,
  at: number,
  source: Numbers,
  first: number,
  offset: Int32Array,
  { from, to }: Run,
): void {
  for (let x = from; x < to; x++) target[at + x] = source[first + offset[x]!]!;
}

/** Absent and unknown voxels become 0, and the mask of unknown ones too. */
function screenLabels(data: Numbers, mask: Uint8Array, { absent, unknown }: LabelCodes): void {
  for (let i = 0; i < data.length; i++) {
    // Outside the volume is the pad value, whatever labels it may look like.
    if (mask[i] === 0) continue;
    if (data[i] === unknown) {
      data[i] = 0;
      mask[i] = 0;
    } else if (data[i] === absent) data[i] = 0;
  }
}

function markInside(mask: Uint8Array, z: Uint8Array, y: Uint8Array, x: Uint8Array): void {
  for (let k = 0; k < z.length; k++) {
    for (let j = 0; j < y.length; j++) {
      const at = (k * y.length + j) * x.length;
      if (z[k] === 1 && y[j] === 1) mask.set(x, at);
    }
  }
}

/** The output voxels inside the volume, cut where the brick changes. */
function brickRuns(index: Int32Array, inside: Uint8Array, brickSize: number, stride: number): Run[] {
  const runs: Run[] = [];
  const brickOf = (k: number): number => Math.floor(index[k]! / brickSize);
  const end = inside.lastIndexOf(1) + 1;
  for (let from = inside.indexOf(1); from !== -1 && from < end; ) {
    let to = from + 1;
    while (to < end && brickOf(to) === brickOf(from)) to++;
    runs.push({ from, to, entry: brickOf(from) * stride });
    from = to;
  }
  return runs;
}

function isConsecutive(offset: Int32Array, from: number, to: number): boolean {
  for (let k = from + 1; k < to; k++) if (offset[k] !== offset[k - 1]! + 1) return false;
  return true;
}

function product(a: Vec3, b: Vec3): Vec3 {
  return [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
}
