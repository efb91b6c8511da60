/** What one pass over an epoch goes through. */
import type { Dataset } from "../dataset/dataset.js";
import type { TargetChains } from "../dataset/sample.js";
import { epochSamples, isEndless } from "../sampling/epoch.js";
import type { SampleOrder } from "../sampling/order.js";
import type { ResolvedLoaderOptions } from "./options.js";

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

export function epochSize(options: ResolvedLoaderOptions, dataset: Dataset): EpochSize {
  const { sampler, batchSize, iterationsPerEpoch, dropLast } = options;
  const samples = epochSamples(sampler, dataset);
  const whole = Math.floor(samples / batchSize);
  const batches = dropLast ? whole : Math.ceil(samples / batchSize);
  if (iterationsPerEpoch === null) return { samples, batches };
  if (samples > 0 && isEndless(sampler)) {
    return { samples: iterationsPerEpoch * batchSize, batches: iterationsPerEpoch };
  }
  return { samples, batches: Math.min(batches, iterationsPerEpoch) };
}
