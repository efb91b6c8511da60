/** Renders reads from a brick pool on the GPU. Twin: `src/cpu/render.ts`; shader: `shaders/render.wgsl`. */
import { VoxelfeedError } from "../errors.js";
import type { IdTable } from "../plan/ids.js";
import { outputItemSize } from "../plan/output.js";
import { type ReadPlan, voxelCount } from "../plan/reads.js";
import type { BrickPool, BrickSlot } from "./bricks.js";
import { type KernelPlan, lanesOf, RenderKernel, workgroupSize } from "./kernel.js";
import { packJobs, type ShaderJob } from "./params.js";
import { type ElementRun, type ReadPart, splitRead, type Window, windowsOf } from "./windows.js";

/** Elements of a buffer with usage `STORAGE`; see {@link ElementRun}. */
export interface OutputRun extends ElementRun {
  readonly buffer: GPUBuffer;
}

/** One read and where it goes. */
export interface GpuJob {
  readonly plan: ReadPlan;
  /** Page table entry → slot, pinned until `render` returns; an absent one reads as the fill value. */
  readonly slots: ReadonlyMap<number, BrickSlot>;
  /** Of `idTableFor` in `math/ids.ts`, for reads of 64-bit ids that do not fit. Default null. */
  readonly idTable?: IdTable | null;
  /** Elements of the plan's `outDType`; `uint8` and `float16` are packed, little-endian. */
  readonly out: OutputRun;
  /** Packed `uint8`, 1 inside the volume; a buffer other than `out`'s. Default: no mask. */
  readonly mask?: OutputRun;
}

export interface GpuRendererOptions {
  /** Ceiling of one binding of an output, in bytes, at least 512. Default: what the device can bind. */
  readonly maxBindingBytes?: number;
}

interface JobPart extends ReadPart {
  readonly job: GpuJob;
}

interface Dispatch {
  readonly window: Window<JobPart>;
  readonly jobsOffset: number;
  readonly jobsSize: number;
  readonly tablesOffset: number;
  readonly tablesSize: number;
}

const maxWorkgroups = 65535;

/**
 * Renders any number of reads with one submit. Values and masks land exactly on the elements a job names;
 * whatever else is in the buffers stays.
 *
 * It keeps its pipelines and one small buffer for parameters. It never reads back and never waits.
 */
export class GpuRenderer {
  /** Settles when the shader has compiled. @throws `gpu`, naming the WGSL line */
  readonly ready: Promise<void>;
  readonly #device: GPUDevice;
  readonly #kernel: RenderKernel;
  readonly #maxBindingBytes: number;
  /** Stand in for heaps that do not exist and masks that nobody asked for. */
  readonly #noHeap: GPUBuffer;
  readonly #noMask: GPUBuffer;
  #meta: GPUBuffer | null = null;

  constructor(device: GPUDevice, options: GpuRendererOptions = {}) {
    this.#device = device;
    this.#kernel = new RenderKernel(device);
    this.ready = this.#kernel.ready;
    const { maxStorageBufferBindingSize } = device.limits;
    this.#maxBindingBytes = Math.max(
      512,
      Math.min(options.maxBindingBytes ?? Number.POSITIVE_INFINITY, maxStorageBufferBindingSize),
    );
    const usage = GPUBufferUsage.STORAGE;
    this.#noHeap = device.createBuffer({ label: "voxelfeed no heap", size: 16, usage });
    this.#noMask = device.createBuffer({ label: "voxelfeed no mask", size: 16, usage });
  }

  /**
   * Compiles the pipelines of reads ahead of their first use.
   *
   * @throws `gpu`, naming the WGSL line
   */
  async compile(reads: readonly { readonly plan: KernelPlan; readonly mask: boolean }[]): Promise<void> {
    await Promise.all(reads.map(({ plan, mask }) => this.#kernel.compile(plan, mask)));
  }

  /**
   * Encodes and submits the jobs. Values are in place for everything submitted to the queue afterwards.
   *
   * @param pool - holds the slots that the jobs name
   * @throws `invalid-option` when a job's values or mask reach beyond their buffer
   */
  render(jobs: readonly GpuJob[], pool: BrickPool): void {
    if (jobs.length === 0) return;
    for (const job of jobs) checkRuns(job);
    const windows = this.#windows(jobs);
    const { bytes, dispatches } = packWindows(windows);
    const meta = this.#metaBuffer(bytes.byteLength);
    this.#device.queue.writeBuffer(meta, 0, bytes);
    const encoder = this.#device.createCommandEncoder({ label: "voxelfeed render" });
    const pass = encoder.beginComputePass();
    for (const dispatch of dispatches) this.#encode(pass, dispatch, meta, pool.heaps);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Frees the parameter buffers; outputs and pools are not its own. */
  destroy(): void {
    this.#noHeap.destroy();
    this.#noMask.destroy();
    this.#meta?.destroy();
    this.#meta = null;
  }

  /** Jobs of the same pipeline and buffers, in windows of those buffers. */
  #windows(jobs: readonly GpuJob[]): Window<JobPart>[] {
    const groups = new Map<GPUBuffer, Map<GPUBuffer | null, Map<string, JobPart[]>>>();
    for (const job of jobs) {
      const part: JobPart = { job, plan: job.plan, out: job.out, mask: job.mask ?? null };
      const byMask = getOrAdd(
        groups,
        job.out.buffer,
        () => new Map<GPUBuffer | null, Map<string, JobPart[]>>(),
      );
      const byKey = getOrAdd(byMask, job.mask?.buffer ?? null, () => new Map<string, JobPart[]>());
      const parts = getOrAdd(byKey, this.#kernel.key(job.plan, job.mask !== undefined), (): JobPart[] => []);
      parts.push(...splitRead(part, this.#maxBindingBytes));
    }
    const lists = [...groups.values()].flatMap((byMask) =>
      [...byMask.values()].flatMap((byKey) => [...byKey.values()]),
    );
    return lists.flatMap((parts) => windowsOf(parts, this.#maxBindingBytes)).flatMap(withinGrid);
  }

  #encode(
    pass: GPUComputePassEncoder,
    dispatch: Dispatch,
    meta: GPUBuffer,
    heaps: readonly GPUBuffer[],
  ): void {
    const { window, jobsOffset, jobsSize, tablesOffset, tablesSize } = dispatch;
    const { plan, job } = window.parts[0]!;
    const resources: GPUBufferBinding[] = [
      { buffer: meta, offset: jobsOffset, size: jobsSize },
      { buffer: meta, offset: tablesOffset, size: tablesSize },
      ...[0, 1, 2, 3].map((heap) => ({ buffer: heaps[heap] ?? this.#noHeap })),
      { buffer: job.out.buffer, ...window.out },
      job.mask && window.mask ? { buffer: job.mask.buffer, ...window.mask } : { buffer: this.#noMask },
    ];
    pass.setPipeline(this.#kernel.pipeline(plan, job.mask !== undefined));
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: this.#kernel.bindGroupLayout,
        entries: resources.map((resource, binding) => ({ binding, resource })),
      }),
    );
    const lanes = lanesOf(plan, job.mask !== undefined);
    const most = Math.max(...window.parts.map((part) => voxelCount(part.plan.shape)));
    // One thread more than the voxels need: a job may start in the middle of a word.
    const groups = Math.ceil((Math.ceil(most / lanes) + 1) / workgroupSize);
    const x = Math.min(groups, maxWorkgroups);
    pass.dispatchWorkgroups(x, Math.ceil(groups / x), window.parts.length);
  }

  #metaBuffer(bytes: number): GPUBuffer {
    if (this.#meta !== null && this.#meta.size >= bytes) return this.#meta;
    // Work that uses the old one is submitted already; its memory goes when that is done.
    this.#meta?.destroy();
    this.#meta = this.#device.createBuffer({
      label: "voxelfeed jobs",
      size: 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    return this.#meta;
  }
}

/** Cuts a window with more jobs than a grid has layers. */
function withinGrid(window: Window<JobPart>): Window<JobPart>[] {
  const cuts: Window<JobPart>[] = [];
  for (let at = 0; at < window.parts.length; at += maxWorkgroups) {
    cuts.push({ ...window, parts: window.parts.slice(at, at + maxWorkgroups) });
  }
  return cuts;
}

/** Lays the jobs and tables of all windows out in one buffer, each at an offset that can be bound. */
function packWindows(windows: readonly Window<JobPart>[]): {
  bytes: Uint8Array<ArrayBuffer>;
  dispatches: Dispatch[];
} {
  const align = (offset: number) => Math.ceil(offset / 256) * 256;
  const chunks: { offset: number; bytes: Uint8Array }[] = [];
  const dispatches: Dispatch[] = [];
  let end = 0;
  for (const window of windows) {
    const { jobs, tables } = packJobs(window.parts.map((part) => shaderJob(part, window)));
    const jobsOffset = align(end);
    const tablesOffset = align(jobsOffset + jobs.byteLength);
    end = tablesOffset + tables.byteLength;
    chunks.push({ offset: jobsOffset, bytes: jobs });
    chunks.push({ offset: tablesOffset, bytes: new Uint8Array(tables.buffer) });
    dispatches.push({
      window,
      jobsOffset,
      jobsSize: jobs.byteLength,
      tablesOffset,
      tablesSize: tables.byteLength,
    });
  }
  const bytes = new Uint8Array(end);
  for (const chunk of chunks) bytes.set(chunk.bytes, chunk.offset);
  return { bytes, dispatches };
}

function shaderJob({ job, plan, out, mask }: JobPart, window: Window<JobPart>): ShaderJob {
  return {
    plan,
    slots: job.slots,
    idTable: job.idTable ?? null,
    outStart: out.elementOffset - window.out.offset / outputItemSize[plan.outDType],
    outStride: out.elementStride,
    maskStart: mask === null ? 0 : mask.elementOffset - (window.mask?.offset ?? 0),
    maskStride: mask?.elementStride ?? 1,
  };
}

function checkRuns({ plan, out, mask }: GpuJob): void {
  const check = (name: string, run: OutputRun, itemSize: number) => {
    const end = (run.elementOffset + (voxelCount(plan.shape) - 1) * run.elementStride + 1) * itemSize;
    if (end <= run.buffer.size && run.elementOffset >= 0 && run.elementStride >= 1) return;
    throw new VoxelfeedError(
      "invalid-option",
      `The ${name} of a read needs ${end} bytes of a buffer of ${run.buffer.size}.`,
    );
  };
  check("values", out, outputItemSize[plan.outDType]);
  if (mask !== undefined) check("mask", mask, 1);
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
