/** How many samples a batch can have: its bytes, and what a device or a budget leaves room for. */
import type { Dataset } from "../dataset/dataset.js";
import type { DatasetArray } from "../dataset/sample.js";
import { VoxelfeedError } from "../errors.js";
import { MiB } from "../math/bytes.js";
import { checkKeys, wholeNumber } from "../options.js";
import { outputItemSize, paddedBytes } from "../plan/output.js";
import { voxelCount } from "../plan/reads.js";

/** Bytes of the arrays and masks of a batch, as they lie in buffers. */
export function batchBytes(arrays: readonly DatasetArray[], batchSize: number): number {
  return arrays.reduce((sum, { spec, channels }) => {
    const elements = batchSize * channels.length * voxelCount(spec.shape);
    const values = paddedBytes(elements, outputItemSize[spec.dtype]);
    return sum + values + (spec.mask ? paddedBytes(elements, 1) : 0);
  }, 0);
}

/**
 * The largest batch within a number of bytes.
 *
 * @throws VoxelfeedError `budget` when not even one sample fits
 */
export function batchSizeWithin(arrays: readonly DatasetArray[], maxBytes: number): number {
  const one = batchBytes(arrays, 1);
  if (one > maxBytes) {
    throw new VoxelfeedError(
      "budget",
      `One sample has ${one} bytes of arrays and masks, more than maxBatchBytes (${maxBytes}). Raise maxBatchBytes, use ` +
        "smaller patches, or a smaller dtype.",
    );
  }
  // Padding makes several samples smaller than that many single ones, so the quotient may be one too few.
  let size = Math.floor(maxBytes / one);
  while (batchBytes(arrays, size + 1) <= maxBytes) size++;
  return size;
}

export interface BatchSizeOptions {
  /** The device that the batches are for: an array must fit one of its buffers. */
  readonly device?: GPUDevice;
  /** Bytes that all batches prepared or held at once may take. Default 512 MiB. */
  readonly maxBytes?: number;
  /** Batches prepared or held at once. Default 4, a loader's `prefetch` and `maxHeldBatches`. */
  readonly batches?: number;
}

/**
 * A batch size for a dataset: the largest power of two whose batches fit the bytes, and whose arrays fit the
 * device's buffers.
 *
 * @throws VoxelfeedError `budget` when not even one sample fits; `invalid-option`, `unknown-option`
 */
export function suggestBatchSize(dataset: Dataset, options: BatchSizeOptions = {}): number {
  checkKeys(options, ["device", "maxBytes", "batches"], "the suggestBatchSize options");
  const maxBytes = wholeNumber(options.maxBytes, "maxBytes", 1, 512 * MiB);
  const batches = wholeNumber(options.batches, "batches", 1, 4);
  const within = batchSizeWithin(dataset.arrays, Math.floor(maxBytes / batches));
  const largest = options.device?.limits.maxBufferSize ?? Number.POSITIVE_INFINITY;
  const fits = (size: number): boolean =>
    dataset.arrays.every(
      (array) => batchBytes([{ ...array, spec: { ...array.spec, mask: false } }], size) <= largest,
    );
  let size = 2 ** Math.floor(Math.log2(within));
  while (size > 1 && !fits(size)) size /= 2;
  return size;
}
