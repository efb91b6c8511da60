/** Durations in logarithmic buckets: bounded memory, and percentiles to within 5 % whatever their scale. */

/** From a microsecond to more than an hour. */
const smallestMs = 1e-3;
const bucketsPerOctave = 8;
const buckets = 32 * bucketsPerOctave;

/** What a histogram tells; milliseconds, 0 where nothing was added. */
export interface Durations {
  readonly count: number;
  readonly totalMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class DurationHistogram {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;
  #totalMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;

  add(ms: number): void {
    const bucket = Math.floor(Math.log2(ms / smallestMs) * bucketsPerOctave);
    this.#counts[Math.min(Math.max(bucket, 0), buckets - 1)]!++;
    this.#count++;
    this.#totalMs += ms;
    this.#minMs = Math.min(this.#minMs, ms);
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  /** The middle of the bucket that holds the smallest duration which at least this part of all does not exceed. */
  percentile(part: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(part * this.#count));
    let seen = 0;
    let bucket = -1;
    while (seen < rank) seen += this.#counts[++bucket]!;
    const middle = smallestMs * 2 ** ((bucket + 0.5) / bucketsPerOctave);
    return Math.min(Math.max(middle, this.#minMs), this.#maxMs);
  }

  get durations(): Durations {
    return {
      count: this.#count,
      totalMs: this.#totalMs,
      p50Ms: this.percentile(0.5),
      p95Ms: this.percentile(0.95),
      p99Ms: this.percentile(0.99),
      maxMs: this.#maxMs,
    };
  }
}
