/**
 * `voxelfeed/monitor`: where a loader's time and bytes go, as figures, events, a trace and an element for the page.
 *
 * @example
 * import { createMonitor } from "voxelfeed/monitor";
 *
 * const monitor = createMonitor(loader);
 * for await (const batch of loader) await train(batch);
 * const { summary, recommendation } = monitor.report().bottleneck;
 *
 * @module
 */
export type { BatchSpan, RequestPlace, Span, SpanPart, Stage } from "../timing/spans.js";
export type { BottleneckKind } from "./advice.js";
export type { BatchAnalysis, BatchOutlier, BatchReport, Pace } from "./batches.js";
export type { WaitCause } from "./blame.js";
export type { Bottleneck } from "./bottleneck.js";
export { defineMonitorElement, type MonitorElement } from "./element.js";
export type { TierReport } from "./findings.js";
export type { Durations } from "./histogram.js";
export { createMonitor, type Monitor, type MonitorEvents, type MonitorReport } from "./monitor.js";
export type { MonitorOptions, SlowThreshold } from "./options.js";
export type { OriginReport } from "./origins.js";
export type { StageReport } from "./stage-figures.js";
export type { ChromeTrace, TraceEvent } from "./trace.js";
