/**
 * One engine owns workers, memory tier, GPU tier and the choice of backend; images, datasets and loaders read
 * through it. Two engines do not know of each other.
 */
import { linkedController } from "../abort.js";
import { Budget, type Priority } from "../cache/budget.js";
import { Ledger, type TierUse } from "../cache/ledger.js";
import { type BudgetEvent, LimitEvents, type LimitReport, type Tier } from "../cache/limits.js";
import { Emitter } from "../emitter.js";
import { VoxelfeedError } from "../errors.js";
import { readBuffer } from "../gpu/readback.js";
import { type PoolStats, WorkerPool } from "../pool/pool.js";
import type { DiskCounters } from "../pool/protocol.js";
import { Spans } from "../timing/spans.js";
import type { Backend, Budget as BudgetOptions } from "../types.js";
import { ArrayRegistry } from "./arrays.js";
import { BackendChoice, type DeviceLostEvent, type GpuParts, lossOrDelay } from "./backend-choice.js";
import type { CellCounts } from "./cell-counts.js";
import { LabelCounter } from "./count.js";
import { CpuBackend } from "./cpu-backend.js";
import { BrickDirectory } from "./directory.js";
import { GpuClock } from "./gpu-clock.js";
import { GpuTier } from "./gpu-tier.js";
import type { ArrayJob, ChosenBackend, RenderedArray } from "./jobs.js";
import {
  checkBudget,
  type EngineOptions,
  type ResolvedEngineOptions,
  resolveEngineOptions,
} from "./options.js";
import { renderOnCpu, renderOnGpu } from "./render.js";
import { SharedResults } from "./shared-results.js";
import { SpareMemory } from "./spare-memory.js";
import { type EngineCounters, newCounters } from "./stats.js";

type GpuCode = typeof import("./gpu-parts.js");

export interface EngineStats extends EngineCounters {
  readonly backend: Backend | null;
  readonly workers: PoolStats;
  /** What the disk tier wrote, and what went wrong with it: faults make it a miss, never an error. */
  readonly disk: DiskCounters;
  /** Bytes in use, the most ever, and the ceiling of each tier. The disk's are of all pages of the origin. */
  readonly budget: Readonly<Record<Tier, TierUse>>;
}

export interface EngineEvents {
  readonly budget: BudgetEvent;
  readonly deviceLost: DeviceLostEvent;
}

export class Engine {
  readonly #options: ResolvedEngineOptions;
  readonly #pool: WorkerPool;
  readonly #directory: BrickDirectory;
  readonly #counters = newCounters();
  /** Where time goes, for those who observe. */
  readonly spans = new Spans();
  readonly #lifetime = new AbortController();
  readonly #events = new Emitter<EngineEvents>();
  readonly #limits = new LimitEvents((event) => this.#events.emit("budget", event));
  readonly cpu: CpuBackend;
  /** Counts label voxels in the workers. */
  readonly labels: LabelCounter;
  /** Counts of label voxels by what was counted, kept while the engine lives. */
  readonly cellCounts = new SharedResults<CellCounts>();
  readonly #arrays: ArrayRegistry;
  /** Bytes of the bricks that reads pin, and of what rendering takes beside them. */
  readonly #reads: Budget;
  readonly #memory: Ledger;
  readonly #inflight: Budget;
  readonly #spare: SpareMemory;
  readonly #gpu: GpuTier;
  /** What made an array, and so what its buffers end with. */
  readonly #makers = new WeakMap<RenderedArray, ChosenBackend>();
  readonly #backend: BackendChoice;

  /** @throws VoxelfeedError `unknown-option`, `invalid-option` */
  constructor(options: EngineOptions = {}) {
    this.#options = resolveEngineOptions(options);
    const { workers, createWorker, memoryBytes, inflightBytes, gpuBytes, diskBytes, revalidate, coalesce } =
      this.#options;
    this.#pool = new WorkerPool({
      size: workers,
      spawn: createWorker,
      settings: { workers, diskBytes, revalidate, coalesce },
      deadlines: this.#options.workerDeadlines,
      lost: (worker) => this.#directory.forget(worker),
    });
    this.#arrays = new ArrayRegistry((definition, headers) => this.#pool.define(definition, headers));
    this.#inflight = new Budget(inflightBytes, "budget.inflight", this.#reportOf("inflight"));
    this.#gpu = new GpuTier(gpuBytes, this.#reportOf("gpu"));
    const report = this.#reportOf("memory");
    this.#memory = new Ledger("memory", memoryBytes);
    this.#reads = new Budget(memoryBytes, "budget.memory", report);
    this.#directory = new BrickDirectory(
      this.#pool,
      this.#memory,
      this.#inflight,
      this.#counters,
      report,
      this.spans,
    );
    this.#spare = new SpareMemory(this.#memory);
    this.cpu = new CpuBackend(
      this.#arrays,
      this.#directory,
      this.#reads,
      this.#counters,
      this.spans,
      this.#spare,
    );
    this.labels = new LabelCounter(this.#arrays, this.#directory, this.#reads);
    this.#backend = new BackendChoice(
      this.#options,
      this.#gpu,
      this.#counters,
      this.#lifetime.signal,
      async () => {
        const code = await import("./gpu-parts.js");
        return (device) => this.#makeGpu(device, code);
      },
      (event) => this.#events.emit("deviceLost", event),
    );
  }

  /** The memory budget as it was given, and where it was not the same on every device: what a default may follow from. */
  get nominalMemoryBytes(): number {
    return this.#options.nominalMemoryBytes;
  }

  /** Aborts when the engine is disposed; everything that reads through it stops then. */
  get lifetime(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Has `listener` told of what an event's name says. @returns stops it */
  on<Name extends keyof EngineEvents>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Workers that read, decode and render. */
  get workers(): number {
    return this.#pool.size;
  }

  /**
   * Backend and device: settled on first use, by capability; anew when the device is lost, and on a smaller scale when it
   * is out of memory. No other error changes it.
   */
  async choose(): Promise<ChosenBackend> {
    return await this.#backend.settle();
  }

  /**
   * Changes budgets, in bytes; those not given stay. What a lower one leaves no room for is evicted, or goes as soon as it
   * is not used any more; a higher one lets in what waits.
   *
   * @throws VoxelfeedError `unknown-option`, `invalid-option`
   */
  setBudget(budget: BudgetOptions): void {
    const { gpu, memory, disk, inflight } = checkBudget(budget);
    if (memory !== undefined) {
      this.#reads.resize(memory);
      this.#directory.resize(memory);
    }
    if (inflight !== undefined) this.#inflight.resize(inflight);
    if (disk !== undefined) this.#pool.resizeDisk(disk);
    if (gpu === undefined) return;
    // Only the end of the engine stops the waiting for reads to end.
    this.#gpu.resize(gpu, this.#lifetime.signal).catch(() => {});
    this.#backend.settled?.ring?.trim(0);
  }

  /**
   * Waits until buffers for what is about to be rendered fit the GPU's budget; without a device there is nothing to wait for.
   *
   * @returns to be called when the buffers were given back with {@link recycle}; calling it again does nothing
   * @throws VoxelfeedError `budget` when they exceed half of it; the signal's reason on abort
   */
  async admitOutputs(bytes: number, signal: AbortSignal, priority: Priority): Promise<() => void> {
    const { device } = await this.choose();
    if (device === null) return () => {};
    return await this.#gpu.admitOutputs(bytes, signal, priority);
  }

  /**
   * Renders arrays of a batch; buffers come from the ring and go back with {@link recycle}.
   *
   * @returns each job's array, followed by those that its target transforms make beside it
   */
  async render(jobs: readonly ArrayJob[], signal: AbortSignal): Promise<RenderedArray[]> {
    for (;;) {
      const chosen = await this.choose();
      const render = chosen.gpu === null ? renderOnCpu(this.cpu) : renderOnGpu(chosen.gpu);
      const { controller, unlink } = linkedController(signal, chosen.over);
      try {
        const rendered = await render(jobs, chosen, controller.signal);
        for (const array of rendered) this.#makers.set(array, chosen);
        if (!chosen.over.aborted) return rendered;
        for (const array of rendered) this.recycle(array);
        signal.throwIfAborted();
      } catch (error) {
        if (signal.aborted || !(await this.#backend.mayGoOn(chosen, error))) throw error;
      } finally {
        unlink();
      }
    }
  }

  /** Returns the buffers of a rendered array to the ring, and its memory, which nobody uses any more. */
  recycle(array: RenderedArray): void {
    this.recycleBuffers(array);
    for (const memory of [array.data, array.maskData]) if (memory !== null) this.#spare.takeOver(memory);
  }

  /** Returns the buffers alone; its memory stays with whom it was given to, and buffers of the caller stay the caller's. */
  recycleBuffers(array: RenderedArray): void {
    const { buffer, borrowed, maskBuffer } = array;
    const ring = this.#makers.get(array)?.ring;
    if (buffer !== null && !borrowed) ring?.give(buffer);
    if (maskBuffer !== null) ring?.give(maskBuffer);
  }

  /** Whether the buffers of an array are gone with their device. */
  isLost(array: RenderedArray): boolean {
    return this.#makers.get(array)?.ring?.isDisposed ?? false;
  }

  /** The same, where something has failed: what a loss makes fail may fail before the loss is told. */
  async losesDevice(array: RenderedArray): Promise<boolean> {
    const device = this.#makers.get(array)?.device;
    if (device) await lossOrDelay(device);
    return this.isLost(array);
  }

  /** Reads bytes back from one of the buffers of a rendered array. */
  async read(
    array: RenderedArray,
    buffer: GPUBuffer,
    byteOffset: number,
    byteLength: number,
  ): Promise<ArrayBuffer> {
    this.#lifetime.signal.throwIfAborted();
    return await readBuffer(this.#makers.get(array)!.device!, buffer, byteOffset, byteLength);
  }

  /**
   * Goes on with another device of the page, in place of one that was lost (or before it is).
   *
   * @throws VoxelfeedError `invalid-option` where no device was given to begin with
   */
  attach(device: GPUDevice): void {
    this.#backend.attach(device);
  }

  stats(): EngineStats {
    return {
      ...this.#counters,
      backend: this.#backend.settled?.backend ?? null,
      workers: this.#pool.stats,
      disk: this.#directory.disk,
      budget: {
        inflight: {
          bytes: this.#inflight.used,
          peakBytes: this.#inflight.peak,
          maxBytes: this.#inflight.limit,
          parts: { chunks: this.#inflight.used },
        },
        memory: this.#memory.use,
        gpu: this.#gpu.ledger.use,
        disk: this.#directory.diskUse,
      },
    };
  }

  /** Stops everything: reads reject with code `disposed`, workers end, GPU memory is freed. */
  dispose(): void {
    if (this.#lifetime.signal.aborted) return;
    const reason = new VoxelfeedError("disposed", "This loader, dataset or image was disposed.");
    this.#lifetime.abort(reason);
    this.#pool.terminate(reason);
    this.#backend.end();
  }

  #makeGpu(device: GPUDevice, code: GpuCode): GpuParts {
    const { BrickPool, GpuBackend, GpuRenderer, GpuTargets } = code;
    const tier = this.#gpu;
    const bricks = new BrickPool(device, {
      maxBytes: tier.ledger.maxBytes,
      report: this.#reportOf("gpu"),
      onHeapBytes: (bytes) => tier.ledger.enter("bricks", bytes),
    });
    tier.attach(bricks);
    const renderer = new GpuRenderer(device);
    const targets = new GpuTargets(device);
    const backend = new GpuBackend(
      this.#arrays,
      this.#directory,
      this.#reads,
      tier,
      bricks,
      renderer,
      this.#counters,
      new GpuClock(device, this.spans),
    );
    const free = (): void => {
      for (const part of [targets, renderer, bricks]) part.destroy();
      tier.detach(bricks);
    };
    return { backend, targets, free };
  }

  #reportOf(tier: Exclude<Tier, "disk">): LimitReport {
    return (action, neededBytes) => {
      const { bytes: usedBytes, maxBytes } = this.#useOf(tier);
      this.#limits.report({ tier, action, neededBytes, usedBytes, maxBytes });
    };
  }

  #useOf(tier: Exclude<Tier, "disk">): Pick<TierUse, "bytes" | "maxBytes"> {
    if (tier === "memory") return this.#memory;
    return tier === "gpu" ? this.#gpu.ledger : { bytes: this.#inflight.used, maxBytes: this.#inflight.limit };
  }
}
