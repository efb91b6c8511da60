/** What happened between two looks at a monitor, per second. */
import { type Stage, stages } from "../timing/spans.js";
import type { MonitorReport } from "./monitor.js";

export interface RecentRates {
  readonly batchesPerSecond: number;
  /** Bytes fetched per second. */
  readonly fetchedPerSecond: number;
  /** Part of the time in which the consumer waited; null where no batch was delivered. */
  readonly waitShare: number | null;
  /** Milliseconds per second that each stage was at work, over all threads. */
  readonly busy: Readonly<Record<Stage, number>>;
}

export function recentRates(before: MonitorReport, now: MonitorReport): RecentRates {
  const seconds = Math.max(1e-3, (now.elapsedMs - before.elapsedMs) / 1000);
  const grown = (stage: Stage): number => now.stages[stage].totalMs - before.stages[stage].totalMs;
  const batches = now.batches - before.batches;
  const passedMs = grown("wait") + grown("consumer");
  const busy = stages.map((stage) => [stage, grown(stage) / seconds] as const);
  return {
    batchesPerSecond: batches / seconds,
    fetchedPerSecond: (now.stages.fetch.bytes - before.stages.fetch.bytes) / seconds,
    waitShare: batches === 0 || passedMs === 0 ? null : grown("wait") / passedMs,
    busy: Object.fromEntries(busy) as Record<Stage, number>,
  };
}
