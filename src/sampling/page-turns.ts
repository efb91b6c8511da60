/** Long computations on the page, in turns, so that it goes on to draw and to answer. */

/** How long the page is kept busy at a time, milliseconds. */
const TURN_MS = 8;

export class PageTurns {
  #since = performance.now();

  constructor(readonly signal: AbortSignal) {}

  /** Whether it is time for others. */
  get isOver(): boolean {
    return performance.now() - this.#since > TURN_MS;
  }

  /** Lets others go first. @throws the signal's reason on abort */
  async next(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.signal.throwIfAborted();
    this.#since = performance.now();
  }
}
