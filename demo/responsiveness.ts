/** How long the page could not react: long tasks of the main thread, and gaps between beats of a timer. */

const BEAT_MS = 10;
const LONG_TASK_MS = 50;

export interface ResponsivenessFigures {
  /** The longest task that the browser reports, which it does from 50 ms on; 0: none. */
  readonly longestTaskMs: number;
  readonly longTasksOver50ms: number;
  /** Those that began after the mark. */
  readonly longTasksAfterMark: number;
  /** Longest time that an event waited for its turn. */
  readonly maxEventLoopGapMs: number;
}

export class Responsiveness {
  readonly #observer = new PerformanceObserver((list) => this.#note(list.getEntries()));
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #tasks: PerformanceEntry[] = [];
  #markedAt = Number.POSITIVE_INFINITY;
  #lastBeat = performance.now();
  #maxGap = 0;

  constructor() {
    this.#observer.observe({ type: "longtask" });
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  /** Tasks from here on are counted apart as well; only the first call counts. */
  mark(): void {
    this.#markedAt = Math.min(this.#markedAt, performance.now());
  }

  figures(): ResponsivenessFigures {
    this.#note(this.#observer.takeRecords());
    return {
      longestTaskMs: Math.max(0, ...this.#tasks.map(({ duration }) => duration)),
      longTasksOver50ms: this.#tasks.length,
      longTasksAfterMark: this.#tasks.filter(({ startTime }) => startTime >= this.#markedAt).length,
      maxEventLoopGapMs: this.#maxGap,
    };
  }

  stop(): void {
    this.#note(this.#observer.takeRecords());
    this.#observer.disconnect();
    clearInterval(this.#timer);
  }

  #note(entries: readonly PerformanceEntry[]): void {
    // The task that this began in is the page's own start; it does not count as loading.
    const loading = entries.filter(
      ({ startTime, duration }) => startTime >= this.#startedAt && duration > LONG_TASK_MS,
    );
    this.#tasks.push(...loading);
  }

  #beat(): void {
    const now = performance.now();
    // Timers of a hidden page are slowed down by the browser.
    if (!document.hidden) this.#maxGap = Math.max(this.#maxGap, now - this.#lastBeat - BEAT_MS);
    this.#lastBeat = now;
  }
}
