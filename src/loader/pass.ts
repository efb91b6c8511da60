/** One pass over an epoch: batches are prepared ahead, delivered in order, and stopped as one. */
import { linkedController, raceAbort } from "../abort.js";
import { Budget } from "../cache/budget.js";
import type { Dataset } from "../dataset/dataset.js";
import type { Engine } from "../engine/engine.js";
import type { EngineWorks } from "../engine/works.js";
import { VoxelfeedError } from "../errors.js";
import { fetchCode } from "../fetch-code.js";
import type { Batch } from "./batch.js";
import type { CallerBuffers } from "./caller-buffers.js";
import type { Course } from "./course.js";
import { PrefetchDepth } from "./depth.js";
import type { ResolvedLoaderOptions } from "./options.js";
import { PassClock } from "./pass-clock.js";
import type { BatchEvents, PreparedBatch } from "./prepare-batch.js";

type BatchCode = typeof import("./prepare-batch.js");

/** What a pass tells its loader. */
export interface PassEvents extends BatchEvents {
  delivered(batch: Batch): void;
  /** Milliseconds the consumer waited for a batch. */
  waited(ms: number): void;
  finished(): void;
  /** The pass is over, for whatever reason. */
  ended(): void;
}

export class Pass implements AsyncIterableIterator<Batch> {
  readonly #abort: ReturnType<typeof linkedController>;
  readonly #leases: Budget;
  readonly #ahead: Promise<PreparedBatch>[] = [];
  readonly #depth: PrefetchDepth;
  readonly #clock: PassClock;
  /** What prepares batches; fetched for the first of them. */
  #parts: Promise<readonly [EngineWorks, BatchCode]> | null = null;
  #given = performance.now();
  #started: number;
  #next: number;
  /** Batches that have their lease; leases are granted in order. */
  #leased = 0;
  #done = false;

  constructor(
    readonly dataset: Dataset,
    readonly engine: Engine,
    readonly options: ResolvedLoaderOptions,
    readonly course: Course,
    readonly buffers: CallerBuffers,
    readonly events: PassEvents,
  ) {
    this.#abort = linkedController(options.signal, engine.lifetime);
    this.#clock = new PassClock(engine.spans, course.epoch);
    this.#started = course.first;
    this.#next = course.first;
    const { prefetch, maxHeldBatches } = options;
    this.#depth = new PrefetchDepth(prefetch.first, prefetch.least, prefetch.most);
    const leases = Math.min(prefetch.most + maxHeldBatches, buffers.batches);
    this.#leases = new Budget(leases, "maxHeldBatches");
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next batch in order.
   * @throws what preparing it throws, which ends the pass; the signal's reason on abort; `lease-timeout` when
   * the caller holds `maxHeldBatches` batches and releases none
   */
  async next(): Promise<IteratorResult<Batch>> {
    if (this.#done) return { done: true, value: undefined };
    try {
      this.#abort.controller.signal.throwIfAborted();
      if (this.#next >= this.course.size.batches) {
        this.events.finished();
        return this.#finish();
      }
      this.#fill();
      const asked = performance.now();
      const batch = await this.#revived(await this.#patiently(this.#ahead.shift()!, this.#next++));
      const now = performance.now();
      this.#clock.delivered(batch.index, asked, now);
      this.events.waited(now - asked);
      this.#depth.delivered(now - asked, now - this.#given);
      this.#given = now;
      this.events.delivered(batch);
      return { done: false, value: batch };
    } catch (error) {
      this.#finish(error);
      throw error;
    }
  }

  /** Stops what is under way; `for await` calls it on `break`, `return` and `throw`. */
  async return(): Promise<IteratorResult<Batch>> {
    return this.#finish();
  }

  /** Ends the pass; a `next()` under way rejects with the reason. */
  stop(reason: unknown): void {
    this.#finish(reason);
  }

  #finish(
    reason: unknown = new DOMException("The iteration was ended.", "AbortError"),
  ): IteratorResult<Batch> {
    if (!this.#done) {
      this.#done = true;
      this.#abort.controller.abort(reason);
      this.#abort.unlink();
      this.events.ended();
      // Batches that were ready in time hold buffers; the others reject, and nobody is to hear of it.
      for (const ready of this.#ahead.splice(0)) ready.then(({ batch }) => batch.release()).catch(() => {});
    }
    return { done: true, value: undefined };
  }

  /** Starts batches up to the prefetch depth beyond the one that is asked for next. */
  #fill(): void {
    const until = Math.min(this.course.size.batches, this.#next + this.#depth.depth + 1);
    while (this.#started < until) {
      const batch = this.#prepare(this.#started++);
      batch.catch(() => {});
      this.#ahead.push(batch);
    }
  }

  async #prepare(index: number): Promise<PreparedBatch> {
    const { signal } = this.#abort.controller;
    const giveLease = await this.#leases.take(1, signal);
    try {
      // Workers are set up while the first batches are planned.
      if (this.#parts === null) this.engine.start();
      this.#parts ??= Promise.all([this.engine.works(), fetchCode(() => import("./prepare-batch.js"))]);
      const [works, { prepareBatch }] = await this.#parts;
      const giveBytes = await works.admitOutputs(this.course.batchBytes, signal, "training");
      const giveBack = (): void => {
        giveBytes();
        giveLease();
      };
      this.#leased = index + 1;
      const { dataset, options, course, buffers, events } = this;
      const making = { dataset, options, course, buffers, events, clock: this.#clock };
      return await prepareBatch(making, works, index, giveBack, signal);
    } catch (error) {
      giveLease();
      throw error;
    }
  }

  /** What was rendered ahead may have been lost with its device. */
  async #revived({ batch, living }: PreparedBatch): Promise<Batch> {
    try {
      await raceAbort(living.revive(), this.#abort.controller.signal);
      return batch;
    } catch (error) {
      batch.release();
      throw error;
    }
  }

  /** Waits for a batch, but not for ever while it has no lease: only the caller can end those that are out. */
  async #patiently<T>(batch: Promise<T>, index: number): Promise<T> {
    const { signal } = this.#abort.controller;
    if (index < this.#leased) return await raceAbort(batch, signal);
    const { leaseTimeoutMs, maxHeldBatches } = this.options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        if (index < this.#leased) return;
        reject(
          new VoxelfeedError(
            "lease-timeout",
            `No batch was released for ${leaseTimeoutMs} ms while ${this.#leases.used} were out. Call batch.release() ` +
              `when you are done with a batch, or raise maxHeldBatches (now ${maxHeldBatches}) and budget.gpu.`,
          ),
        );
      }, leaseTimeoutMs);
    });
    try {
      return await raceAbort(Promise.race([batch, late]), signal);
    } finally {
      clearTimeout(timer);
    }
  }
}
