/**
 * Renders a read on the CPU, in float64. Twin: `src/gpu/render.ts`.
 *
 * A read whose every voxel is a stored one is copied. The output of others is cut into blocks; the voxels each block touches
 * are gathered into one contiguous array and sampled from there, along source axes where the matrix allows it and
 * obliquely otherwise.
 */

import { type IdTable, idTableFor } from "../plan/ids.js";
import { type OutputMemory, outputArray } from "../plan/output.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import type { TypedArray } from "../types.js";
import { type OutputBlock, outputBlocks } from "./blocks.js";
import { copiedRead, copyInSteps } from "./copied.js";
import { BrickReader, type GatheredVoxels } from "./gather.js";
import { planeMapOf } from "./planar.js";
import { renderOblique } from "./render-oblique.js";
import { renderPlanar } from "./render-planar.js";
import { renderSeparable } from "./render-separable.js";
import { renderWarped } from "./render-warped.js";
import { RenderScratch } from "./scratch.js";
import { type AxisMap, axisMapOf } from "./separable.js";
import { rowSpans } from "./spans.js";
import { allSteps } from "./steps.js";
import type { Target } from "./target.js";
import type { PointRows } from "./values/points.js";

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
  /** What the values are written to, and the mask if it is wanted. Default: fresh memory. */
  readonly memory?: OutputMemory;
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
    data: outputArray(plan.outDType, voxelCount(plan.shape), options.memory?.values, options.memory?.first),
    mask: options.mask || plan.labelCodes ? zeroMask(voxelCount(plan.shape), options.memory) : null,
    points: options.points ?? null,
  };
  const copied = options.points === undefined ? copiedRead(plan) : null;
  if (copied !== null) {
    yield* copyInSteps(target, copied, bricks);
    return { data: target.data, mask: options.mask ? target.mask : null, idTable };
  }
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

function zeroMask(voxels: number, memory: OutputMemory | undefined): Uint8Array {
  return memory?.mask ? new Uint8Array(memory.mask, memory.first, voxels).fill(0) : new Uint8Array(voxels);
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
  const { plan } = target;
  if (plan.warp !== undefined) {
    renderWarped(target, block, voxels, plan.warp, scratch);
  } else if (map !== null && plan.interpolation !== "linear-argmax") {
    renderSeparable(target, block, voxels, map, scratch);
  } else {
    const plane = voxels.finite ? planeMapOf(plan) : null;
    if (plane === null) renderOblique(target, block, voxels, scratch);
    else renderPlanar(target, block, voxels, plane, scratch);
  }
}
