/**
 * One engine owns workers, memory tier, GPU tier and the choice of backend; images, datasets and loaders read
 * through it. Two engines do not know of each other.
 */
import { Budget, type Priority } from "../cache/budget.js";
import { Ledger, type TierUse } from "../cache/ledger.js";
import { type BudgetEvent, LimitEvents, type LimitReport, type Tier } from "../cache/limits.js";
import { Emitter } from "../emitter.js";
import { VoxelfeedError } from "../errors.js";
import { BrickPool } from "../gpu/bricks.js";
import { acquireDevice, isSoftware } from "../gpu/device.js";
import { readBuffer } from "../gpu/readback.js";
import { GpuRenderer } from "../gpu/render.js";
import { GpuTargets } from "../gpu/targets.js";
import { type PoolStats, WorkerPool } from "../pool/pool.js";
import type { DiskCounters } from "../pool/protocol.js";
import { Spans } from "../timing/spans.js";
import type { Backend, Budget as BudgetOptions } from "../types.js";
import { ArrayRegistry } from "./arrays.js";
import type { CellCounts } from "./cell-counts.js";
import { LabelCounter } from "./count.js";
import { CpuBackend } from "./cpu-backend.js";
import { BrickDirectory } from "./directory.js";
import { GpuBackend } from "./gpu-backend.js";
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
import { BufferRing } from "./ring.js";
import { SharedResults } from "./shared-results.js";
import { type EngineCounters, newCounters } from "./stats.js";

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
  readonly #gpu: GpuTier;
  #chosen: Promise<ChosenBackend> | undefined;
  #settled: ChosenBackend | null = null;
  #cleanUp: (() => void)[] = [];

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
    this.cpu = new CpuBackend(this.#arrays, this.#directory, this.#reads, this.#counters, this.spans);
    this.labels = new LabelCounter(this.#arrays, this.#directory, this.#reads);
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

  /** Backend and device: settled on first use, by capability, and never changed by an error. */
  async choose(): Promise<ChosenBackend> {
    this.#lifetime.signal.throwIfAborted();
    this.#chosen ??= this.#choose();
    this.#settled = await this.#chosen;
    return this.#settled;
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
    this.#settled?.ring?.trim(0);
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
    const chosen = await this.choose();
    const render = chosen.gpu === null ? renderOnCpu(this.cpu) : renderOnGpu(chosen.gpu);
    return await render(jobs, chosen, signal);
  }

  /** Returns the buffers of a rendered array to the ring; those of the caller stay the caller's. */
  recycle({ buffer, borrowed, maskBuffer }: RenderedArray): void {
    if (this.#lifetime.signal.aborted) return;
    if (buffer !== null && !borrowed) this.#settled?.ring?.give(buffer);
    if (maskBuffer !== null) this.#settled?.ring?.give(maskBuffer);
  }

  /** Reads bytes back from one of the engine's buffers. */
  async read(buffer: GPUBuffer, byteOffset: number, byteLength: number): Promise<ArrayBuffer> {
    const { device } = await this.choose();
    return await readBuffer(device!, buffer, byteOffset, byteLength);
  }

  stats(): EngineStats {
    return {
      ...this.#counters,
      backend: this.#settled?.backend ?? null,
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
    for (const clean of this.#cleanUp.reverse()) clean();
    this.#cleanUp = [];
  }

  async #choose(): Promise<ChosenBackend> {
    const { backend, device: given } = this.#options;
    if (given !== undefined) {
      const cpu = backend === "cpu" || (backend === "auto" && isSoftware(given));
      return cpu ? this.#onCpu(given) : this.#onGpu(given);
    }
    if (backend === "cpu") return this.#onCpu(null);
    const acquired = await acquireDevice().catch((error: unknown) => {
      if (backend === "auto") return null;
      throw error;
    });
    if (acquired === null) return this.#onCpu(null);
    if (backend === "auto" && acquired.isFallback) {
      acquired.device.destroy();
      return this.#onCpu(null);
    }
    this.#onDispose(() => acquired.device.destroy());
    return this.#onGpu(acquired.device);
  }

  #onCpu(device: GPUDevice | null): ChosenBackend {
    return {
      backend: "cpu",
      device,
      ring: device === null ? null : this.#ring(device),
      gpu: null,
      targets: null,
    };
  }

  #onGpu(device: GPUDevice): ChosenBackend {
    const tier = this.#gpu;
    const { ledger } = tier;
    const bricks = new BrickPool(device, {
      maxBytes: ledger.maxBytes,
      report: this.#reportOf("gpu"),
      onHeapBytes: (bytes) => ledger.enter("bricks", bytes),
    });
    tier.attach(bricks);
    const renderer = new GpuRenderer(device);
    this.#onDispose(() => bricks.destroy());
    this.#onDispose(() => renderer.destroy());
    const targets = new GpuTargets(device);
    this.#onDispose(() => targets.destroy());
    const gpu = new GpuBackend(
      this.#arrays,
      this.#directory,
      this.#reads,
      tier,
      bricks,
      renderer,
      this.#counters,
      new GpuClock(device, this.spans),
    );
    return { backend: "webgpu", device, ring: this.#ring(device), gpu, targets };
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

  #ring(device: GPUDevice): BufferRing {
    const ring = new BufferRing(device, this.#gpu);
    this.#onDispose(() => ring.dispose());
    return ring;
  }

  #onDispose(clean: () => void): void {
    if (this.#lifetime.signal.aborted) clean();
    else this.#cleanUp.push(clean);
  }
}
