/** A batch: its arrays, where its samples came from, and the lease on its buffers. */
import type { SampleOrigin } from "../dataset/sample.js";
import { type BatchArray, releasedError, toBatchArray } from "../engine/batch-array.js";
import type { Engine } from "../engine/engine.js";
import type { RenderedArray } from "../engine/jobs.js";

export interface Batch {
  /** Number of the batch in its epoch. */
  readonly index: number;
  readonly epoch: number;
  readonly arrays: Readonly<Record<string, BatchArray>>;
  /** One per sample, in order: position, drawn parameters, levels. */
  readonly samples: readonly SampleOrigin[];
  /** Returns the GPU buffers to the ring; using them afterwards is an error. Calling it again does nothing. */
  release(): void;
}

/** @param ended called once, when the batch is released */
export function toBatch(
  engine: Engine,
  place: { readonly index: number; readonly epoch: number },
  names: readonly string[],
  rendered: readonly RenderedArray[],
  samples: readonly SampleOrigin[],
  ended: () => void,
): Batch {
  let released = false;
  const alive = (): void => {
    if (released) throw releasedError();
  };
  const arrays = rendered.map((array, i) => [names[i]!, toBatchArray(engine, array, alive)] as const);
  return {
    ...place,
    arrays: Object.fromEntries(arrays),
    samples,
    release() {
      if (released) return;
      released = true;
      for (const array of rendered) engine.recycle(array);
      ended();
    },
  };
}
