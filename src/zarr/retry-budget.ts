/**
 * How many retries an origin is sent: a token bucket. A server that is down gets a few requests a second however
 * much is wanted of it, and one that answers again gets them all back quickly.
 */
import { raceAbort } from "../abort.js";

/** Retries that may come at once, over all workers. */
const capacity = 32;

/** Retries a second that need no answer in between, over all workers. */
const perSecond = 2;

/** The tokens of one origin; whoever waits for one is served in order. */
export class RetryBudget {
  readonly #capacity: number;
  readonly #perMs: number;
  #waiting: (() => void)[] = [];
  #tokens: number;
  #filledAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasAnswered: boolean;

  /** @param hasAnswered whether the origin is known to be there */
  constructor(share: number, hasAnswered: boolean) {
    this.#capacity = Math.max(1, capacity / share);
    this.#perMs = perSecond / share / 1000;
    this.#tokens = this.#capacity;
    this.#hasAnswered = hasAnswered;
  }

  /** Whether the origin has ever answered: if not, its name is probably wrong, or it does not allow this page. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** An answer earns a retry. */
  answered(): void {
    this.#hasAnswered = true;
    this.#add(1);
  }

  /** Waits for a token. @throws the signal's reason on abort */
  async take(signal: AbortSignal | undefined): Promise<void> {
    let grant = (): void => {};
    const granted = new Promise<void>((resolve) => {
      grant = resolve;
    });
    this.#waiting.push(grant);
    this.#fill();
    try {
      await raceAbort(granted, signal);
    } catch (error) {
      if (this.#waiting.includes(grant)) this.#waiting = this.#waiting.filter((other) => other !== grant);
      else this.#add(1);
      throw error;
    }
  }

  #fill(): void {
    const now = performance.now();
    const earned = (now - this.#filledAt) * this.#perMs;
    this.#filledAt = now;
    this.#add(earned);
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + tokens);
    // Sums of fractions may miss a whole token by a rounding error.
    while (this.#waiting.length > 0 && this.#tokens > 1 - 1e-6) {
      this.#tokens--;
      this.#waiting.shift()!();
    }
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#fill(), Math.ceil((1 - this.#tokens) / this.#perMs));
  }
}

/** The retry budgets of one thread. */
export class RetryBudgets {
  readonly #origins = new Map<string, RetryBudget>();
  readonly #share: number;
  readonly #haveAnswered: boolean;

  /**
   * @param share how many threads send retries to the same origins
   * @param haveAnswered whether every origin that will be asked has answered another thread already
   */
  constructor(share = 1, haveAnswered = false) {
    this.#share = share;
    this.#haveAnswered = haveAnswered;
  }

  of(url: string): RetryBudget {
    const { origin } = new URL(url);
    const known = this.#origins.get(origin);
    if (known !== undefined) return known;
    const budget = new RetryBudget(this.#share, this.#haveAnswered);
    this.#origins.set(origin, budget);
    return budget;
  }
}
