/** From jobs to steps of `shaders/render.wgsl`: jobs that can share a dispatch do, and each fits what can be bound. */
import { VoxelfeedError } from "../errors.js";
import { map3 } from "../math/vec.js";
import type { IdTable } from "../plan/ids.js";
import { outputItemSize } from "../plan/output.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import type { Vec3 } from "../types.js";
import type { BrickSlot } from "./bricks.js";
import { type KernelUse, kernelConstants, lanesOf, renderShader, workgroupSize } from "./kernel.js";
import { packJobs, type ShaderJob } from "./params.js";
import { type PointWork, packProgram } from "./program.js";
import type { Shader } from "./shader.js";
import { type Step, workgroupGrid } from "./steps.js";
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
}

const maxLayers = 65535;

/** Makes steps of kernel jobs, for one device. */
export class RenderDispatcher {
  readonly shader: Shader;
  readonly #maxBindingBytes: number;
  /** Stand in for heaps that do not exist and masks that nobody asked for. */
  readonly #noHeap: GPUBuffer;
  readonly #noMask: GPUBuffer;

  /** @param maxBindingBytes ceiling of one binding of an output, at least 512 */
  constructor(device: GPUDevice, maxBindingBytes: number) {
    this.shader = renderShader(device);
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
    return this.#windows(jobs).map((window) => this.#step(window, heaps));
  }

  destroy(): void {
    this.#noHeap.destroy();
    this.#noMask.destroy();
  }

  /** Jobs of the same pipeline and buffers, in windows of those buffers. */
  #windows(jobs: readonly KernelJob[]): Window<JobPart>[] {
    const groups = new Map<GPUBuffer, Map<GPUBuffer | null, Map<string, JobPart[]>>>();
    for (const job of jobs) {
      const part: JobPart = { job, plan: job.plan, origin: [0, 0, 0], out: job.out, mask: job.mask };
      const byMask = getOrAdd(
        groups,
        job.out.buffer,
        () => new Map<GPUBuffer | null, Map<string, JobPart[]>>(),
      );
      const byKey = getOrAdd(byMask, job.mask?.buffer ?? null, () => new Map<string, JobPart[]>());
      const key = Object.values(kernelConstants(useOf(job))).join();
      const parts = getOrAdd(byKey, key, (): JobPart[] => []);
      parts.push(...splitRead(part, this.#maxBindingBytes));
    }
    const lists = [...groups.values()].flatMap((byMask) =>
      [...byMask.values()].flatMap((byKey) => [...byKey.values()]),
    );
    return lists.flatMap((parts) => windowsOf(parts, this.#maxBindingBytes)).flatMap(withinGrid);
  }

  #step(window: Window<JobPart>, heaps: readonly GPUBuffer[]): Step {
    const { job } = window.parts[0]!;
    const use = useOf(job);
    const { jobs, tables } = packJobs(window.parts.map((part) => shaderJob(part, window)));
    const sources = job.stage === null ? heaps : [job.stage.buffer, job.stage.statistics];
    const lanes = lanesOf(use.plan, use.mask);
    const most = Math.max(...window.parts.map((part) => voxelCount(part.plan.shape)));
    // One thread more than the voxels need: a job may start in the middle of a word.
    const groups = Math.ceil((Math.ceil(most / lanes) + 1) / workgroupSize);
    return {
      pipeline: this.shader.pipeline(kernelConstants(use)),
      layout: this.shader.bindGroupLayout,
      resources: [
        jobs,
        new Uint8Array(tables.buffer),
        ...[0, 1, 2, 3].map((heap) => ({ buffer: sources[heap] ?? this.#noHeap })),
        { buffer: job.out.buffer, ...window.out },
        job.mask && window.mask ? { buffer: job.mask.buffer, ...window.mask } : { buffer: this.#noMask },
      ],
      workgroups: [...workgroupGrid(groups), window.parts.length],
    };
  }
}

/** What of a job is compiled into its pipeline. */
export function useOf({ plan, mask, points, stage }: Omit<KernelJob, "slots" | "out">): KernelUse {
  return { plan, mask: mask !== null, values: points !== null, stage: stage !== null };
}

/** Cuts a window with more jobs than a grid has layers. */
function withinGrid(window: Window<JobPart>): Window<JobPart>[] {
  const cuts: Window<JobPart>[] = [];
  for (let at = 0; at < window.parts.length; at += maxLayers) {
    cuts.push({ ...window, parts: window.parts.slice(at, at + maxLayers) });
  }
  return cuts;
}

function shaderJob({ job, plan, origin, out, mask }: JobPart, window: Window<JobPart>): ShaderJob {
  return {
    plan,
    slots: job.slots,
    idTable: job.idTable,
    outStart: out.elementOffset - window.out.offset / outputItemSize[plan.outDType],
    outStride: out.elementStride,
    maskStart: mask === null ? 0 : mask.elementOffset - (window.mask?.offset ?? 0),
    maskStride: mask?.elementStride ?? 1,
    program: programOf(job, origin),
  };
}

function programOf({ points, stage }: KernelJob, part: Vec3): Uint32Array | null {
  if (points === null) return null;
  const origin = map3((i) => points.origin[i] + part[i]);
  return packProgram({ ...points, origin }, stage === null ? null : { origin: part, shape: stage.shape });
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
