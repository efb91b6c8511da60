/** The latest batches: how long each took, what its consumer waited for, and which stand out. */
import type { Span } from "../timing/spans.js";
import { causes, type WaitCause } from "./blame.js";
import { Delivery } from "./delivery.js";

/** Batches that are looked back at. */
const windowBatches = 128;
/** Spans kept from one delivery to the next, and by all deliveries together. */
const maxSpans = 8192;
/** Fewer batches have no usual duration. */
const leastForOutliers = 8;
/** Modified z-score from which on a batch stands out. Source: Iglewicz & Hoaglin, How to Detect and Handle Outliers, 1993. */
const outlierScore = 3.5;
/** What is less than this much longer than usual is no concern, however regular the others are. */
const outlierRatio = 1.5;

export interface BatchReport {
  readonly epoch: number;
  readonly index: number;
  /** From the first thing that was done for it until it was ready. */
  readonly prepareMs: number;
  /** How long the consumer waited for it. */
  readonly waitMs: number;
  /** What most of the wait is laid to; null where there was none. */
  readonly waitedFor: WaitCause | null;
}

/** A batch that took far longer than usual. */
export interface BatchOutlier extends BatchReport {
  /** Modified z-score of `prepareMs`. */
  readonly score: number;
}

/** The latest batches, at most 128. */
export interface BatchAnalysis {
  readonly batches: number;
  /** Medians. */
  readonly prepareMs: number;
  readonly waitMs: number;
  /** The worst first, at most 8. */
  readonly outliers: readonly BatchOutlier[];
}

/** Where the time of the latest batches went; their first is left out, which also waits for workers to start. */
export interface Pace {
  readonly batches: number;
  readonly waitMs: number;
  readonly consumerMs: number;
  /** What the waits are laid to, milliseconds; causes of nothing are left out. */
  readonly waitedFor: Readonly<Partial<Record<WaitCause, number>>>;
}

export class BatchWindow {
  readonly #processors: number;
  #spans: Span[] = [];
  #consumerMs = 0;
  /** The oldest first. */
  readonly #deliveries: Delivery[] = [];

  /** @param processors how many spans of workers can really run at once */
  constructor(processors: number) {
    this.#processors = processors;
  }

  add(span: Span): void {
    if (span.stage === "consumer") this.#consumerMs = span.ms;
    if (span.stage !== "wait") {
      if (this.#spans.length < maxSpans) this.#spans.push(span);
      return;
    }
    if (span.batch === undefined) return;
    const delivery = new Delivery(span.batch, span, this.#consumerMs, this.#spans, this.#processors);
    this.#spans = [];
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > windowBatches) this.#deliveries.shift();
    this.#letSpansGo();
  }

  /** The latest batch where it stands out. */
  get latestOutlier(): BatchOutlier | null {
    return this.#outliers(this.#deliveries.slice(-1))[0] ?? null;
  }

  get analysis(): BatchAnalysis {
    return {
      batches: this.#deliveries.length,
      prepareMs: median(this.#deliveries.map(({ batch }) => batch.ms)),
      waitMs: median(this.#deliveries.map(({ waitMs }) => waitMs)),
      outliers: this.#outliers(this.#deliveries)
        .sort((a, b) => b.score - a.score)
        .slice(0, 8),
    };
  }

  get pace(): Pace {
    const steady = this.#deliveries.slice(this.#deliveries.length > 1 ? 1 : 0);
    const sum = (read: (delivery: Delivery) => number): number =>
      steady.reduce((total, delivery) => total + read(delivery), 0);
    const waited = causes.map((cause, i) => [cause, sum((delivery) => delivery.blame()[i]!)] as const);
    return {
      batches: steady.length,
      waitMs: sum(({ waitMs }) => waitMs),
      consumerMs: sum(({ consumerMs }) => consumerMs),
      waitedFor: Object.fromEntries(waited.filter(([, ms]) => ms > 0)),
    };
  }

  /** Has the oldest deliveries settle what was waited for, until all together hold no more spans than they may. */
  #letSpansGo(): void {
    let held = this.#deliveries.reduce((sum, { spansHeld }) => sum + spansHeld, 0);
    for (const delivery of this.#deliveries) {
      if (held <= maxSpans) return;
      held -= delivery.spansHeld;
      delivery.blame();
    }
  }

  /** Those of some deliveries that stand out among all. */
  #outliers(of: readonly Delivery[]): BatchOutlier[] {
    if (this.#deliveries.length < leastForOutliers) return [];
    const durations = this.#deliveries.map(({ batch }) => batch.ms);
    const usual = median(durations);
    const spread = median(durations.map((ms) => Math.abs(ms - usual)));
    return of.flatMap((delivery) => {
      const { ms } = delivery.batch;
      const score = (0.6745 * (ms - usual)) / Math.max(spread, 1e-3);
      if (score < outlierScore || ms < usual * outlierRatio) return [];
      return [{ ...reportOf(delivery), score }];
    });
  }
}

function reportOf(delivery: Delivery): BatchReport {
  const { batch, waitMs } = delivery;
  const blamed = delivery.blame();
  const most = blamed.reduce((best, ms, i) => (ms > blamed[best]! ? i : best), 0);
  const { epoch, index, ms } = batch;
  return { epoch, index, prepareMs: ms, waitMs, waitedFor: blamed[most]! > 0 ? causes[most]! : null };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
