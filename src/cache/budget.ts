/** Admission before allocation: a ceiling in units (bytes, leases, requests), granted by urgency and order of asking. */
import { VoxelfeedError } from "../errors.js";
import type { LimitReport } from "./limits.js";

/**
 * What something is for, the most urgent first: what someone looks at, what training waits for, what will
 * probably be looked at, and what has time.
 */
export type Priority = "visible" | "training" | "prefetch" | "background";

const ranks: Readonly<Record<Priority, number>> = { visible: 0, training: 1, prefetch: 2, background: 3 };

/**
 * How full the whole may get by each: what is less urgent never takes the last part, so that what is more urgent
 * does not wait for it to end.
 */
const shares: Readonly<Record<Priority, number>> = {
  visible: 1,
  training: 7 / 8,
  prefetch: 3 / 4,
  background: 1 / 2,
};

interface Waiter {
  readonly units: number;
  readonly priority: Priority;
  readonly grant: () => void;
}

/** A semaphore: the most urgent first, equals in order of asking; a large request is not overtaken by small ones. */
export class Budget {
  #waiters: Waiter[] = [];
  #limit: number;
  #used = 0;
  #peak = 0;
  /** Of it by what is not `visible`, and the part of the whole that this may take at most. */
  #usedByOthers = 0;
  #othersPart = 1;

  /**
   * @param limit units that may be out at once
   * @param name what it counts, as the user knows it, such as `budget.memory`
   * @param report told of those that wait, and of those that are refused
   */
  constructor(
    limit: number,
    readonly name: string,
    readonly report: LimitReport = () => {},
  ) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  get used(): number {
    return this.#used;
  }

  get peak(): number {
    return this.#peak;
  }

  /** Changes the ceiling. What is out stays out: a lower one holds as soon as enough has come back. */
  resize(limit: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#admit();
  }

  /** Has all that is not `visible` make do with a part of the whole from now on; one at a time in any case. */
  restrainOthers(part: number): void {
    this.#othersPart = part;
    this.#admit();
  }

  /**
   * Waits until `units` fit and takes them.
   *
   * @param priority default `visible`, which may take all there is
   * @returns a function that gives them back; calling it again does nothing
   * @throws VoxelfeedError `budget` at once when `units` exceed the whole budget; the signal's reason on abort
   */
  async take(units: number, signal?: AbortSignal, priority: Priority = "visible"): Promise<() => void> {
    signal?.throwIfAborted();
    if (units > this.#limit) {
      this.report("refuse", units);
      throw new VoxelfeedError(
        "budget",
        `${units} bytes are needed at once, and ${this.name} leaves ${this.#limit} for that. Raise ${this.name}, or use smaller ` +
          "patches or batches.",
      );
    }
    const isNext = this.#waiters.every((waiter) => ranks[waiter.priority] > ranks[priority]);
    if (isNext && this.#fits(units, priority)) this.#grow(units, priority);
    else await this.#wait(units, priority, signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= units;
      if (priority !== "visible") this.#usedByOthers -= units;
      this.#admit();
    };
  }

  async #wait(units: number, priority: Priority, signal: AbortSignal | undefined): Promise<void> {
    this.report("wait", units);
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal?.reason);
        this.#admit();
      };
      const grant = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const waiter: Waiter = { units, priority, grant };
      const after = this.#waiters.findIndex((other) => ranks[other.priority] > ranks[priority]);
      this.#waiters.splice(after === -1 ? this.#waiters.length : after, 0, waiter);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  #fits(units: number, priority: Priority): boolean {
    if (this.#used === 0) return true;
    if (this.#used + units > this.#limit * shares[priority]) return false;
    const isRestrained = priority !== "visible" && this.#usedByOthers > 0;
    return !isRestrained || this.#usedByOthers + units <= this.#limit * this.#othersPart;
  }

  #grow(units: number, priority: Priority): void {
    this.#used += units;
    if (priority !== "visible") this.#usedByOthers += units;
    this.#peak = Math.max(this.#peak, this.#used);
  }

  #admit(): void {
    while (this.#waiters.length > 0) {
      const [{ units, priority, grant }] = this.#waiters as [Waiter];
      if (!this.#fits(units, priority)) return;
      this.#waiters.shift();
      this.#grow(units, priority);
      grant();
    }
  }
}
