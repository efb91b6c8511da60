/** A batch: its arrays, where its samples came from, and the lease on its buffers. */
import type { SampleOrigin } from "../dataset/sample.js";
import { type BatchArray, releasedError, toBatchArray } from "../engine/batch-array.js";
import type { LivingArrays } from "../engine/living-arrays.js";

export interface Batch {
  /** Number of the batch in its epoch. */
  readonly index: number;
  readonly epoch: number;
  readonly arrays: Readonly<Record<string, BatchArray>>;
  /** One per sample, in order: position, drawn parameters, levels. */
  readonly samples: readonly SampleOrigin[];
  /**
   * Returns GPU buffers and memory for later batches; using them afterwards is an error, and typed arrays of `data()`
   * are empty then. Calling it again does nothing.
   */
  release(): void;
}

/** What one release gives back. Whatever can use the batch or release it refers to it. */
export interface Lease {
  isOver: boolean;
}

/** @param ended called once, when the batch is released */
export function toBatch(
  place: { readonly index: number; readonly epoch: number },
  names: readonly string[],
  living: LivingArrays,
  samples: readonly SampleOrigin[],
  lease: Lease,
  ended: () => void,
): Batch {
  const alive = (): void => {
    if (lease.isOver) throw releasedError();
  };
  const arrays = living.arrays.map((_, i) => [names[i]!, toBatchArray(living, i, alive)] as const);
  return {
    ...place,
    arrays: Object.fromEntries(arrays),
    samples,
    release() {
      if (lease.isOver) return;
      lease.isOver = true;
      living.recycle();
      ended();
    },
  };
}
