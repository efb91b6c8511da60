/** How long requests may take. */

/** How long a request may take; every limit is in milliseconds. */
export interface Timeouts {
  /** Until the server begins to answer. Default 20 000. */
  readonly headerMs?: number;
  /** For every 4 KiB of an answer that has begun. Default 20 000. */
  readonly idleMs?: number;
  /** From the first try to the last, waits between them included, those for the network to come back not. Default 120 000. */
  readonly totalMs?: number;
}

export const defaultTimeouts: Required<Timeouts> = { headerMs: 20_000, idleMs: 20_000, totalMs: 120_000 };
