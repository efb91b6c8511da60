/** What a monitor can be told, checked and with defaults. */
import { checkKeys, flag, invalid, wholeNumber } from "../options.js";
import { type Stage, stages } from "../timing/spans.js";

/** From when on one span of a stage is slow, and very slow. */
export interface SlowThreshold {
  readonly slowMs: number;
  readonly verySlowMs: number;
}

export interface MonitorOptions {
  /** By stage; stages that are not named keep their defaults ({@link defaultThresholds}). */
  readonly thresholds?: Readonly<Partial<Record<Stage, Partial<SlowThreshold>>>>;
  /** How many spans are kept for `trace()`, the latest. Default 8192; 0 for none. */
  readonly traceSpans?: number;
  /** Whether each span is a User Timing measure too, so that the browser's profiler shows it. Default false. */
  readonly userTiming?: boolean;
}

export interface ResolvedMonitorOptions {
  readonly thresholds: Readonly<Record<Stage, SlowThreshold>>;
  readonly traceSpans: number;
  readonly userTiming: boolean;
}

/** What page and workers do at once counts in frames of 16 ms; what comes from elsewhere, in patience. */
export const defaultThresholds: Readonly<Record<Stage, SlowThreshold>> = {
  plan: { slowMs: 16, verySlowMs: 50 },
  queue: { slowMs: 500, verySlowMs: 2000 },
  disk: { slowMs: 50, verySlowMs: 250 },
  fetch: { slowMs: 500, verySlowMs: 2000 },
  decode: { slowMs: 50, verySlowMs: 250 },
  transfer: { slowMs: 16, verySlowMs: 100 },
  upload: { slowMs: 16, verySlowMs: 50 },
  render: { slowMs: 100, verySlowMs: 500 },
  wait: { slowMs: 200, verySlowMs: 1000 },
  consumer: { slowMs: 5000, verySlowMs: 30_000 },
};

/** @throws VoxelfeedError `unknown-option`, `invalid-option`, with the path into the options */
export function resolveMonitorOptions(options: MonitorOptions): ResolvedMonitorOptions {
  checkKeys(options, ["thresholds", "traceSpans", "userTiming"], "");
  const given = options.thresholds ?? {};
  checkKeys(given, stages, "thresholds");
  const entries = stages.map((stage) => [stage, thresholdOf(stage, given[stage] ?? {})] as const);
  return {
    thresholds: Object.fromEntries(entries) as Record<Stage, SlowThreshold>,
    traceSpans: wholeNumber(options.traceSpans, "traceSpans", 0, 8192),
    userTiming: flag(options.userTiming, "userTiming", false),
  };
}

function thresholdOf(stage: Stage, given: Partial<SlowThreshold>): SlowThreshold {
  const path = `thresholds.${stage}`;
  checkKeys(given, ["slowMs", "verySlowMs"], path);
  const threshold = { ...defaultThresholds[stage], ...given };
  for (const name of ["slowMs", "verySlowMs"] as const) {
    if (typeof threshold[name] !== "number" || !(threshold[name] > 0)) {
      throw invalid(`${path}.${name}`, "milliseconds > 0", threshold[name]);
    }
  }
  if (threshold.verySlowMs < threshold.slowMs) {
    throw invalid(`${path}.verySlowMs`, `≥ slowMs (${threshold.slowMs})`, threshold.verySlowMs);
  }
  return threshold;
}
