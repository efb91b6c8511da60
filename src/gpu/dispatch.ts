/** From jobs to steps of `shaders/render.wgsl`: jobs that can share a dispatch do, and each fits what can be bound. */
import { VoxelfeedError } from "../errors.js";
import { map3 } from "../math/vec.js";
import type { IdTable } from "../plan/ids.js";
import { outputItemSize } from "../plan/output.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import type { Vec3 } from "../types.js";
import type { BrickSlot } from "./bricks.js";
import { type KernelUse, renderGrid, type StoreKind } from "./kernel.js";
import { packJobs, type ShaderJob } from "./params.js";
import { type PointWork, type ProgramSlot, packProgram, slotsOf } from "./program.js";
import { ProgramCatalog } from "./program-catalog.js";
import { RenderShaders, useKey } from "./render-shaders.js";
import type { Step } from "./steps.js";
import { type ElementRun, type ReadPart, splitRead, type Window, windowsOf } from "./windows.js";

/** Elements of a buffer with usage `STORAGE`; see {@link ElementRun}. */
export interface OutputRun extends ElementRun {
  readonly buffer: GPUBuffer;
}

/** A float32 stage that a read takes its values from, instead of from bricks. */
export interface StageSource {
  readonly buffer: GPUBuffer;
  /** Of the stage, voxels z, y, x; the read covers it from its first voxel on. */
  readonly shape: Vec3;
  /** Figures of the patch that operations may refer to. */
  readonly statistics: GPUBuffer;
}

/** One pass over the voxels of a read. */
export interface KernelJob {
  readonly plan: ReadPlan;
  /** Page table entry → slot; an absent one reads as the fill value. Not looked at with a stage. */
  readonly slots: ReadonlyMap<number, BrickSlot>;
  readonly idTable: IdTable | null;
  /** Elements of the plan's `outDType`; `uint8` and `float16` are packed, little-endian. */
  readonly out: OutputRun;
  /** Packed `uint8`, 1 inside the volume; a buffer other than `out`'s. */
  readonly mask: OutputRun | null;
  /** Operations on the values. Required with a stage. */
  readonly points: PointWork | null;
  readonly stage: StageSource | null;
}

interface JobPart extends ReadPart {
  readonly job: KernelJob;
  readonly use: KernelUse;
}

/** Makes steps of kernel jobs, for one device. */
export class RenderDispatcher {
  readonly shaders: RenderShaders;
  readonly #programs = new ProgramCatalog();
  readonly #maxBindingBytes: number;
  /** Stand in for heaps that do not exist and masks that nobody asked for. */
  readonly #noHeap: GPUBuffer;
  readonly #noMask: GPUBuffer;

  /** @param maxBindingBytes ceiling of one binding of an output, at least 512 */
  constructor(device: GPUDevice, maxBindingBytes: number) {
    this.shaders = new RenderShaders(device);
    this.#maxBindingBytes = Math.max(512, maxBindingBytes);
    const usage = GPUBufferUsage.STORAGE;
    this.#noHeap = device.createBuffer({ label: "voxelfeed no heap", size: 16, usage });
    this.#noMask = device.createBuffer({ label: "voxelfeed no mask", size: 16, usage });
  }

  /**
   * The steps of jobs that do not depend on each other.
   *
   * @param heaps of the pool that holds the jobs' bricks
   * @throws `invalid-option` when a job's values or mask reach beyond their buffer
   */
  steps(jobs: readonly KernelJob[], heaps: readonly GPUBuffer[]): Step[] {
    for (const job of jobs) checkRuns(job);
    return this.#windows(jobs, heaps.length).flatMap((window) => this.#steps(window, heaps));
  }

  /** What the pipelines of a job are compiled for: one, or several where it has to be split. */
  usesOf(job: KernelJob, heaps: number): KernelUse[] {
    return this.#partsOf(job, heaps).map(({ use }) => use);
  }

  destroy(): void {
    this.#noHeap.destroy();
    this.#noMask.destroy();
  }

  #partsOf(job: KernelJob, heaps: number): JobPart[] {
    const { plan, out, mask, points, stage } = job;
    const program = points && this.#programs.covering(slotsOf(points.ops));
    return splitRead({ plan, origin: [0, 0, 0], out, mask }, this.#maxBindingBytes).map((part) => ({
      ...part,
      job,
      use: {
        plan,
        store: storeKind(part.out, part.plan, outputItemSize[plan.outDType]),
        mask: part.mask === null ? "none" : storeKind(part.mask, part.plan, 1),
        program,
        stage: stage !== null,
        heaps,
      },
    }));
  }

  /** Jobs of the same pipeline and buffers, in windows of those buffers. */
  #windows(jobs: readonly KernelJob[], heaps: number): Window<JobPart>[] {
    const groups = new Map<GPUBuffer, Map<GPUBuffer | null, Map<string, JobPart[]>>>();
    for (const part of jobs.flatMap((job) => this.#partsOf(job, heaps))) {
      const { out, mask } = part.job;
      const byMask = getOrAdd(groups, out.buffer, () => new Map<GPUBuffer | null, Map<string, JobPart[]>>());
      const byKey = getOrAdd(byMask, mask?.buffer ?? null, () => new Map<string, JobPart[]>());
      getOrAdd(byKey, useKey(part.use), (): JobPart[] => []).push(part);
    }
    const lists = [...groups.values()].flatMap((byMask) =>
      [...byMask.values()].flatMap((byKey) => [...byKey.values()]),
    );
    return lists.flatMap((parts) => windowsOf(parts, this.#maxBindingBytes));
  }

  /** The steps of a window, which share their bindings. */
  #steps(window: Window<JobPart>, heaps: readonly GPUBuffer[]): Step[] {
    const { job, use } = window.parts[0]!;
    const { jobs, tables } = packJobs(window.parts.map((part) => shaderJob(part, window)));
    const sources = job.stage === null ? heaps : [job.stage.buffer, job.stage.statistics];
    const resources = [
      jobs,
      new Uint8Array(tables.buffer),
      ...[0, 1, 2, 3].map((heap) => ({ buffer: sources[heap] ?? this.#noHeap })),
      { buffer: job.out.buffer, ...window.out },
      job.mask && window.mask ? { buffer: job.mask.buffer, ...window.mask } : { buffer: this.#noMask },
    ];
    const pipeline = this.shaders.pipeline(use);
    return window.parts.map(({ plan }, block) => ({
      pipeline,
      layout: this.shaders.bindGroupLayout,
      resources,
      block,
      workgroups: renderGrid(plan.shape),
    }));
  }
}

/** Whether a thread's four values of a row fill words of their own. */
function storeKind(
  { elementOffset, elementStride }: ElementRun,
  { shape }: ReadPlan,
  itemSize: number,
): StoreKind {
  if (itemSize === 4) return "whole";
  return elementStride === 1 && elementOffset % 4 === 0 && shape[2] % 4 === 0 ? "whole" : "shared";
}

function shaderJob({ job, use, plan, origin, out, mask }: JobPart, window: Window<JobPart>): ShaderJob {
  return {
    plan,
    slots: job.slots,
    idTable: job.idTable,
    outStart: out.elementOffset - window.out.offset / outputItemSize[plan.outDType],
    outStride: out.elementStride,
    maskStart: mask === null ? 0 : mask.elementOffset - (window.mask?.offset ?? 0),
    maskStride: mask?.elementStride ?? 1,
    program: use.program && programWords(job, use.program, origin),
  };
}

function programWords({ points, stage }: KernelJob, slots: readonly ProgramSlot[], part: Vec3): Uint32Array {
  const origin = map3((i) => points!.origin[i] + part[i]);
  return packProgram(
    { ...points!, origin },
    slots,
    stage === null ? null : { origin: part, shape: stage.shape },
  );
}

function checkRuns({ plan, out, mask }: KernelJob): void {
  const check = (name: string, run: OutputRun, itemSize: number) => {
    const end = (run.elementOffset + (voxelCount(plan.shape) - 1) * run.elementStride + 1) * itemSize;
    if (end <= run.buffer.size && run.elementOffset >= 0 && run.elementStride >= 1) return;
    throw new VoxelfeedError(
      "invalid-option",
      `The ${name} of a read needs ${end} bytes of a buffer of ${run.buffer.size}.`,
    );
  };
  check("values", out, outputItemSize[plan.outDType]);
  if (mask !== null) check("mask", mask, 1);
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
