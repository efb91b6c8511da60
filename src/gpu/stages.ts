/**
 * The steps of one read whose values need stages.
 *
 * Three scratch buffers go round: the read is gathered with its halo into the first, every stage reads the current one and
 * writes another, and the last pass stores the patch with its padding and mask. All reads of a submit use the same
 * buffers, one after the other, so that memory does not grow with the batch.
 */
import { map3 } from "../math/vec.js";
import { filterWeights } from "../plan/filters.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import { type FilterStage, type PointOp, reachOf, type ValueWork } from "../plan/values.js";
import type { Vec3 } from "../types.js";
import type { KernelJob, OutputRun, StageSource } from "./dispatch.js";
import type { GpuStage, StageFilters } from "./filters.js";
import type { PointWork } from "./program.js";
import type { ScratchBuffers } from "./scratch.js";
import type { Step } from "./steps.js";

/** A read with stages: `plan` is the patch, `gather` the same with its halo (see {@link stagePlan}). */
export interface StagedRead {
  readonly plan: ReadPlan;
  readonly gather: ReadPlan;
  readonly slots: KernelJob["slots"];
  readonly values: ValueWork;
  readonly out: OutputRun;
  readonly mask: OutputRun | null;
}

/** Scratch buffers of a staged read: three stages, and the figures of the patch. */
const stageBuffers = [0, 1, 2] as const;
const figuresBuffer = 3;

/** Bytes of each scratch buffer that a read needs. */
export function stageNeeds({ gather, values }: Pick<StagedRead, "gather" | "values">): number[] {
  const needs = stageBuffers.map(() => voxelCount(gather.shape) * 4);
  needs[figuresBuffer] = Math.max(8 * statisticsCount(values), 16);
  return needs;
}

/**
 * The steps of a read, in order.
 *
 * @param render makes the steps of one pass of `shaders/render.wgsl`
 */
export function stagedSteps(
  { plan, gather, slots, values, out, mask }: StagedRead,
  scratch: ScratchBuffers,
  filters: StageFilters,
  render: (job: KernelJob) => readonly Step[],
): Step[] {
  const figures = scratch.at(figuresBuffer);
  const points = (ops: readonly PointOp[], halo: Vec3): PointWork => ({
    ops,
    noise: values.noise,
    origin: map3((axis) => 0 - halo[axis]),
    patchShape: plan.shape,
    halo: values.halo,
  });
  const whole = (buffer: GPUBuffer): OutputRun => ({ buffer, elementOffset: 0, elementStride: 1 });
  const none = { slots, idTable: null, mask: null, stage: null };

  let halo = values.halo;
  let current: GpuStage = { buffer: scratch.at(0), shape: gather.shape };
  /** The stage buffers that hold nothing still needed. */
  const free = (): GPUBuffer[] =>
    stageBuffers.map((index) => scratch.at(index)).filter((buffer) => buffer !== current.buffer);
  const source = (): StageSource => ({ ...current, statistics: figures });
  const steps: Step[] = [
    ...render({ ...none, plan: gather, out: whole(current.buffer), points: points(values.gather, halo) }),
  ];
  let figure = 0;
  for (const stage of values.stages) {
    if (stage.kind === "statistics") {
      const { percentiles } = stage;
      steps.push(
        filters.statistics({ stage: current, first: halo, shape: plan.shape, percentiles, figures, figure }),
      );
      figure += 2;
    } else if (stage.kind === "points") {
      const target = { buffer: free()[0]!, shape: current.shape };
      const job = { ...none, plan: { ...gather, shape: current.shape }, out: whole(target.buffer) };
      steps.push(...render({ ...job, points: points(stage.ops, halo), stage: source() }));
      current = target;
    } else {
      const filtered = filterSteps(stage, current, halo, plan.shape, free(), filters);
      steps.push(...filtered.steps);
      current = filtered.target;
      halo = map3((axis) => halo[axis] - reachOf(stage, axis));
    }
  }
  const finish = { plan, slots, idTable: null, out, mask, points: points(values.finish, halo) };
  return [...steps, ...render({ ...finish, stage: source() })];
}

function filterSteps(
  { axes, gain, keep }: FilterStage,
  original: GpuStage,
  halo: Vec3,
  patchShape: Vec3,
  buffers: readonly GPUBuffer[],
  filters: StageFilters,
): { readonly steps: Step[]; readonly target: GpuStage } {
  let source = original;
  let shift: Vec3 = [0, 0, 0];
  const steps = axes.map(({ axis, kernel, radius }, i) => {
    const shape = map3((a) => source.shape[a] - (a === axis ? 2 * radius : 0));
    shift = map3((a) => shift[a] + (a === axis ? radius : 0));
    const target = { buffer: buffers[i % 2]!, shape };
    const first = radius - halo[axis];
    const weights = filterWeights(kernel, radius, first, shape[axis], patchShape[axis]);
    const last = i === axes.length - 1;
    const kept = { stage: original, shift, factor: last ? keep : 0 };
    const step = filters.axis({ axis, weights, source, target, gain: last ? gain : 1, kept });
    source = target;
    return step;
  });
  return { steps, target: source };
}

function statisticsCount({ stages }: ValueWork): number {
  return stages.filter(({ kind }) => kind === "statistics").length;
}
