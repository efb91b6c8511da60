/**
 * How many batches to prepare ahead, from what waiting for them is seen to cost.
 *
 * A batch that is asked for before it is ready calls for one more ahead. Whether that helped is judged over the next
 * batches: where the interval between batches did not shrink, the pipe was full already (the processor or the
 * connection is the limit), and the depth goes back for a while. A consumer that never waits gets fewer.
 */

/** A judgement is made of so many times the batches under way: they come in bursts of that length. */
const bursts = 2;
/** Judgements for which a depth that did not help is not tried again. */
const pause = 8;
/** A wait shorter than this part of the interval is none. */
const waitedShare = 0.05;
/** By how much the interval must shrink for one more batch ahead to be worth its memory. */
const gain = 0.95;

export class PrefetchDepth {
  readonly #least: number;
  readonly #most: number;
  #depth: number;
  #batches = 0;
  #waitMs = 0;
  #passedMs = 0;
  #intervalBefore: number | null = null;
  #paused = 0;

  /** @param first depth to begin with */
  constructor(first: number, least: number, most: number) {
    this.#depth = first;
    this.#least = least;
    this.#most = most;
  }

  get depth(): number {
    return this.#depth;
  }

  /**
   * @param waitMs how long the consumer waited for the batch it was just given
   * @param intervalMs how long ago it was given the one before
   */
  delivered(waitMs: number, intervalMs: number): void {
    this.#batches++;
    this.#waitMs += waitMs;
    this.#passedMs += intervalMs;
    if (this.#batches < bursts * (this.#depth + 1)) return;
    this.#judge(this.#passedMs / this.#batches, this.#waitMs / Math.max(this.#passedMs, 1e-9));
    this.#batches = 0;
    this.#waitMs = 0;
    this.#passedMs = 0;
  }

  #judge(interval: number, waited: number): void {
    if (this.#intervalBefore !== null && interval > this.#intervalBefore * gain) {
      this.#depth = Math.max(this.#depth - 1, this.#least);
      this.#paused = pause;
    }
    this.#intervalBefore = null;
    if (waited < waitedShare) this.#depth = Math.max(this.#depth - 1, this.#least);
    else if (this.#paused > 0) this.#paused--;
    else if (this.#depth < this.#most) {
      this.#depth++;
      this.#intervalBefore = interval;
    }
  }
}
