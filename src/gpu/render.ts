/** Renders reads from a brick pool on the GPU. Twin: `src/cpu/render.ts`; shader: `shaders/render.wgsl`. */
import type { IdTable } from "../plan/ids.js";
import type { ReadPlan } from "../plan/reads.js";
import type { ValueWork } from "../plan/values.js";
import type { BrickPool, BrickSlot } from "./bricks.js";
import { type KernelJob, type OutputRun, RenderDispatcher } from "./dispatch.js";
import { StageFilters } from "./filters.js";
import type { KernelUse } from "./kernel.js";
import { largest, ScratchBuffers } from "./scratch.js";
import { type StagedRead, stagedSteps, stageNeeds } from "./stages.js";
import { type Step, StepRunner } from "./steps.js";

/** One read and where it goes. */
export interface GpuJob {
  readonly plan: ReadPlan;
  /** Page table entry → slot, pinned until `render` returns; an absent one reads as the fill value. */
  readonly slots: ReadonlyMap<number, BrickSlot>;
  /** Of `idTableFor` in `plan/ids.ts`, for reads of 64-bit ids that do not fit. Default null. */
  readonly idTable?: IdTable | null;
  /** Elements of the plan's `outDType`; `uint8` and `float16` are packed, little-endian. */
  readonly out: OutputRun;
  /** Packed `uint8`, 1 inside the volume; a buffer other than `out`'s. Default: no mask. */
  readonly mask?: OutputRun;
  /** What happens to the values. Default: nothing. */
  readonly values?: ValueWork;
  /** Of `values` with stages: the read with their halo; `slots` are those of its page table. */
  readonly gather?: ReadPlan;
}

export interface GpuRendererOptions {
  /** Ceiling of one binding of an output, in bytes, at least 512. Default: what the device can bind. */
  readonly maxBindingBytes?: number;
}

/**
 * Renders any number of reads with one submit. Values and masks land exactly on the elements a job names;
 * whatever else is in the buffers stays.
 *
 * It keeps its pipelines, one small buffer for parameters, and scratch for reads with stages. It never reads back and
 * never waits.
 */
export class GpuRenderer {
  /** Settles when the shader has compiled. @throws `gpu`, naming the WGSL line */
  readonly ready: Promise<void>;
  readonly #dispatcher: RenderDispatcher;
  readonly #filters: StageFilters;
  readonly #scratch: ScratchBuffers;
  readonly #runner: StepRunner;

  constructor(device: GPUDevice, options: GpuRendererOptions = {}) {
    const { maxStorageBufferBindingSize } = device.limits;
    const most = options.maxBindingBytes ?? Number.POSITIVE_INFINITY;
    this.#dispatcher = new RenderDispatcher(device, Math.min(most, maxStorageBufferBindingSize));
    this.#filters = new StageFilters(device);
    this.#scratch = new ScratchBuffers(device);
    this.#runner = new StepRunner(device);
    this.ready = this.#dispatcher.shaders.ready;
  }

  /** Bytes of the scratch that reads with stages go through. */
  get scratchBytes(): number {
    return this.#scratch.bytes;
  }

  /** Bytes of each scratch buffer that jobs need together. */
  scratchNeeds(jobs: readonly Pick<GpuJob, "values" | "gather">[]): number[] {
    return largest(
      jobs.map(({ values, gather }) =>
        values === undefined || gather === undefined ? [] : stageNeeds({ values, gather }),
      ),
    );
  }

  /**
   * Compiles the pipelines of jobs ahead of their first use.
   *
   * @param pool - holds the slots that the jobs name
   * @throws `gpu`, naming the WGSL line; `budget` when a job with stages is larger than the device can bind
   */
  async compile(jobs: readonly GpuJob[], pool: BrickPool): Promise<void> {
    const uses: KernelUse[] = [];
    const pass = (job: KernelJob): readonly Step[] => {
      uses.push(...this.#dispatcher.usesOf(job, pool.heaps.length));
      return [];
    };
    const staged = this.#staged(jobs);
    for (const job of jobs) if (job.gather === undefined) pass(directJob(job));
    for (const read of staged) stagedSteps(read, this.#scratch, this.#filters, pass);
    const compiling = uses.map((use) => this.#dispatcher.shaders.compile(use));
    if (staged.length > 0) compiling.push(this.#filters.compile());
    await Promise.all(compiling);
  }

  /**
   * Encodes and submits the jobs. Values are in place for everything submitted to the queue afterwards.
   *
   * @param pool - holds the slots that the jobs name
   * @throws `invalid-option` when a job's values or mask reach beyond their buffer; `budget` when one with stages is
   * larger than the device can bind
   */
  render(jobs: readonly GpuJob[], pool: BrickPool): void {
    const staged = this.#staged(jobs);
    const pass = (job: KernelJob): readonly Step[] => this.#dispatcher.steps([job], pool.heaps);
    const direct = jobs.filter((job) => job.gather === undefined).map(directJob);
    this.#runner.run([
      ...this.#dispatcher.steps(direct, pool.heaps),
      ...staged.flatMap((read) => stagedSteps(read, this.#scratch, this.#filters, pass)),
    ]);
  }

  /** The jobs that need stages, and scratch for them. */
  #staged(jobs: readonly GpuJob[]): StagedRead[] {
    const staged = jobs.flatMap((job) => stagedRead(job) ?? []);
    this.#scratch.reserve(this.scratchNeeds(staged));
    return staged;
  }

  /** Settles when all memory of the work submitted so far is known to be there. @throws VoxelfeedError `gpu` */
  async settled(): Promise<void> {
    await Promise.all([this.#scratch.settled(), this.#runner.settled()]);
  }

  /** Frees parameters and scratch; outputs and pools are not its own. */
  destroy(): void {
    this.#dispatcher.destroy();
    this.#scratch.destroy();
    this.#runner.destroy();
  }
}

function stagedRead({ plan, slots, out, mask, values, gather }: GpuJob): StagedRead | null {
  if (values === undefined || gather === undefined) return null;
  return { plan, gather, slots, values, out, mask: mask ?? null };
}

function directJob({ plan, slots, idTable = null, out, mask, values }: GpuJob): KernelJob {
  const points =
    values === undefined
      ? null
      : {
          ops: values.gather,
          noise: values.noise,
          origin: [0, 0, 0] as const,
          patchShape: plan.shape,
          halo: values.halo,
        };
  return { plan, slots, idTable, out, mask: mask ?? null, points, stage: null };
}
