/** What every contender is: something that reads a run's patches, in order, a batch at a time. */
import type { Job, PlacedPatch } from "../job.js";

/** Gets each patch as `float32`, C order z, y, x. */
export type TakePatch = (voxels: Float32Array) => void;

export interface Reader {
  /** Reads all patches of the run. Without `take` the voxels stay where their consumer would use them. */
  read(take?: TakePatch): Promise<void>;
  /** Where the patches of the last pass were, of a contender that draws them itself. */
  placed?(): readonly PlacedPatch[];
  /** Settles when everything that is written behind the batches is written. */
  settled?(): Promise<void>;
  stats?(): Readonly<Record<string, unknown>>;
  close(): void;
}

/** Opens metadata and workers, which is not timed. */
export type OpenReader = (job: Job) => Promise<Reader>;
