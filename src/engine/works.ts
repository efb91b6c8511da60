/** What an engine works with: workers, the directory of what they hold, and the backends that render. */
import { linkedController } from "../abort.js";
import type { Priority } from "../cache/budget.js";
import type { TierUse } from "../cache/ledger.js";
import { fetchCode } from "../fetch-code.js";
import { readBuffer } from "../gpu/readback.js";
import { type PoolStats, WorkerPool } from "../pool/pool.js";
import type { DiskCounters } from "../pool/protocol.js";
import type { Spans } from "../timing/spans.js";
import type { Backend } from "../types.js";
import { ArrayRegistry } from "./arrays.js";
import { BackendChoice, type DeviceLostEvent, type GpuParts, lossOrDelay } from "./backend-choice.js";
import { BrickBooks } from "./brick-books.js";
import { BrickLoader } from "./brick-loader.js";
import type { CellCounts } from "./cell-counts.js";
import { LabelCounter } from "./count.js";
import { CpuBackend } from "./cpu-backend.js";
import { BrickDirectory } from "./directory.js";
import { GpuClock } from "./gpu-clock.js";
import { GpuTier } from "./gpu-tier.js";
import type { ArrayJob, ChosenBackend, RenderedArray } from "./jobs.js";
import type { ResolvedEngineOptions } from "./options.js";
import { renderOnCpu } from "./render-on-cpu.js";
import { renderOnGpu } from "./render-on-gpu.js";
import { SharedResults } from "./shared-results.js";
import { SpareMemory } from "./spare-memory.js";
import type { EngineCounters } from "./stats.js";
import type { Tiers } from "./tiers.js";

type GpuCode = typeof import("./gpu-parts.js");

/** Part of the memory tier that may be chunks on their way to the disk. */
const WRITES_SHARE = 1 / 8;

/** What the engine is made of before it works. */
export interface EngineBase {
  readonly options: ResolvedEngineOptions;
  readonly tiers: Tiers;
  readonly counters: EngineCounters;
  readonly spans: Spans;
  /** Aborts when the engine is disposed. */
  readonly lifetime: AbortSignal;
  readonly deviceLost: (event: DeviceLostEvent) => void;
}

/** The works' part of an engine's stats. */
export interface WorksStats {
  readonly backend: Backend | null;
  readonly workers: PoolStats;
  readonly disk: DiskCounters;
  readonly diskUse: TierUse;
}

export class EngineWorks {
  readonly #base: EngineBase;
  readonly #pool: WorkerPool;
  readonly #directory: BrickDirectory;
  readonly #spare: SpareMemory;
  readonly #gpu: GpuTier;
  readonly #cpu: CpuBackend;
  readonly #backend: BackendChoice;
  readonly arrays: ArrayRegistry;
  /** Counts label voxels in the workers. */
  readonly labels: LabelCounter;
  /** Counts of label voxels by what was counted, kept while the engine lives. */
  readonly cellCounts = new SharedResults<CellCounts>();
  /** What made an array, and so what its buffers end with. */
  readonly #makers = new WeakMap<RenderedArray, ChosenBackend>();

  constructor(base: EngineBase) {
    this.#base = base;
    const { options, tiers, counters, spans, lifetime } = base;
    const { workers, createWorker, diskBytes, revalidate, coalesce, workerDeadlines: deadlines } = options;
    this.#pool = new WorkerPool({
      size: workers,
      spawn: createWorker,
      settings: {
        workers,
        renders: options.backend === "cpu",
        diskBytes,
        writeBytes: writeBytesOf(options.memoryBytes, workers),
        revalidate,
        coalesce,
      },
      deadlines,
      lost: (worker) => this.#directory.books.forget(worker),
      wrote: (worker, writesLeft) => this.#directory.books.countWrites(worker, writesLeft),
    });
    this.arrays = new ArrayRegistry((definition, headers) => this.#pool.define(definition, headers));
    const { memory, reads, inflight } = tiers;
    this.#spare = new SpareMemory(memory);
    const report = tiers.reportOf("memory");
    const isShared = options.sharedMemory && globalThis.crossOriginIsolated === true;
    const books = new BrickBooks(memory, this.#spare, counters, report, isShared);
    const loader = new BrickLoader(books, inflight, counters, spans);
    this.#directory = new BrickDirectory(this.#pool, books, loader, counters, spans);
    this.#cpu = new CpuBackend(this.arrays, this.#directory, reads, counters, spans, this.#spare);
    this.labels = new LabelCounter(this.arrays, this.#directory, reads);
    this.#gpu = new GpuTier(tiers.gpu, tiers.reportOf("gpu"));
    const loadGpu = async () => {
      const code = await fetchCode(() => import("./gpu-parts.js"));
      return (device: GPUDevice) => this.#makeGpu(device, code);
    };
    this.#backend = new BackendChoice(options, this.#gpu, counters, lifetime, loadGpu, base.deviceLost);
  }

  /** Has the workers started; waits for the first one. */
  async start(): Promise<void> {
    await this.#pool.available();
  }

  /** Workers that read, decode and render. */
  get workers(): number {
    return this.#pool.size;
  }

  get stats(): WorksStats {
    const { disk, diskUse } = this.#directory.loader;
    return { backend: this.#backend.settled?.backend ?? null, workers: this.#pool.stats, disk, diskUse };
  }

  /**
   * Backend and device: settled on first use, by capability; anew when the device is lost, and on a smaller scale when it
   * is out of memory. No other error changes it.
   */
  async choose(): Promise<ChosenBackend> {
    const chosen = await this.#backend.settle();
    if (chosen.gpu === null) this.#pool.expectRenders();
    return chosen;
  }

  /** See `Engine.attach`. */
  attach(device: GPUDevice): void {
    this.#backend.attach(device);
  }

  resizeMemory(bytes: number): void {
    this.#directory.books.resize(bytes);
    this.#pool.resizeDisk({ writeBytes: writeBytesOf(bytes, this.#base.options.workers) });
  }

  resizeDisk(diskBytes: number): void {
    this.#pool.resizeDisk({ diskBytes });
  }

  resizeGpu(bytes: number): void {
    // Only the end of the engine stops the waiting for reads to end.
    this.#gpu.resize(bytes, this.#base.lifetime).catch(() => {});
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
      const render = chosen.gpu === null ? renderOnCpu(this.#cpu) : renderOnGpu(chosen.gpu);
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
    this.#base.lifetime.throwIfAborted();
    return await readBuffer(this.#makers.get(array)!.device!, buffer, byteOffset, byteLength);
  }

  /** Ends the workers, and frees what is on the GPU. */
  end(reason: unknown): void {
    this.#pool.terminate(reason);
    this.#backend.end();
  }

  #makeGpu(device: GPUDevice, code: GpuCode): GpuParts {
    const { BrickPool, GpuBackend, GpuRenderer, GpuTargets } = code;
    const { tiers, counters, spans } = this.#base;
    const tier = this.#gpu;
    const bricks = new BrickPool(device, {
      maxBytes: tier.ledger.maxBytes,
      report: tiers.reportOf("gpu"),
      onHeapBytes: (bytes) => tier.ledger.enter("bricks", bytes),
    });
    tier.attach(bricks);
    const renderer = new GpuRenderer(device);
    const targets = new GpuTargets(device);
    const backend = new GpuBackend(
      this.arrays,
      this.#directory,
      tiers.reads,
      tier,
      bricks,
      renderer,
      counters,
      new GpuClock(device, spans),
    );
    const free = (): void => {
      for (const part of [targets, renderer, bricks]) part.destroy();
      tier.detach(bricks);
    };
    return { backend, targets, free };
  }
}

/** Bytes that may wait for the disk in one of so many workers. */
function writeBytesOf(memoryBytes: number, workers: number): number {
  return Math.floor((memoryBytes * WRITES_SHARE) / workers);
}
