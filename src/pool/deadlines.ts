/** When a worker is given up, see `src/pool/watch.ts`. */

/** Milliseconds during which the page was awake. */
export interface WorkerDeadlines {
  /** Until a new worker answers for the first time; twice as long after each one that does not. Default 10,000. */
  readonly startMs: number;
  /** For one chunk. Default 30,000. */
  readonly decodeMs: number;
  /** Until a worker that has work answers a sign of life. Default 30,000. */
  readonly silenceMs: number;
}

export const defaultDeadlines: WorkerDeadlines = { startMs: 10_000, decodeMs: 30_000, silenceMs: 30_000 };
