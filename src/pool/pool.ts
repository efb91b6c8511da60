/**
 * The workers of one engine: started on first use, replaced when they die.
 *
 * Only a worker that has answered is given work, so that none is lost with one that never starts. A worker that is gone
 * is replaced as soon as one is asked for; where workers do not even start, each further try waits longer. Where they are forbidden, one "worker" runs on the page's own thread.
 */
import { proxy } from "comlink";
import { raceAbort } from "../abort.js";
import { VoxelfeedError } from "../errors.js";
import type { HeadersCallback, HeadersRequest } from "../zarr/headers.js";
import type { WorkerDeadlines } from "./deadlines.js";
import { earlyThreads } from "./early-threads.js";
import { type Lives, LostWorker, newLives, PoolWorker } from "./pool-worker.js";
import { type ArrayDefinition, answer, type RemoteHeaders, type WorkerSettings } from "./protocol.js";
import { isForbidden, pageThread, type Thread } from "./thread.js";

/** How often every worker may fail to start while work waits for one, before that rejects. */
const MAX_STARTS = 3;

/** Where no worker has started by then another one is, beside those that may be slow, or dead: nothing tells which. */
const SLOW_START_MS = 3000;
const MAX_SPARES = 3;

/** Before a worker is started after one that did not: doubled each time. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5000;

/** So long work waits for a second worker while the first is at work already, or all there is at the start would be its. */
const GATHER_MS = 300;

export interface PoolOptions {
  /** Number of workers. */
  readonly size: number;
  readonly spawn: () => Worker;
  readonly settings: WorkerSettings;
  readonly deadlines: WorkerDeadlines;
  /** Told of each worker that is gone, with all that it held. */
  readonly lost: (worker: PoolWorker) => void;
  /** Told how many bytes wait in a worker to be written to the disk, when some are written. */
  readonly wrote: (worker: PoolWorker, writesLeft: number) => void;
}

export interface PoolStats {
  /** Workers that died, or had to be ended, and were replaced. */
  readonly lost: number;
  /** Whether the work is done on the page's own thread, because workers are forbidden. */
  readonly isOnPage: boolean;
}

export class WorkerPool {
  readonly #options: PoolOptions;
  #settings: WorkerSettings;
  readonly #definitions: ((worker: PoolWorker) => void)[] = [];
  readonly #live = new Set<PoolWorker>();
  /** Who waits for a worker. */
  #waiters: (() => void)[] = [];
  #ids = 0;
  #lost = 0;
  /** Starts that failed since one succeeded. */
  #failedStarts = 0;
  /** Starts that failed altogether, and the last of them. */
  #failures = 0;
  #failure: LostWorker | null = null;
  /** When the next worker may be started. */
  #startsAt = 0;
  /** Workers beyond the number there are to be, while none has started. */
  #spares = 0;
  #slowStart: ReturnType<typeof setTimeout> | undefined;
  /** Until when workers are waited for that start later than the first; null before that one has. */
  #gatheredAt: number | null = null;
  #page: Promise<void> | null = null;
  #end: { readonly reason: unknown } | null = null;
  /** To be called in the end, once workers were started. */
  #leave: (() => void) | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  /** Changes the budgets of the disk tier, for workers that are started later too. */
  resizeDisk(sizes: Partial<Pick<WorkerSettings, "diskBytes" | "writeBytes">>): void {
    this.#settings = { ...this.#settings, ...sizes };
    const { diskBytes, writeBytes } = this.#settings;
    for (const worker of this.#live) worker.tell((api) => api.resizeDisk(diskBytes, writeBytes));
  }

  /** Has all workers expect to render. */
  expectRenders(): void {
    if (this.#settings.renders) return;
    this.#settings = { ...this.#settings, renders: true };
    for (const worker of this.#live) worker.tell((api) => api.expectRenders());
  }

  /** How many workers there are to be. */
  get size(): number {
    return this.#page === null ? this.#options.size : 1;
  }

  get stats(): PoolStats {
    return { lost: this.#lost, isOnPage: this.#page !== null };
  }

  /** The workers that are there now. */
  get live(): readonly PoolWorker[] {
    return [...this.#live];
  }

  /** Those of them that have answered. */
  get started(): readonly PoolWorker[] {
    return this.live.filter((worker) => worker.isStarted);
  }

  /**
   * Waits until a worker has started.
   *
   * @returns all that have
   * @throws VoxelfeedError `worker` when none can be started
   */
  async available(): Promise<readonly PoolWorker[]> {
    const failures = this.#failures;
    for (;;) {
      if (this.#end !== null) throw this.#end.reason;
      if (this.#page !== null) await this.#page;
      const delayMs = this.#startsAt - performance.now();
      if (delayMs <= 0) this.#fill();
      const started = this.started;
      if (started.length > 0) return started;
      if (this.#failures - failures >= MAX_STARTS * this.size) throw unstarted(this.#failure!);
      await this.#change(delayMs);
    }
  }

  /**
   * Runs work on workers, and all of it again when one of them is lost meanwhile.
   *
   * @param work given how often the call that it ends in may be sent again
   * @param lives where that is part of something that begins again itself
   * @throws what `work` throws; VoxelfeedError `worker` when no worker can be started
   */
  async persist<T>(work: (lives: Lives) => Promise<T>, lives = newLives()): Promise<T> {
    for (;;) {
      try {
        return await work(lives);
      } catch (error) {
        if (!(error instanceof LostWorker)) throw error;
      }
    }
  }

  /**
   * The same with one worker at a time, whose {@link PoolWorker.tasks} it counts as.
   *
   * @param choose one of those that are there; the task is its before anyone else may choose
   */
  async withWorker<T>(
    choose: (live: readonly PoolWorker[]) => PoolWorker,
    work: (worker: PoolWorker, lives: Lives) => Promise<T>,
    signal?: AbortSignal,
    lives?: Lives,
  ): Promise<T> {
    return await this.persist(async (left) => {
      const worker = await this.#assign(choose, signal);
      try {
        return await work(worker, left);
      } finally {
        worker.tasks--;
      }
    }, lives);
  }

  /** Gives a task to one of those that have started, once one of them is free or there is no other to wait for. */
  async #assign(
    choose: (live: readonly PoolWorker[]) => PoolWorker,
    signal: AbortSignal | undefined,
  ): Promise<PoolWorker> {
    for (;;) {
      const started = await raceAbort(this.available(), signal);
      const leftMs = (this.#gatheredAt ?? 0) - performance.now();
      if (started.length >= this.size || leftMs <= 0 || started.some(({ tasks }) => tasks === 0)) {
        const worker = choose(started);
        worker.tasks++;
        return worker;
      }
      await raceAbort(this.#change(leftMs), signal);
    }
  }

  /**
   * Makes an array known to every worker; returns its number.
   *
   * @param headers gives its requests their headers, here on the page
   */
  define(definition: ArrayDefinition, headers?: HeadersCallback): number {
    const array = this.#definitions.length;
    const ask: RemoteHeaders | undefined =
      headers && proxy((request: HeadersRequest) => answer(() => headers(request)));
    const tell = (worker: PoolWorker): void => worker.tell((api) => api.define(array, definition, ask));
    this.#definitions.push(tell);
    for (const worker of this.#live) tell(worker);
    return array;
  }

  terminate(reason: unknown): void {
    this.#end = { reason };
    this.#leave?.();
    clearTimeout(this.#slowStart);
    for (const worker of this.#live) worker.terminate(reason);
    this.#live.clear();
    this.#changed();
  }

  #fill(): void {
    while (this.#page === null && this.#live.size < this.size + this.#spares) {
      try {
        this.#add(earlyThreads.take(this.#options.spawn));
      } catch (error) {
        if (!isForbidden(error)) throw unmade("createWorker failed", error);
        this.#moveToPage((error as Error).message);
      }
    }
    this.#leave ??= earlyThreads.enterPool();
  }

  #add(thread: Thread): void {
    const settings = this.#settings;
    const { startMs } = this.#options.deadlines;
    const deadlines = { ...this.#options.deadlines, startMs: startMs * 2 ** Math.min(this.#failedRounds, 3) };
    const worker: PoolWorker = new PoolWorker(this.#ids++, thread, settings, deadlines, {
      started: () => this.#welcome(worker),
      lost: (loss) => this.#replace(worker, loss),
      wrote: (writesLeft) => this.#options.wrote(worker, writesLeft),
    });
    this.#live.add(worker);
    for (const tell of this.#definitions) tell(worker);
    if (this.started.length === 0) this.#slowStart ??= setTimeout(() => this.#addSpare(), SLOW_START_MS);
  }

  get #failedRounds(): number {
    return Math.floor(this.#failedStarts / this.size);
  }

  #addSpare(): void {
    this.#slowStart = undefined;
    if (this.started.length > 0) return;
    this.#spares = Math.min(this.#spares + 1, MAX_SPARES);
    this.#changed();
  }

  #welcome(worker: PoolWorker): void {
    this.#failedStarts = 0;
    this.#spares = 0;
    this.#gatheredAt ??= performance.now() + GATHER_MS;
    if (this.started.length > this.size) {
      this.#live.delete(worker);
      worker.terminate(new DOMException("There are workers enough.", "AbortError"));
    }
    this.#changed();
  }

  #replace(worker: PoolWorker, loss: LostWorker): void {
    this.#live.delete(worker);
    this.#lost++;
    this.#options.lost(worker);
    if (loss.isForbidden) this.#moveToPage(loss.message);
    if (!loss.wasStarted && !loss.isForbidden) {
      this.#failedStarts++;
      this.#failures++;
      this.#failure = loss;
      this.#startsAt = performance.now() + Math.min(FIRST_DELAY_MS * 2 ** this.#failedRounds, MAX_DELAY_MS);
    }
    this.#changed();
  }

  /** Resolves when workers came or went; at the latest after `delayMs`, if that is not 0. */
  async #change(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = delayMs > 0 ? setTimeout(resolve, delayMs) : undefined;
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #changed(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #moveToPage(cause: string): void {
    if (this.#page !== null) return;
    console.warn(
      `voxelfeed: this page may not start workers (${cause}) Chunks are decoded on the page's own thread: the results ` +
        "are the same, but they take longer, and the page is less smooth.",
    );
    this.#page = this.#openPage();
    // Whoever waits for it is told; that nobody does must not be an unhandled rejection.
    this.#page.catch(() => {});
    this.#changed();
  }

  async #openPage(): Promise<void> {
    const thread = await pageThread().catch((error: unknown) => {
      throw unmade("This page may not start workers, and their code cannot be loaded into the page", error);
    });
    if (this.#end === null) this.#add(thread);
    else thread.terminate();
  }
}

function unmade(what: string, cause: unknown): VoxelfeedError {
  return new VoxelfeedError("worker", `${what}: ${(cause as Error)?.message ?? cause}`, { cause });
}

function unstarted(cause: LostWorker): VoxelfeedError {
  const hint = "If the page has a Content-Security-Policy or a bundler of its own, pass createWorker.";
  return new VoxelfeedError("worker", `No worker could be started. ${cause.message} ${hint}`, { cause });
}
