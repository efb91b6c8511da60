/** The figures of one stage. */
import type { Span, SpanPart } from "../timing/spans.js";
import { DurationHistogram, type Durations } from "./histogram.js";
import type { SlowThreshold } from "./options.js";

export interface StageReport extends Durations {
  readonly bytes: number;
  /** Spans from the stage's thresholds on; the very slow ones are slow too. */
  readonly slow: number;
  readonly verySlow: number;
  /** What the stage is made of; empty where it is not told apart. */
  readonly parts: Readonly<Partial<Record<SpanPart, Durations>>>;
}

export type Slowness = "slow" | "verySlow";

export class StageFigures {
  readonly #threshold: SlowThreshold;
  readonly #all = new DurationHistogram();
  readonly #parts = new Map<SpanPart, DurationHistogram>();
  #bytes = 0;
  #slow = 0;
  #verySlow = 0;

  constructor(threshold: SlowThreshold) {
    this.#threshold = threshold;
  }

  /** @returns how slow it was, null when it was not */
  add({ ms, bytes, parts }: Span): Slowness | null {
    this.#all.add(ms);
    this.#bytes += bytes;
    for (const part in parts) this.#part(part as SpanPart).add(parts[part as SpanPart]!);
    if (ms < this.#threshold.slowMs) return null;
    this.#slow++;
    if (ms < this.#threshold.verySlowMs) return "slow";
    this.#verySlow++;
    return "verySlow";
  }

  get report(): StageReport {
    const parts = [...this.#parts].map(([part, histogram]) => [part, histogram.durations] as const);
    return {
      ...this.#all.durations,
      bytes: this.#bytes,
      slow: this.#slow,
      verySlow: this.#verySlow,
      parts: Object.fromEntries(parts),
    };
  }

  #part(part: SpanPart): DurationHistogram {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const histogram = new DurationHistogram();
    this.#parts.set(part, histogram);
    return histogram;
  }
}
