/** The loader: an async iterable of batches over a dataset. */
import type { Dataset } from "../dataset/dataset.js";
import { Engine, type EngineStats } from "../engine/engine.js";
import { engineOptionsOf } from "../engine/options.js";
import { VoxelfeedError } from "../errors.js";
import type { Batch } from "./batch.js";
import { CallerBuffers } from "./caller-buffers.js";
import { type LoaderOptions, type ResolvedLoaderOptions, resolveLoaderOptions } from "./options.js";
import { type EpochSize, Pass } from "./pipeline.js";
import { epochLength } from "./samplers.js";

/** Figures since the loader was made. Times are milliseconds; stage times are sums over all workers. */
export interface LoaderStats extends EngineStats {
  readonly batches: number;
  readonly samples: number;
  /** How long `next()` waited for batches. */
  readonly waitMs: number;
}

export class Loader implements AsyncIterable<Batch> {
  readonly #options: ResolvedLoaderOptions;
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #buffers: CallerBuffers;
  readonly #passes = new Set<Pass>();
  #epoch = 0;
  #batches = 0;
  #samples = 0;
  #waitMs = 0;

  /** Use {@link createLoader}. */
  constructor(
    readonly dataset: Dataset,
    options: LoaderOptions,
  ) {
    this.#options = resolveLoaderOptions(options);
    const { outputBuffers, batchSize } = this.#options;
    this.#buffers = new CallerBuffers(outputBuffers, dataset.arrays, batchSize);
    this.#engine = options.engine ?? new Engine(engineOptionsOf(options));
    this.#ownsEngine = options.engine === undefined;
  }

  /** Batches in one epoch. */
  get length(): number {
    return this.#size().batches;
  }

  /** The epoch that the next pass draws from; every finished pass begins the next. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The device that batches' buffers belong to; null where they are typed arrays only. */
  async device(): Promise<GPUDevice | null> {
    return (await this.#engine.choose()).device;
  }

  /** Starts a pass over the current epoch, from its first batch. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    const epoch = this.#epoch;
    const pass: Pass = new Pass(
      this.dataset,
      this.#engine,
      this.#options,
      epoch,
      this.#size(),
      this.#buffers,
      {
        delivered: ({ samples }) => {
          this.#batches++;
          this.#samples += samples.length;
        },
        waited: (ms) => {
          this.#waitMs += ms;
        },
        finished: () => {
          if (this.#epoch === epoch) this.#epoch++;
        },
        ended: () => this.#passes.delete(pass),
      },
    );
    this.#passes.add(pass);
    return pass;
  }

  /** Begins the next epoch; passes under way go on with theirs. */
  refresh(): void {
    this.#epoch++;
  }

  stats(): LoaderStats {
    return {
      ...this.#engine.stats(),
      batches: this.#batches,
      samples: this.#samples,
      waitMs: this.#waitMs,
    };
  }

  /** Ends every pass; requests are cancelled, workers end, buffers are freed. A second call does nothing. */
  dispose(): void {
    const reason = new VoxelfeedError("disposed", "This loader was disposed.");
    for (const pass of this.#passes) pass.stop(reason);
    if (this.#ownsEngine) this.#engine.dispose();
  }

  #size(): EpochSize {
    const { sampler, batchSize, iterationsPerEpoch, dropLast } = this.#options;
    const samples = epochLength(sampler, this.dataset.length);
    const whole = Math.floor(samples / batchSize);
    const batches = dropLast ? whole : Math.ceil(samples / batchSize);
    if (iterationsPerEpoch === null) return { samples, batches };
    // A uniform sampler can go on for ever; a sequential one ends with the dataset.
    if (sampler.kind === "uniform")
      return { samples: iterationsPerEpoch * batchSize, batches: iterationsPerEpoch };
    return { samples, batches: Math.min(batches, iterationsPerEpoch) };
  }
}

/**
 * Makes a loader: `for await (const batch of loader)` gives one epoch of batches, in order, the same for any
 * number of workers, any batch size and any backend.
 *
 * @throws VoxelfeedError `unknown-option` naming the nearest known option; `invalid-option`
 *
 * @example
 * for await (const batch of createLoader(dataset, { batchSize: 4, seed: 42 })) {
 *   const { raw, labels } = batch.arrays;
 *   await train(await raw.data(), await labels.data(), await labels.mask.data());
 *   batch.release();
 * }
 */
export function createLoader(dataset: Dataset, options: LoaderOptions = {}): Loader {
  return new Loader(dataset, options);
}
