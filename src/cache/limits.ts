/** What happens where a budget is used up, told to whoever listens. */

/** The tiers that have a budget of bytes. */
export type Tier = "gpu" | "memory" | "disk" | "inflight";

/**
 * What a full tier did: something waits until bytes come back (`wait`), made room for itself by evicting others
 * (`evict`), is rendered in pieces (`split`), or was refused with an error because it is larger than the whole (`refuse`).
 */
export type LimitAction = "wait" | "evict" | "split" | "refuse";

/** A budget that was reached. */
export interface BudgetEvent {
  readonly tier: Tier;
  readonly action: LimitAction;
  /** Bytes that were asked for. */
  readonly neededBytes: number;
  readonly usedBytes: number;
  readonly maxBytes: number;
  /** How often since the last event of this tier and action: there is at most one a second. */
  readonly times: number;
}

/** Told of each time that a limit was met. */
export type LimitReport = (action: LimitAction, neededBytes: number) => void;

const quietMs = 1000;

/** Makes few events of many: a tier that is full evicts with every chunk. */
export class LimitEvents {
  readonly #emit: (event: BudgetEvent) => void;
  readonly #last = new Map<string, { at: number; times: number }>();

  constructor(emit: (event: BudgetEvent) => void) {
    this.#emit = emit;
  }

  report(event: Omit<BudgetEvent, "times">): void {
    const name = `${event.tier} ${event.action}`;
    const last = this.#last.get(name) ?? { at: Number.NEGATIVE_INFINITY, times: 0 };
    this.#last.set(name, last);
    last.times++;
    const now = performance.now();
    if (now - last.at < quietMs) return;
    this.#emit({ ...event, times: last.times });
    last.at = now;
    last.times = 0;
  }
}
