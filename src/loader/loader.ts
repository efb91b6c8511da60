/** The loader: an async iterable of batches over a dataset. */
import type { Dataset } from "../dataset/dataset.js";
import { outputArrays, type TargetChains } from "../dataset/sample.js";
import { Emitter } from "../emitter.js";
import { Engine, type EngineStats } from "../engine/engine.js";
import { engineOptionsOf } from "../engine/options.js";
import { VoxelfeedError } from "../errors.js";
import { fetchCode } from "../fetch-code.js";
import { wholeNumber } from "../options.js";
import type { Sampler } from "../sampling/samplers.js";
import type { Spans } from "../timing/spans.js";
import type { Budget } from "../types.js";
import type { Batch } from "./batch.js";
import { batchBytes } from "./batch-size.js";
import { CallerBuffers, type OutputBuffers } from "./caller-buffers.js";
import { type EpochSize, epochSize } from "./course.js";
import type { LoaderEvents } from "./events.js";
import { ForgottenBatches } from "./forgotten.js";
import { type LoaderOptions, type ResolvedLoaderOptions, resolveLoaderOptions } from "./options.js";
import { Pass } from "./pass.js";
import type { PreparedOrder } from "./prepared-order.js";
import { checkSameConfiguration, checkState, compact, configurationOf, type LoaderState } from "./state.js";
import { chainsOf } from "./target-options.js";

/** Figures since the loader was made. Times are milliseconds; stage times are sums over all workers. */
export interface LoaderStats extends EngineStats {
  readonly batches: number;
  readonly samples: number;
  /** How long `next()` waited for batches. */
  readonly waitMs: number;
  /** Different raw chunks under the crops that were found not to be stored, see `onMissing` of the dataset. */
  readonly missingRawChunks: number;
  /** Samples that were replaced by others because of them. */
  readonly replacedSamples: number;
}

export interface AttachOptions {
  readonly outputBuffers?: OutputBuffers;
}

export interface PrepareOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

export class Loader implements AsyncIterable<Batch> {
  readonly #options: ResolvedLoaderOptions;
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #buffers: CallerBuffers;
  readonly #chains: TargetChains;
  /** The dataset with target arrays as the chains gather them. */
  readonly #gathered: Dataset;
  readonly #passes = new Set<Pass>();
  #order: PreparedOrder | null = null;
  readonly #events = new Emitter<LoaderEvents>();
  readonly #stopEvents: () => void;
  readonly #size: EpochSize;
  /** Of the buffers that a batch takes from the ring. */
  readonly #batchBytes: number;
  #epoch = 0;
  /** Batches of the current epoch that were delivered by the pass begun last. */
  #delivered = 0;
  /** Batch that the next pass begins with. */
  #first = 0;
  #latest: Pass | undefined;
  #batches = 0;
  #samples = 0;
  #waitMs = 0;
  #replaced = 0;
  readonly #forgotten: ForgottenBatches;

  /** Use {@link createLoader}. */
  constructor(
    readonly dataset: Dataset,
    options: LoaderOptions,
  ) {
    this.#engine = options.engine ?? new Engine(engineOptionsOf(options));
    this.#ownsEngine = options.engine === undefined;
    const stops = [
      this.#engine.on("budget", (event) => this.#events.emit("budget", event)),
      this.#engine.on("deviceLost", (event) => this.#events.emit("deviceLost", event)),
    ];
    this.#stopEvents = () => stops.forEach((stop) => void stop());
    if (options.state !== undefined) checkState(options.state);
    const { memory, gpu } = this.#engine.stats().budget;
    this.#options = resolveLoaderOptions(options, dataset, {
      nominalMemory: this.#engine.nominalMemoryBytes,
      batches: Math.min(memory.maxBytes, gpu.maxBytes) / 2,
    });
    this.#forgotten = new ForgottenBatches(this.#options.maxHeldBatches);
    this.#size = epochSize(this.#options, dataset);
    const { outputBuffers, batchSize } = this.#options;
    this.#chains = chainsOf(dataset.arrays, this.#options.targetTransforms);
    const made = outputArrays(dataset.arrays, this.#chains);
    const halos = Object.fromEntries(Object.entries(this.#chains).map(([name, { halo }]) => [name, halo]));
    this.#gathered = Object.keys(halos).length === 0 ? dataset : dataset.enlargeTargets(halos);
    this.#buffers = new CallerBuffers(outputBuffers, made.slice(0, dataset.arrays.length), batchSize);
    this.#batchBytes = batchBytes(made, batchSize) - this.#buffers.bytesPerBatch;
    if (options.state === undefined) return;
    checkSameConfiguration(options.state, this.state());
    this.#epoch = options.state.epoch;
    this.#first = options.state.position;
    this.#delivered = options.state.position;
  }

  /** Batches in one epoch. */
  get length(): number {
    return this.#size.batches;
  }

  /** What draws the positions: as given, or as chosen for this dataset (see {@link LoaderOptions.sampler}). */
  get sampler(): Sampler {
    return this.#options.sampler;
  }

  /** The epoch that the next pass draws from; every finished pass begins the next. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The device that batches' buffers belong to; null where they are typed arrays only. */
  async device(): Promise<GPUDevice | null> {
    return (await (await this.#engine.works()).choose()).device;
  }

  /**
   * Goes on with another device in place of the one given with the options, which was lost. Batches that were not delivered
   * are rendered again on it, bit for bit; `data()` of those that were still works, with their buffers anew.
   *
   * @param options `outputBuffers` of the new device, as many as were given with the options
   * @throws VoxelfeedError `invalid-option` where the loader had no device of the page, or buffers are missing
   */
  attach(device: GPUDevice, { outputBuffers = {} }: AttachOptions = {}): void {
    this.#buffers.replace(outputBuffers);
    this.#engine.attach(device);
  }

  /**
   * Reads what the sampler must know of the data: `classBalanced` which crops hold which class, `foreground` where the
   * classes are. The first batch waits for it anyway; call it to have that done earlier.
   *
   * @param options `onProgress` is told how far it has come, from 0 to 1
   * @throws VoxelfeedError `empty-selection`, and what reading throws; the signal's reason on abort
   */
  async prepare({ signal, onProgress }: PrepareOptions = {}): Promise<void> {
    await (await this.#prepared()).get(signal, onProgress);
  }

  /** Starts a pass over the current epoch: from its first batch, or from where `state` was taken. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    const epoch = this.#epoch;
    const first = this.#first;
    const course = {
      epoch,
      first,
      size: this.#size,
      batchBytes: this.#batchBytes,
      chains: this.#chains,
      order: async (signal: AbortSignal) => await (await this.#prepared()).get(signal),
    };
    const pass: Pass = new Pass(this.#gathered, this.#engine, this.#options, course, this.#buffers, {
      delivered: ({ index, samples }) => {
        this.#batches++;
        this.#samples += samples.length;
        if (pass === this.#latest) this.#delivered = index + 1;
      },
      replaced: (samples) => {
        this.#replaced += samples;
      },
      waited: (ms) => {
        this.#waitMs += ms;
      },
      finished: () => {
        if (this.#epoch === epoch) this.#begin(epoch + 1);
      },
      leased: (lease, index) => this.#forgotten.watch(lease, index),
      returned: (lease) => this.#forgotten.released(lease),
      ended: () => this.#passes.delete(pass),
    });
    this.#passes.add(pass);
    this.#latest = pass;
    this.#delivered = first;
    this.#first = 0;
    return pass;
  }

  /** Begins the next epoch; passes under way go on with theirs. */
  refresh(): void {
    this.#begin(this.#epoch + 1);
  }

  /** The next pass draws from epoch `epoch`, a whole number below 2^24; passes under way go on with theirs. */
  setEpoch(epoch: number): void {
    this.#begin(wholeNumber(epoch, "epoch", 0, 0, 2 ** 24 - 1));
  }

  /**
   * Where the loader is: the epoch, and how many of its batches were delivered by the pass begun last (prefetched ones
   * do not count). `createLoader(dataset, { ...options, state })` goes on with the next batch.
   */
  state(): LoaderState {
    const { seed, sampler } = this.#options;
    const over = this.#delivered > 0 && this.#delivered >= this.#size.batches;
    return {
      version: 1,
      seed,
      epoch: over ? this.#epoch + 1 : this.#epoch,
      position: over ? 0 : this.#delivered,
      sampler: compact(sampler),
      configuration: configurationOf(this.dataset, this.#options),
    };
  }

  /** Where time goes: of this loader, and of whatever else reads through its engine. `createMonitor` observes it. */
  get spans(): Spans {
    return this.#engine.spans;
  }

  /** Workers that read, decode and render. */
  get workers(): number {
    return this.#engine.workers;
  }

  stats(): LoaderStats {
    return {
      ...this.#engine.stats(),
      batches: this.#batches,
      samples: this.#samples,
      waitMs: this.#waitMs,
      missingRawChunks: this.dataset.missingChunks,
      replacedSamples: this.#replaced,
    };
  }

  /**
   * Has `listener` told of events, see {@link LoaderEvents}. What it throws is reported as an uncaught error of the page.
   *
   * @returns stops it; calling it again does nothing
   * @example
   * loader.on("budget", ({ tier, action, maxBytes }) => console.info(`${tier}: ${action} at ${maxBytes} bytes`));
   */
  on<Name extends keyof LoaderEvents>(name: Name, listener: (event: LoaderEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Changes budgets of the loader's engine, in bytes; those not given stay. What a lower one leaves no room for is evicted,
   * or goes as soon as it is not used any more; a higher one lets in what waits. Batches stay the same.
   *
   * @throws VoxelfeedError `unknown-option`, `invalid-option`
   */
  setBudget(budget: Budget): void {
    this.#engine.setBudget(budget);
  }

  /** Ends every pass; requests are cancelled, workers end, buffers are freed. A second call does nothing. */
  dispose(): void {
    const reason = new VoxelfeedError("disposed", "This loader was disposed.");
    for (const pass of this.#passes) pass.stop(reason);
    this.#stopEvents();
    if (this.#ownsEngine) this.#engine.dispose();
  }

  #begin(epoch: number): void {
    this.#epoch = epoch;
    this.#first = 0;
    this.#delivered = 0;
    this.#latest = undefined;
  }

  async #prepared(): Promise<PreparedOrder> {
    const { PreparedOrder } = await fetchCode(() => import("./prepared-order.js"));
    this.#order ??= new PreparedOrder(this.#options, this.dataset, this.#engine);
    return this.#order;
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
