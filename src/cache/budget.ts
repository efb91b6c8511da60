/** Admission before allocation: a ceiling in units (bytes, leases) that is granted in order of asking. */
import { VoxelfeedError } from "../errors.js";

interface Waiter {
  readonly units: number;
  readonly grant: () => void;
}

/** A first-come-first-served semaphore; a large request is not overtaken by later small ones. */
export class Budget {
  readonly #waiters = new Set<Waiter>();
  #used = 0;
  #peak = 0;

  /**
   * @param limit units that may be out at once
   * @param name what it counts, as the user knows it, such as `budget.memory`
   */
  constructor(
    readonly limit: number,
    readonly name: string,
  ) {}

  get used(): number {
    return this.#used;
  }

  get peak(): number {
    return this.#peak;
  }

  /**
   * Waits until `units` fit and takes them.
   *
   * @returns a function that gives them back; calling it again does nothing
   * @throws VoxelfeedError `budget` at once when `units` exceed the whole budget; the signal's reason on abort
   */
  async take(units: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (units > this.limit) {
      throw new VoxelfeedError(
        "budget",
        `One read needs ${units} bytes at once, but ${this.name} is ${this.limit}. Raise ${this.name}, or use smaller patches.`,
      );
    }
    if (this.#waiters.size > 0 || this.#used + units > this.limit) {
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          this.#waiters.delete(waiter);
          reject(signal?.reason);
          this.#admit();
        };
        const waiter: Waiter = {
          units,
          grant: () => {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
        };
        this.#waiters.add(waiter);
        signal?.addEventListener("abort", leave, { once: true });
      });
    } else {
      this.#grow(units);
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= units;
      this.#admit();
    };
  }

  #grow(units: number): void {
    this.#used += units;
    this.#peak = Math.max(this.#peak, this.#used);
  }

  #admit(): void {
    for (const waiter of this.#waiters) {
      if (this.#used + waiter.units > this.limit) return;
      this.#waiters.delete(waiter);
      this.#grow(waiter.units);
      waiter.grant();
    }
  }
}
