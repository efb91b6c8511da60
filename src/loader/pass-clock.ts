/** Times the batches of one pass: planning, preparation, who waited for whom. */
import type { BatchSpan, Spans } from "../timing/spans.js";

export class PassClock {
  /** Of batches that are ready and not yet delivered. */
  readonly #prepared = new Map<number, BatchSpan>();
  #givenAtMs: number | null = null;

  constructor(
    readonly spans: Spans,
    readonly epoch: number,
  ) {}

  /** Runs the planning of a batch. */
  plan<T>(work: () => T): T {
    const startMs = performance.now();
    const planned = work();
    this.spans.add({ stage: "plan", startMs, ms: performance.now() - startMs, bytes: 0 });
    return planned;
  }

  prepared(index: number, startMs: number): void {
    this.#prepared.set(index, { epoch: this.epoch, index, startMs, ms: performance.now() - startMs });
  }

  /** The batch was asked for and given, after the consumer had been at work on the one before. */
  delivered(index: number, askedAtMs: number, givenAtMs: number): void {
    if (this.#givenAtMs !== null) {
      const startMs = this.#givenAtMs;
      this.spans.add({ stage: "consumer", startMs, ms: askedAtMs - startMs, bytes: 0 });
    }
    this.#givenAtMs = givenAtMs;
    const batch = this.#prepared.get(index);
    this.#prepared.delete(index);
    this.spans.add({ stage: "wait", startMs: askedAtMs, ms: givenAtMs - askedAtMs, bytes: 0, batch });
  }
}
