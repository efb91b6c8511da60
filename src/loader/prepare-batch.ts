/** Prepares one batch of a pass: plans its samples, renders them, and lends it the buffers that they lie in. */

import { arrayJobs, outputNames } from "../dataset/array-jobs.js";
import type { Dataset } from "../dataset/dataset.js";
import type { SamplePlan } from "../dataset/sample.js";
import type { ArrayJob, RenderedArray } from "../engine/jobs.js";
import { LivingArrays } from "../engine/living-arrays.js";
import type { EngineWorks } from "../engine/works.js";
import { type Batch, type Lease, toBatch } from "./batch.js";
import type { CallerBuffers } from "./caller-buffers.js";
import { renderComplete } from "./complete.js";
import type { Course } from "./course.js";
import type { ResolvedLoaderOptions } from "./options.js";
import type { PassClock } from "./pass-clock.js";
import { planSample } from "./plan-sample.js";

/** A batch that was not delivered yet. */
export interface PreparedBatch {
  readonly batch: Batch;
  readonly living: LivingArrays;
}

/** What all batches of a pass have in common. */
export interface BatchMaking {
  readonly dataset: Dataset;
  readonly options: ResolvedLoaderOptions;
  readonly course: Course;
  readonly buffers: CallerBuffers;
  readonly clock: PassClock;
  readonly events: BatchEvents;
}

export interface BatchEvents {
  /** Samples of a batch that were replaced, because they missed raw chunks. */
  replaced(samples: number): void;
  /** A batch holds buffers, and no longer does. */
  leased(lease: Lease, index: number): void;
  returned(lease: Lease): void;
}

/**
 * @param giveBack gives back what was admitted for the batch; called once it holds no buffers, or has failed
 * @throws what planning, reading and rendering throw; the signal's reason on abort
 */
export async function prepareBatch(
  { dataset, options, course, buffers, clock, events }: BatchMaking,
  works: EngineWorks,
  index: number,
  giveBack: () => void,
  signal: AbortSignal,
): Promise<PreparedBatch> {
  const startMs = performance.now();
  const names = dataset.arrays.map(({ spec }) => spec.name);
  const borrowed = names.map((name) => buffers.take(name));
  const endLease = (): void => {
    borrowed.forEach((buffer, i) => void (buffer && buffers.give(names[i]!, buffer)));
    giveBack();
  };
  try {
    const { epoch, size, chains } = course;
    const order = await course.order(signal);
    const { batchSize, layout } = options;
    const first = index * batchSize;
    const count = Math.min(batchSize, size.samples - first);
    const plan = (i: number, attempt: number): SamplePlan =>
      planSample(dataset, options, order, epoch, first + i, attempt);
    const render = (plans: readonly SamplePlan[]): Promise<RenderedArray[]> => {
      const jobs = arrayJobs(dataset.arrays, plans, layout, chains).map((job, i): ArrayJob => {
        const into = borrowed[i];
        return into === undefined ? job : { ...job, into };
      });
      return works.render(jobs, signal);
    };
    const { plans, rendered, replaced } = await renderComplete(
      clock.plan(() => Array.from({ length: count }, (_, i) => plan(i, 0))),
      render,
      (array) => works.recycle(array),
      plan,
    );
    events.replaced(replaced);
    clock.prepared(index, startMs);
    // Typed arrays are the garbage collector's; only buffers are leased.
    const lease: Lease = { isOver: false };
    if (rendered.every(({ buffer }) => buffer === null)) endLease();
    else events.leased(lease, index);
    const living = new LivingArrays(works, rendered, () => render(plans));
    const origins = plans.map(({ origin }) => origin);
    const made = outputNames(dataset.arrays, chains);
    const ended = (): void => {
      events.returned(lease);
      endLease();
    };
    return { batch: toBatch({ index, epoch }, made, living, origins, lease, ended), living };
  } catch (error) {
    endLease();
    throw error;
  }
}
