/** A monitor: observes a loader, and tells where its time and bytes go. */
import { Emitter } from "../emitter.js";
import type { Loader, LoaderStats } from "../loader/loader.js";
import { type Span, type Stage, stages } from "../timing/spans.js";
import type { BottleneckKind } from "./advice.js";
import { type BatchOutlier, BatchWindow } from "./batches.js";
import { type Bottleneck, findBottleneck } from "./bottleneck.js";
import { type MonitorFindings, tierReports } from "./findings.js";
import { type MonitorOptions, resolveMonitorOptions } from "./options.js";
import { Origins } from "./origins.js";
import { Repeats } from "./repeats.js";
import { StageFigures, type StageReport } from "./stage-figures.js";
import { type ChromeTrace, chromeTrace, SpanRing } from "./trace.js";
import { measureSpan } from "./user-timing.js";

/** Everything found so far; plain JSON. */
export interface MonitorReport extends MonitorFindings {
  readonly bottleneck: Bottleneck;
}

/** What a monitor tells while it observes, by name; see `monitor.on`. */
export interface MonitorEvents {
  /** A span reached its stage's `slowMs`, but not `verySlowMs`. */
  readonly slow: Span;
  /** A span reached its stage's `verySlowMs`. */
  readonly verySlow: Span;
  /** A batch took far longer than usual. */
  readonly outlier: BatchOutlier;
  /** Something else limits now; looked at once a second at most. */
  readonly bottleneck: Bottleneck;
}

/**
 * Spans that are counted together while nobody listens to events. One by one, in between other work, each costs five times
 * as much.
 */
const spansAtOnce = 256;

/** How often the bottleneck is looked for while somebody listens. */
const lookEveryMs = 1000;

export class Monitor {
  readonly #loader: Loader;
  readonly #stages: ReadonlyMap<Stage, StageFigures>;
  readonly #batches: BatchWindow;
  readonly #origins = new Origins();
  readonly #loaded = new Repeats();
  readonly #uploaded = new Repeats();
  readonly #ring: SpanRing;
  readonly #userTiming: boolean;
  readonly #events = new Emitter<MonitorEvents>();
  readonly #end: () => void;
  readonly #firstMs = performance.now();
  readonly #firstStats: LoaderStats;
  #uncounted: Span[] = [];
  #lastReport: MonitorReport | null = null;
  #lookedMs = this.#firstMs;
  #kind: BottleneckKind = "none";

  /** Use {@link createMonitor}. */
  constructor(loader: Loader, options: MonitorOptions) {
    const { thresholds, traceSpans, userTiming } = resolveMonitorOptions(options);
    this.#loader = loader;
    this.#stages = new Map(stages.map((stage) => [stage, new StageFigures(thresholds[stage])]));
    this.#batches = new BatchWindow(Math.max(1, Math.min(loader.workers, navigator.hardwareConcurrency)));
    this.#ring = new SpanRing(traceSpans);
    this.#userTiming = userTiming;
    this.#firstStats = loader.stats();
    this.#end = loader.spans.observe((span) => this.#add(span));
  }

  /** Times, bytes and hits of every stage since the monitor was made, and what limits. */
  report(): MonitorReport {
    if (this.#lastReport !== null) return this.#lastReport;
    this.#countAll();
    const findings = this.#findings();
    return { ...findings, bottleneck: findBottleneck(findings) };
  }

  /** The latest spans in the form that `chrome://tracing`, Perfetto and Chrome's profiler open. */
  trace(): ChromeTrace {
    this.#countAll();
    return chromeTrace(this.#ring.spans);
  }

  /**
   * Calls the listener when something is slow, stands out or limits. It is told after the work went on.
   *
   * @returns stops telling it
   */
  on<Name extends keyof MonitorEvents>(
    name: Name,
    listener: (event: MonitorEvents[Name]) => void,
  ): () => void {
    // What was before is not told.
    this.#countAll();
    return this.#events.on(name, listener);
  }

  /** Observes no more; reports stay as they are. A second call does nothing. */
  dispose(): void {
    this.#lastReport ??= this.report();
    this.#end();
  }

  #add(span: Span): void {
    this.#uncounted.push(span);
    if (this.#userTiming) measureSpan(span);
    if (this.#uncounted.length >= spansAtOnce || this.#events.isHeard()) this.#countAll();
  }

  #countAll(): void {
    const spans = this.#uncounted;
    this.#uncounted = [];
    for (const span of spans) this.#count(span);
  }

  #count(span: Span): void {
    const { stage, brick } = span;
    const slowness = this.#stages.get(stage)!.add(span);
    if (slowness !== null) this.#events.emit(slowness, span);
    this.#ring.add(span);
    if (stage === "fetch") this.#origins.add(span);
    if (stage === "upload" && brick !== undefined) this.#uploaded.add(brick);
    // A chunk comes into memory once, by decoding what was fetched or found on the disk.
    const isLoaded = stage === "decode" || (stage === "disk" && span.bytes > 0);
    if (isLoaded && brick !== undefined) this.#loaded.add(brick);
    this.#batches.add(span);
    if (stage === "wait") this.#look();
  }

  /** Looks for what only listeners are told of. */
  #look(): void {
    if (this.#events.isHeard("outlier")) {
      const outlier = this.#batches.latestOutlier;
      if (outlier !== null) this.#events.emit("outlier", outlier);
    }
    const now = performance.now();
    if (!this.#events.isHeard("bottleneck") || now - this.#lookedMs < lookEveryMs) return;
    this.#lookedMs = now;
    const { bottleneck } = this.report();
    if (bottleneck.kind !== this.#kind) this.#events.emit("bottleneck", bottleneck);
    this.#kind = bottleneck.kind;
  }

  #findings(): MonitorFindings {
    const now = this.#loader.stats();
    const reports = [...this.#stages].map(([stage, figures]) => [stage, figures.report] as const);
    const byStage = Object.fromEntries(reports) as Record<Stage, StageReport>;
    const { count: looks } = byStage.disk;
    return {
      elapsedMs: performance.now() - this.#firstMs,
      batches: now.batches - this.#firstStats.batches,
      samples: now.samples - this.#firstStats.samples,
      stages: byStage,
      tiers: tierReports(this.#firstStats, now, looks, this.#loaded, this.#uploaded),
      inflight: now.budget.inflight,
      origins: this.#origins.report,
      pace: this.#batches.pace,
      batchAnalysis: this.#batches.analysis,
    };
  }
}

/**
 * Observes a loader from now on: times, bytes and hits of every stage, the batches that stand out, and what limits.
 * Where loaders share an engine, the stages are those of all of them.
 *
 * Its memory is bounded, and it costs microseconds per span (`npm run bench -- monitor`); without a monitor no span is
 * kept.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option`
 *
 * @example
 * const monitor = createMonitor(loader);
 * for await (const batch of loader) await train(batch);
 * const { bottleneck, stages } = monitor.report();
 * console.log(bottleneck.summary, bottleneck.recommendation, stages.fetch.p95Ms);
 */
export function createMonitor(loader: Loader, options: MonitorOptions = {}): Monitor {
  return new Monitor(loader, options);
}
