/**
 * One engine owns workers, memory tier, GPU tier and the choice of backend; images, datasets and loaders read
 * through it. Two engines do not know of each other.
 *
 * This is what it shows at once: options, budgets, events, figures. What it works with is fetched meanwhile.
 */
import type { TierUse } from "../cache/ledger.js";
import type { BudgetEvent, Tier } from "../cache/limits.js";
import { Emitter } from "../emitter.js";
import { VoxelfeedError } from "../errors.js";
import { fetchCode, fetchEarly } from "../fetch-code.js";
import { invalid } from "../options.js";
import type { PoolStats } from "../pool/pool.js";
import type { DiskCounters } from "../pool/protocol.js";
import { Spans } from "../timing/spans.js";
import type { Backend, Budget } from "../types.js";
import type { DeviceLostEvent } from "./backend-choice.js";
import {
  checkBudget,
  type EngineOptions,
  type ResolvedEngineOptions,
  resolveEngineOptions,
} from "./options.js";
import { type EngineCounters, newCounters } from "./stats.js";
import { Tiers } from "./tiers.js";
import type { EngineWorks, WorksStats } from "./works.js";

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

/** Figures of an engine that has not worked yet. */
const idle: WorksStats = {
  backend: null,
  workers: { lost: 0, isOnPage: false },
  disk: { writes: 0, faults: 0 },
  diskUse: { bytes: 0, peakBytes: 0, maxBytes: 0, parts: { segments: 0 } },
};

const works = () => import("./works.js");

export class Engine {
  #options: ResolvedEngineOptions;
  readonly #tiers: Tiers;
  readonly #counters = newCounters();
  /** Where time goes, for those who observe. */
  readonly spans = new Spans();
  readonly #lifetime = new AbortController();
  readonly #events = new Emitter<EngineEvents>();
  /** Null until its code was fetched. */
  #works: EngineWorks | null = null;

  /** @throws VoxelfeedError `unknown-option`, `invalid-option` */
  constructor(options: EngineOptions = {}) {
    this.#options = resolveEngineOptions(options);
    this.#tiers = new Tiers(this.#options, (event) => this.#events.emit("budget", event));
    fetchEarly(works);
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
    return this.#works?.workers ?? this.#options.workers;
  }

  /**
   * Starts the workers now instead of with the first read: they are ready then, if metadata is read meanwhile. What goes
   * wrong is told to whoever reads.
   *
   * @example
   * const engine = new Engine();
   * engine.start();
   * const loader = createLoader(await openDataset(spec), { engine });
   */
  start(): void {
    fetchEarly(() => this.works().then((works) => works.start()));
  }

  /**
   * What reads and renders; the same for all who ask.
   *
   * @throws VoxelfeedError `disposed`; `network` when its code cannot be fetched
   */
  async works(): Promise<EngineWorks> {
    const { EngineWorks } = await fetchCode(works);
    this.lifetime.throwIfAborted();
    this.#works ??= new EngineWorks({
      options: this.#options,
      tiers: this.#tiers,
      counters: this.#counters,
      spans: this.spans,
      lifetime: this.lifetime,
      deviceLost: (event) => this.#events.emit("deviceLost", event),
    });
    return this.#works;
  }

  /**
   * Changes budgets, in bytes; those not given stay. What a lower one leaves no room for is evicted, or goes as soon as it
   * is not used any more; a higher one lets in what waits.
   *
   * @throws VoxelfeedError `unknown-option`, `invalid-option`
   */
  setBudget(budget: Budget): void {
    const { gpu, memory, disk, inflight } = checkBudget(budget);
    if (memory !== undefined) {
      this.#tiers.reads.resize(memory);
      this.#tiers.memory.maxBytes = memory;
      this.#works?.resizeMemory(memory);
    }
    if (inflight !== undefined) this.#tiers.inflight.resize(inflight);
    if (disk !== undefined) {
      this.#options = { ...this.#options, diskBytes: disk };
      this.#works?.resizeDisk(disk);
    }
    if (gpu !== undefined) {
      this.#tiers.gpu.maxBytes = gpu;
      this.#works?.resizeGpu(gpu);
    }
  }

  /**
   * Goes on with another device of the page, in place of one that was lost (or before it is).
   *
   * @throws VoxelfeedError `invalid-option` where no device was given to begin with
   */
  attach(device: GPUDevice): void {
    if (this.#options.device === undefined) {
      throw invalid("device", "given when the loader is made, to be replaced", null);
    }
    this.#options = { ...this.#options, device };
    this.#works?.attach(device);
  }

  stats(): EngineStats {
    const { diskUse, ...stats } = this.#works?.stats ?? idle;
    return { ...this.#counters, ...stats, budget: { ...this.#tiers.use, disk: diskUse } };
  }

  /** Stops everything: reads reject with code `disposed`, workers end, GPU memory is freed. */
  dispose(): void {
    if (this.lifetime.aborted) return;
    const reason = new VoxelfeedError("disposed", "This loader, dataset or image was disposed.");
    this.#lifetime.abort(reason);
    this.#works?.end(reason);
  }
}
