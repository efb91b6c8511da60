/**
 * Time limits that a sleeping page does not trip.
 *
 * A page in the background, frozen or in the back-forward cache runs no timers, and neither sees what the network
 * brought meanwhile; afterwards a plain timer would say that the server was silent for minutes. So a limit counts in
 * short ticks, and a tick that comes late counts as one tick.
 */

const tickMs = 1000;

/** A tick may be this late and still count in full: a busy thread is not a sleeping one. */
const latenessMs = 1000;

/** Calls back once when its time is over; it can be restarted, paused and stopped. */
export class Countdown {
  readonly #onEnd: () => void;
  #leftMs: number;
  #countedAt = 0;
  /** When the tick under way is due. */
  #dueAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, onEnd: () => void) {
    this.#leftMs = ms;
    this.#onEnd = onEnd;
    this.resume();
  }

  /** Counts from `ms` again. */
  restart(ms: number): void {
    this.#leftMs = ms;
    this.#countedAt = performance.now();
    if (this.#timer === undefined || this.#dueAt <= this.#countedAt + ms) return;
    this.stop();
    this.#schedule();
  }

  pause(): void {
    if (this.#timer === undefined) return;
    this.stop();
    this.#count();
  }

  resume(): void {
    if (this.#timer !== undefined) return;
    this.#countedAt = performance.now();
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #count(): void {
    const now = performance.now();
    this.#leftMs -= Math.min(now - this.#countedAt, tickMs + latenessMs);
    this.#countedAt = now;
  }

  #schedule(): void {
    const ms = Math.max(0, Math.min(this.#leftMs, tickMs));
    this.#dueAt = this.#countedAt + ms;
    this.#timer = setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    this.#count();
    // Timers may come a fraction of a millisecond early.
    if (this.#leftMs >= 1) this.#schedule();
    else {
      this.#timer = undefined;
      this.#onEnd();
    }
  }
}
