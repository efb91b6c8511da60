/** One batch as its consumer got it. */
import type { BatchSpan, Span } from "../timing/spans.js";
import { blameWait } from "./blame.js";

export class Delivery {
  readonly waitMs: number;
  readonly #startMs: number;
  readonly #processors: number;
  #spans: readonly Span[];
  #blamed: Float64Array | null = null;

  /**
   * @param wait the consumer's wait for the batch
   * @param consumerMs how long the consumer was at work before it
   * @param spans what went on since the delivery before
   * @param processors how many spans of workers can really run at once
   */
  constructor(
    readonly batch: BatchSpan,
    { startMs, ms }: Span,
    readonly consumerMs: number,
    spans: readonly Span[],
    processors: number,
  ) {
    this.waitMs = ms;
    this.#startMs = startMs;
    this.#spans = spans;
    this.#processors = processors;
  }

  /** Spans that it still holds, for when it is asked what was waited for. */
  get spansHeld(): number {
    return this.#spans.length;
  }

  /**
   * Lays the wait to causes, and lets the spans go.
   *
   * @returns milliseconds by index of `causes`
   */
  blame(): Float64Array {
    if (this.#blamed === null) {
      const endMs = this.#startMs + this.waitMs;
      this.#blamed = blameWait(this.#spans, this.#startMs, endMs, this.#processors);
      this.#spans = [];
    }
    return this.#blamed;
  }
}
