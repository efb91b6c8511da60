/** What a loader can be told, checked and with defaults. */
import type { SpatialOperation, SpatialTransforms } from "../augment/spatial.js";
import { checkSpatial } from "../augment/spatial-check.js";
import type { TargetTransforms } from "../augment/targets.js";
import type { Dataset } from "../dataset/dataset.js";
import { type DatasetArray, outputArrays } from "../dataset/sample.js";
import type { Engine } from "../engine/engine.js";
import { type EngineOptions, engineOptionNames } from "../engine/options.js";
import { VoxelfeedError } from "../errors.js";
import { checkKeys, flag, invalid, oneOf, wholeNumber } from "../options.js";
import { checkSampler } from "../sampling/check.js";
import { defaultSampler } from "../sampling/default-sampler.js";
import type { Sampler } from "../sampling/samplers.js";
import type { Layout } from "../types.js";
import { batchBytes, batchSizeWithin } from "./batch-size.js";
import type { OutputBuffers } from "./caller-buffers.js";
import type { LoaderState } from "./state.js";
import { chainsOf, resolveTargetLists, type TargetLists } from "./target-options.js";
import { type RawValueTransforms, resolveValueLists, type ValueLists } from "./value-options.js";

export interface LoaderOptions extends EngineOptions {
  /** Samples per batch. Default 1, or with `maxBatchBytes` as many as fit. */
  readonly batchSize?: number;
  /** Ceiling of a batch's arrays and masks, in bytes. Default: none. */
  readonly maxBatchBytes?: number;
  /** Everything random follows from it. Default 0, or that of `state`. */
  readonly seed?: number;
  /**
   * Default: that of `state`; else `samplers.blockShuffle()` where the decoded data that the dataset reaches is more
   * than four times `budget.memory`, and `samplers.uniform()` where it is less. `loader.sampler` tells.
   */
  readonly sampler?: Sampler;
  /** Default: samples lie as they are stored. */
  readonly spatialTransforms?: SpatialTransforms;
  /**
   * What is done to the values of input arrays, in order: one list for all of them, or lists by array name. Each array
   * draws for itself.
   */
  readonly rawValueTransforms?: RawValueTransforms;
  /**
   * What becomes of target arrays, in order: one list for all of them, or lists by array name. `targets.weights` adds
   * an array of its own to the batch.
   */
  readonly targetTransforms?: TargetTransforms;
  /** Default `ncdhw`. */
  readonly layout?: Layout;
  /** Batches per epoch. Default: the sampler's samples, divided by the batch size. */
  readonly iterationsPerEpoch?: number;
  /** Leave out the last batch of an epoch when it would be smaller. Default false. */
  readonly dropLast?: boolean;
  /**
   * Batches prepared ahead of the one you hold. Default: as many as hide the latency that is measured, from 1 to 8, and
   * no more than half of `budget.memory` and of `budget.gpu` hold beside `maxHeldBatches`.
   */
  readonly prefetch?: number;
  /** Batches with GPU buffers that you may hold unreleased at once. Default 2. */
  readonly maxHeldBatches?: number;
  /** How long `next()` waits for you to release one, milliseconds. Default 30 000. */
  readonly leaseTimeoutMs?: number;
  /**
   * Render into these buffers of `device`, by array name: one batch in each at a time, so their number bounds
   * how many batches are prepared or held. STORAGE | COPY_SRC | COPY_DST; they stay yours.
   */
  readonly outputBuffers?: OutputBuffers;
  /** Goes on where {@link Loader.state} was taken, with the same samples to the bit. */
  readonly state?: LoaderState;
  /** Stops every iteration when it aborts, with its reason. */
  readonly signal?: AbortSignal;
  /** Share workers and caches of an engine that exists already. */
  readonly engine?: Engine;
}

const names = [
  ...engineOptionNames,
  "batchSize",
  "maxBatchBytes",
  "seed",
  "sampler",
  "spatialTransforms",
  "rawValueTransforms",
  "targetTransforms",
  "layout",
  "iterationsPerEpoch",
  "dropLast",
  "prefetch",
  "maxHeldBatches",
  "leaseTimeoutMs",
  "outputBuffers",
  "state",
  "signal",
  "engine",
] as const;

/** Batches prepared ahead: to begin with, at least and at most. */
export interface PrefetchRange {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

export interface ResolvedLoaderOptions {
  readonly batchSize: number;
  readonly seed: number;
  readonly sampler: Sampler;
  readonly spatialTransforms: readonly SpatialOperation[] | null;
  readonly rawValueTransforms: ValueLists | null;
  readonly targetTransforms: TargetLists;
  readonly layout: Layout;
  readonly iterationsPerEpoch: number | null;
  readonly dropLast: boolean;
  readonly prefetch: PrefetchRange;
  readonly maxHeldBatches: number;
  readonly leaseTimeoutMs: number;
  readonly outputBuffers: OutputBuffers;
  readonly signal: AbortSignal | undefined;
}

/** What budgets say about how a loader works by default, in bytes. */
export interface LoaderBudget {
  /** Decides the sampler, so it is the same on every device. */
  readonly nominalMemory: number;
  /** For all batches that are prepared or held. */
  readonly batches: number;
}

/**
 * @throws VoxelfeedError `unknown-option` with the nearest known name; `invalid-option`
 */
export function resolveLoaderOptions(
  options: LoaderOptions,
  dataset: Dataset,
  budget: LoaderBudget,
): ResolvedLoaderOptions {
  checkKeys(options, names, "the createLoader options");
  const { spatialTransforms = null, iterationsPerEpoch, outputBuffers = {} } = options;
  if (options.outputBuffers !== undefined && options.device === undefined) {
    throw invalid("device", "the device of outputBuffers", options.device);
  }
  const targetTransforms = resolveTargetLists(options.targetTransforms, dataset.arrays);
  const arrays = outputArrays(dataset.arrays, chainsOf(dataset.arrays, targetTransforms));
  const batchSize = resolveBatchSize(options, arrays);
  const maxHeldBatches = wholeNumber(options.maxHeldBatches, "maxHeldBatches", 1, 2, 64);
  return {
    batchSize,
    seed: wholeNumber(options.seed, "seed", 0, options.state?.seed ?? 0),
    sampler: resolveSampler(options, dataset, budget.nominalMemory),
    spatialTransforms:
      spatialTransforms === null ? null : checkSpatial(spatialTransforms, dataset.place(0).extentNm),
    rawValueTransforms: resolveValueLists(options.rawValueTransforms, dataset.arrays),
    targetTransforms,
    layout: oneOf(options.layout, "layout", ["ncdhw", "ndhwc"], "ncdhw"),
    iterationsPerEpoch:
      iterationsPerEpoch === undefined ? null : wholeNumber(iterationsPerEpoch, "iterationsPerEpoch", 1, 1),
    dropLast: flag(options.dropLast, "dropLast", false),
    prefetch: resolvePrefetch(
      options.prefetch,
      budget.batches / batchBytes(arrays, batchSize) - maxHeldBatches,
    ),
    maxHeldBatches,
    leaseTimeoutMs: wholeNumber(options.leaseTimeoutMs, "leaseTimeoutMs", 1, 30_000),
    outputBuffers,
    signal: options.signal,
  };
}

/** @throws VoxelfeedError `budget` when a batch exceeds `maxBatchBytes` */
function resolveBatchSize(
  { batchSize, maxBatchBytes }: LoaderOptions,
  arrays: readonly DatasetArray[],
): number {
  const size = wholeNumber(batchSize, "batchSize", 1, 1);
  if (maxBatchBytes === undefined) return size;
  const most = batchSizeWithin(arrays, wholeNumber(maxBatchBytes, "maxBatchBytes", 1, 1));
  if (batchSize === undefined) return most;
  if (size <= most) return size;
  throw new VoxelfeedError(
    "budget",
    `A batch of ${size} samples has ${batchBytes(arrays, size)} bytes of arrays and masks, more than maxBatchBytes ` +
      `(${maxBatchBytes}). Raise maxBatchBytes, or use a batchSize of at most ${most}.`,
  );
}

function resolvePrefetch(given: number | undefined, affordable: number): PrefetchRange {
  if (given === undefined) {
    const most = Math.min(Math.max(Math.floor(affordable), 1), 8);
    return { first: Math.min(2, most), least: 1, most };
  }
  const depth = wholeNumber(given, "prefetch", 0, 2, 64);
  return { first: depth, least: depth, most: depth };
}

function resolveSampler({ sampler, state }: LoaderOptions, dataset: Dataset, memoryBytes: number): Sampler {
  if (sampler !== undefined) return checkSampler(sampler, dataset);
  if (state === undefined) return defaultSampler(dataset, memoryBytes);
  if (typeof state.sampler !== "string") return checkSampler(state.sampler, dataset);
  throw invalid("sampler", "given again, since the state holds only a checksum of it", sampler);
}
