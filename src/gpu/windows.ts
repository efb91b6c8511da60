/** Fits jobs to what one binding can hold: parts of reads, and windows of their buffers. Pure. */
import { map3 } from "../math/vec.js";
import { outputItemSize } from "../plan/output.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import { warpOfSlab } from "../plan/warp.js";
import type { Mat3, Vec3 } from "../types.js";
import { renderGrid } from "./kernel.js";

/** Per axis of a dispatch, on every device. */
const maxWorkgroups = 65535;

/** Where a read's voxels go in a buffer: voxel i (C order z, y, x) at `elementOffset + i · elementStride`. */
export interface ElementRun {
  readonly elementOffset: number;
  /** 1 for channel planes, the number of channels for interleaved ones. */
  readonly elementStride: number;
}

/** A read, or a part of one whose voxels are consecutive, with where its values and mask go. */
export interface ReadPart {
  readonly plan: ReadPlan;
  /** The part's first voxel in the whole read. */
  readonly origin: Vec3;
  readonly out: ElementRun;
  readonly mask: ElementRun | null;
}

/** Parts rendered with one binding of each buffer. */
export interface Window<Part extends ReadPart> {
  readonly parts: readonly Part[];
  readonly out: ByteRange;
  readonly mask: ByteRange | null;
}

/** Starts at a multiple of {@link windowAlignment}; its end is a multiple of 4. */
export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

/** The largest offset alignment a device may ask of a storage binding. */
export const windowAlignment = 256;

/** Bytes that an element run covers, widened to what can be bound. */
export function byteRange(run: ElementRun, count: number, itemSize: number): ByteRange {
  const first = run.elementOffset * itemSize;
  const end = (run.elementOffset + (count - 1) * run.elementStride + 1) * itemSize;
  const offset = Math.floor(first / windowAlignment) * windowAlignment;
  return { offset, size: Math.ceil(end / 4) * 4 - offset };
}

/**
 * Splits a read until each part's outputs fit a binding, and its voxels a grid: into z-slabs, then rows, then runs of voxels.
 *
 * @param maxBytes - of a binding; at least twice the window alignment
 */
export function splitRead<Part extends ReadPart>(part: Part, maxBytes: number): Part[] {
  const { plan, origin, out, mask } = part;
  const count = voxelCount(plan.shape);
  const fits =
    renderGrid(plan.shape).every((groups) => groups <= maxWorkgroups) &&
    byteRange(out, count, outputItemSize[plan.outDType]).size <= maxBytes &&
    (mask === null || byteRange(mask, count, 1).size <= maxBytes);
  if (fits || count === 1) return [part];
  const axis = plan.shape[0] > 1 ? 0 : plan.shape[1] > 1 ? 1 : 2;
  const half = plan.shape[axis] >> 1;
  const skipped = (count / plan.shape[axis]) * half;
  const move = (run: ElementRun): ElementRun => ({
    elementOffset: run.elementOffset + skipped * run.elementStride,
    elementStride: run.elementStride,
  });
  const head = { ...part, plan: slab(plan, axis, 0, half) };
  const tail = {
    ...part,
    plan: slab(plan, axis, half, plan.shape[axis] - half),
    origin: map3((a) => origin[a] + (a === axis ? half : 0)),
    out: move(out),
    mask: mask === null ? null : move(mask),
  };
  return [...splitRead(head, maxBytes), ...splitRead(tail, maxBytes)];
}

/** Output voxels `from ≤ k < from + length` along one axis. */
function slab(plan: ReadPlan, axis: 0 | 1 | 2, from: number, length: number): ReadPlan {
  const shape: [number, number, number] = [...plan.shape];
  shape[axis] = length;
  const moved = plan.offset.map((offset, row) => offset + plan.matrix[row]![axis]! * from);
  // Whole voxels go to the base, so that the rest stays as small as the slab.
  const whole = moved.map(Math.floor);
  return {
    ...plan,
    shape,
    base: plan.base.map((base, row) => base + whole[row]!) as unknown as Vec3,
    offset: moved.map((offset, row) => offset - whole[row]!) as unknown as Vec3,
    matrix: plan.matrix as Mat3,
    ...(plan.warp && { warp: warpOfSlab(plan.warp, axis, from, length) }),
  };
}

/**
 * Groups parts that share their buffers into windows.
 *
 * @param parts - each fitting a binding by itself
 * @param maxBytes - of a binding
 */
export function windowsOf<Part extends ReadPart>(parts: readonly Part[], maxBytes: number): Window<Part>[] {
  const windows: { parts: Part[]; out: ByteRange; mask: ByteRange | null }[] = [];
  const sorted = [...parts].sort((a, b) => a.out.elementOffset - b.out.elementOffset);
  for (const part of sorted) {
    const count = voxelCount(part.plan.shape);
    const out = byteRange(part.out, count, outputItemSize[part.plan.outDType]);
    const mask = part.mask === null ? null : byteRange(part.mask, count, 1);
    const last = windows.at(-1);
    const joined = last && join(last.out, out);
    const joinedMask = last?.mask && mask && join(last.mask, mask);
    if (last && joined && joined.size <= maxBytes && (joinedMask?.size ?? 0) <= maxBytes) {
      last.parts.push(part);
      last.out = joined;
      last.mask = joinedMask ?? null;
    } else {
      windows.push({ parts: [part], out, mask });
    }
  }
  return windows;
}

function join(a: ByteRange, b: ByteRange): ByteRange {
  const offset = Math.min(a.offset, b.offset);
  return { offset, size: Math.max(a.offset + a.size, b.offset + b.size) - offset };
}
