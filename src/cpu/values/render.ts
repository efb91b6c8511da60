/** Renders a read whose values are worked on. Twin: `src/gpu/stages.ts`. */
import { map3 } from "../../math/vec.js";
import { type OutputMemory, outputArray } from "../../plan/output.js";
import { type ReadPlan, voxelCount } from "../../plan/reads.js";
import { reachOf, type ValueWork } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";
import { type RenderedRead, type RenderOptions, renderReadInSteps } from "../render.js";
import { allSteps } from "../steps.js";
import { storeRow } from "../store.js";
import { type CpuStage, filterStage } from "./filter.js";
import { PointRows } from "./points.js";
import { figuresOf } from "./statistics.js";

/** A read and what happens to its values. */
export interface ValueRead {
  readonly plan: ReadPlan;
  readonly values: ValueWork;
  /** Of work with stages: the plan with its halo, in float32 and reflecting; bricks are those of its page table. */
  readonly gather?: ReadPlan;
}

/**
 * Renders one read; see {@link renderRead}.
 *
 * @param bricks page table entry → brick bytes
 * @returns new arrays, owned by the caller; there is no id table, since worked-on values are no ids
 */
export function renderValues(
  read: ValueRead,
  bricks: ReadonlyMap<number, Uint8Array>,
  options: Omit<RenderOptions, "points">,
): RenderedRead {
  return allSteps(renderValuesInSteps(read, bricks, options));
}

/** {@link renderValues} that can be paused after each block and stage. */
export function* renderValuesInSteps(
  { plan, values, gather }: ValueRead,
  bricks: ReadonlyMap<number, Uint8Array>,
  options: Omit<RenderOptions, "points">,
): Generator<void, RenderedRead> {
  const points = (ops: ValueWork["gather"], halo: Vec3, figures: readonly number[] = []): PointRows =>
    new PointRows(
      ops,
      values,
      plan.shape,
      map3((axis) => 0 - halo[axis]),
      figures,
    );
  if (gather === undefined) {
    return yield* renderReadInSteps(plan, bricks, {
      ...options,
      points: points(values.gather, [0, 0, 0]),
    });
  }
  let halo = values.halo;
  const gathered = yield* renderReadInSteps(gather, bricks, {
    mask: false,
    scratch: options.scratch,
    points: points(values.gather, halo),
  });
  let stage: CpuStage = { values: gathered.data as Float32Array, shape: gather.shape };
  const figures: number[] = [];
  for (const next of values.stages) {
    if (next.kind === "statistics") figures.push(...figuresOf(next, stage, halo));
    else if (next.kind === "points") applyToStage(points(next.ops, halo, figures), stage);
    else {
      stage = filterStage(next, stage, halo);
      halo = map3((axis) => halo[axis] - reachOf(next, axis));
    }
    yield;
  }
  const mask = options.mask || !isAllInside(plan) ? yield* insideMask(plan, options.memory) : null;
  const data = storedStage(plan, stage, points(values.finish, halo, figures), mask, options.memory);
  return { data, mask: options.mask ? mask : null, idTable: null };
}

function applyToStage(points: PointRows, { values, shape: [sizeZ, sizeY, sizeX] }: CpuStage): void {
  const row = new Float64Array(sizeX);
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const at = (z * sizeY + y) * sizeX;
      for (let x = 0; x < sizeX; x++) row[x] = values[at + x]!;
      points.apply(row, 0, sizeX, z, y, 0);
      values.set(row, at);
    }
  }
}

/** The patch in its output dtype, padded where `mask` is 0. */
function storedStage(
  plan: ReadPlan,
  { values }: CpuStage,
  points: PointRows,
  mask: Uint8Array | null,
  memory?: OutputMemory,
) {
  const [sizeZ, sizeY, sizeX] = plan.shape;
  const data = outputArray(plan.outDType, voxelCount(plan.shape), memory?.values, memory?.first);
  const row = new Float64Array(sizeX);
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const at = (z * sizeY + y) * sizeX;
      for (let x = 0; x < sizeX; x++) row[x] = values[at + x]!;
      points.apply(row, 0, sizeX, z, y, 0);
      if (mask !== null) for (let x = 0; x < sizeX; x++) if (mask[at + x] === 0) row[x] = plan.padValue;
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
  return data;
}

/** Whether no voxel of a read can be outside: its corners are inside. A read with a warp always may. */
function isAllInside({ shape, matrix, base, offset, volumeShape, warp }: ReadPlan): boolean {
  if (warp !== undefined) return false;
  return matrix.every((row, axis) => {
    let low = base[axis]! + offset[axis]!;
    let high = low;
    row.forEach((step, out) => {
      const reach = step * (shape[out]! - 1);
      low += Math.min(reach, 0);
      high += Math.max(reach, 0);
    });
    return low >= -0.5 && high <= volumeShape[axis]! - 0.5;
  });
}

/** 1 where a voxel's centre is inside the volume: a read of nothing but that. */
function* insideMask(plan: ReadPlan, memory?: OutputMemory): Generator<void, Uint8Array> {
  const nothing: ReadPlan = {
    ...plan,
    interpolation: "nearest",
    subsamples: [1, 1, 1],
    outDType: "uint8",
    bricks: [],
  };
  const inside = (yield* renderReadInSteps(nothing, new Map(), { mask: true })).mask!;
  if (!memory?.mask) return inside;
  const mask = new Uint8Array(memory.mask, memory.first, inside.length);
  mask.set(inside);
  return mask;
}
