/**
 * Notices that a worker does not start, falls silent, or does not come back from decoding a chunk.
 *
 * Decoding is synchronous, so a worker that hangs cannot say so: it tells before each chunk that it begins, and the
 * page counts. Time is counted in ticks that were really run: while the page is frozen, in the back/forward cache,
 * throttled or busy, the worker's answers wait as well, and no time passes here.
 */
import type { WorkerDeadlines } from "./deadlines.js";

/** What a watch found. `call` is the load whose chunk is not decoded; null: it is not known what the worker does. */
export interface WatchFinding {
  readonly message: string;
  readonly call: number | null;
}

/** Ticks are never more frequent than a background page's timers. */
const maxTickMs = 1000;

/** A deadline is told no more exactly than to this part of it. */
const ticksPerDeadline = 10;

export class Watch {
  readonly #deadlines: WorkerDeadlines;
  readonly #ping: () => Promise<void>;
  readonly #found: (finding: WatchFinding) => void;
  readonly #tickMs: number;
  /** Loads that are asked for and not answered: a sign of one that is answered comes too late to count. */
  readonly #loads = new Set<number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #calls = 0;
  #isStarted = false;
  #isAnswered = true;
  #silentMs = 0;
  #decoding: number | null = null;
  #decodingMs = 0;

  /**
   * @param ping resolves when the worker answers
   * @param found told once what is wrong; the watch ends with it
   */
  constructor(deadlines: WorkerDeadlines, ping: () => Promise<void>, found: (finding: WatchFinding) => void) {
    this.#deadlines = deadlines;
    this.#ping = ping;
    this.#found = found;
    const { startMs, decodeMs, silenceMs } = deadlines;
    this.#tickMs = Math.min(maxTickMs, Math.min(startMs, decodeMs, silenceMs) / ticksPerDeadline);
    this.#timer = setInterval(() => this.#tick(), this.#tickMs);
  }

  /** The worker has answered for the first time. */
  started(): void {
    this.#isStarted = true;
    this.#silentMs = 0;
    this.#restIfIdle();
  }

  /** A call goes out; the returned function says that it was answered. */
  call(load?: number): () => void {
    this.#calls++;
    if (load !== undefined) this.#loads.add(load);
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs);
    return () => {
      this.#calls--;
      if (load !== undefined) this.#loads.delete(load);
      if (this.#decoding === load) this.#decoding = null;
      this.#restIfIdle();
    };
  }

  /** The worker begins to decode the chunk of a load. */
  decodes(load: number): void {
    if (!this.#loads.has(load)) return;
    this.#decoding = load;
    this.#decodingMs = 0;
  }

  /** Ends the watch. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #restIfIdle(): void {
    if (this.#isStarted && this.#calls === 0) this.end();
  }

  #tick(): void {
    const { startMs, decodeMs, silenceMs } = this.#deadlines;
    if (this.#decoding !== null) {
      this.#decodingMs += this.#tickMs;
      if (this.#decodingMs > decodeMs) {
        this.#report(`A chunk was not decoded within ${decodeMs} ms`, this.#decoding);
      }
    } else if (this.#isStarted && this.#isAnswered) {
      this.#isAnswered = false;
      this.#silentMs = 0;
      void this.#ping().then(() => {
        this.#isAnswered = true;
      });
    } else {
      this.#silentMs += this.#tickMs;
      if (!this.#isStarted && this.#silentMs > startMs) {
        this.#report(`A worker did not start within ${startMs} ms`, null);
      } else if (this.#isStarted && this.#silentMs > silenceMs) {
        this.#report(`A worker was silent for ${silenceMs} ms`, null);
      }
    }
  }

  #report(message: string, call: number | null): void {
    this.end();
    this.#found({ message, call });
  }
}
