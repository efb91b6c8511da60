/** One pass over an epoch: batches are prepared ahead, delivered in order, and stopped as one. */
import { linkedController, raceAbort } from "../abort.js";
import { drawSpatial } from "../augment/spatial-draw.js";
import { spatialMatrix } from "../augment/spatial-map.js";
import { Budget } from "../cache/budget.js";
import type { Dataset, SampleTurn } from "../dataset/dataset.js";
import { arrayJobs, outputNames, type SamplePlan, type TargetChains } from "../dataset/sample.js";
import type { Engine } from "../engine/engine.js";
import type { ArrayJob, RenderedArray } from "../engine/jobs.js";
import { LivingArrays } from "../engine/living-arrays.js";
import { VoxelfeedError } from "../errors.js";
import { sampleDraws, streams } from "../math/rng.js";
import { identity } from "../math/vec.js";
import type { SampleOrder } from "../sampling/order.js";
import { type Batch, type Lease, toBatch } from "./batch.js";
import type { CallerBuffers } from "./caller-buffers.js";
import { renderComplete } from "./complete.js";
import { PrefetchDepth } from "./depth.js";
import type { ResolvedLoaderOptions } from "./options.js";
import { PassClock } from "./pass-clock.js";
import { drawValueLists } from "./value-options.js";

/** What one pass goes through. */
export interface Course {
  readonly epoch: number;
  /** Batch to begin with. */
  readonly first: number;
  readonly size: EpochSize;
  /** Of the buffers that a batch takes from the ring. */
  readonly batchBytes: number;
  /** What becomes of target arrays; the dataset of the pass reads them with their halos. */
  readonly chains: TargetChains;
  /** Prepared once, however many passes ask. */
  order(signal: AbortSignal): Promise<SampleOrder>;
}

/** Samples and batches of one epoch. */
export interface EpochSize {
  readonly samples: number;
  readonly batches: number;
}

/**
 * Plans sample number `position` of an epoch: a pure function of (seed, epoch, position, attempt).
 *
 * @param attempt 0 for the sample itself; from 1, the candidates that may replace it, uniform over the dataset
 */
export function planSample(
  dataset: Dataset,
  options: ResolvedLoaderOptions,
  order: SampleOrder,
  epoch: number,
  position: number,
  attempt: number,
): SamplePlan {
  const { seed, spatialTransforms, rawValueTransforms } = options;
  const draw = sampleDraws(seed, epoch, position, streams.replacement, attempt);
  const index = attempt === 0 ? order.index(epoch, position) : Math.floor(draw() * dataset.length);
  const values =
    rawValueTransforms &&
    drawValueLists(rawValueTransforms, dataset.arrays, { seed, epoch, sample: position });
  let turn: SampleTurn = { matrix: identity, drawn: null, values };
  if (spatialTransforms !== null) {
    const drawn = drawSpatial(spatialTransforms, dataset.place(index), (operation) =>
      sampleDraws(seed, epoch, position, streams.spatial, operation),
    );
    turn = { matrix: spatialMatrix(drawn), drawn, values };
  }
  const plan = dataset.plan(index, turn);
  const tile = attempt === 0 ? order.tile?.(position) : undefined;
  const origin = { ...plan.origin, draw: { seed, epoch, position }, ...(tile === undefined ? {} : { tile }) };
  return { ...plan, origin };
}

/** What a pass tells its loader. */
export interface PassEvents {
  delivered(batch: Batch): void;
  /** Samples of a batch that were replaced, because they missed raw chunks. */
  replaced(samples: number): void;
  /** Milliseconds the consumer waited for a batch. */
  waited(ms: number): void;
  finished(): void;
  /** A batch holds buffers, and no longer does. */
  leased(lease: Lease, index: number): void;
  returned(lease: Lease): void;
  /** The pass is over, for whatever reason. */
  ended(): void;
}

/** A batch that was not delivered yet. */
interface PreparedBatch {
  readonly batch: Batch;
  readonly living: LivingArrays;
}

export class Pass implements AsyncIterableIterator<Batch> {
  readonly #abort: ReturnType<typeof linkedController>;
  readonly #leases: Budget;
  readonly #ahead: Promise<PreparedBatch>[] = [];
  readonly #depth: PrefetchDepth;
  readonly #clock: PassClock;
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
    let giveBytes: () => void;
    try {
      giveBytes = await this.engine.admitOutputs(this.course.batchBytes, signal, "training");
    } catch (error) {
      giveLease();
      throw error;
    }
    this.#leased = index + 1;
    const startMs = performance.now();
    const names = this.dataset.arrays.map(({ spec }) => spec.name);
    const borrowed = names.map((name) => this.buffers.take(name));
    const endLease = (): void => {
      borrowed.forEach((buffer, i) => void (buffer && this.buffers.give(names[i]!, buffer)));
      giveBytes();
      giveLease();
    };
    try {
      const { epoch, size, chains } = this.course;
      const order = await this.course.order(signal);
      const { batchSize, layout } = this.options;
      const first = index * batchSize;
      const count = Math.min(batchSize, size.samples - first);
      const plan = (i: number, attempt: number): SamplePlan =>
        planSample(this.dataset, this.options, order, epoch, first + i, attempt);
      const render = (plans: readonly SamplePlan[]): Promise<RenderedArray[]> => {
        const jobs = arrayJobs(this.dataset.arrays, plans, layout, chains).map((job, i): ArrayJob => {
          const into = borrowed[i];
          return into === undefined ? job : { ...job, into };
        });
        return this.engine.render(jobs, signal);
      };
      const { plans, rendered, replaced } = await renderComplete(
        this.#clock.plan(() => Array.from({ length: count }, (_, i) => plan(i, 0))),
        render,
        (array) => this.engine.recycle(array),
        plan,
      );
      this.events.replaced(replaced);
      this.#clock.prepared(index, startMs);
      // Typed arrays are the garbage collector's; only buffers are leased.
      const lease: Lease = { isOver: false };
      if (rendered.every(({ buffer }) => buffer === null)) endLease();
      else this.events.leased(lease, index);
      const living = new LivingArrays(this.engine, rendered, () => render(plans));
      const origins = plans.map(({ origin }) => origin);
      const made = outputNames(this.dataset.arrays, chains);
      const ended = (): void => {
        this.events.returned(lease);
        endLease();
      };
      return { batch: toBatch({ index, epoch }, made, living, origins, lease, ended), living };
    } catch (error) {
      endLease();
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
