/** What limits a loader, and what to do about it: a pure function of what a monitor found. */

import { type Advice, adviceFor, type BottleneckKind } from "./advice.js";
import type { WaitCause } from "./blame.js";
import type { MonitorFindings } from "./findings.js";

export interface Bottleneck extends Advice {
  readonly kind: BottleneckKind;
  /** Its part of the time it is told of: of the waits, or of all time for `consumer` and a GPU that is never idle. */
  readonly share: number;
}

/** Waiting less than this part of the time is not worth a change. */
const waitsAtLeast = 0.1;
/** The GPU is the limit from this part of the time on. */
const gpuBusyFrom = 0.7;
/** No stage below this part of the waits is the bottleneck. */
const stageFrom = 0.3;
/** Part of the loads that are repeated from which on they are the trouble. */
const repeatedFrom = 0.25;
const leastBatches = 3;

const kinds: readonly (readonly [BottleneckKind, readonly WaitCause[]])[] = [
  ["fetch-latency", ["fetch latency", "queue connection"]],
  ["fetch-bandwidth", ["fetch body"]],
  ["decode", ["decode"]],
  ["disk", ["disk"]],
  ["render-cpu", ["render cpu", "queue worker"]],
  ["render-gpu", ["render gpu", "render submit", "upload"]],
  ["planning", ["plan"]],
  ["transfer", ["transfer"]],
  ["budget", ["queue memory", "queue gpu", "queue inflight"]],
];

/** What it takes to have a brick again. */
const loading: readonly WaitCause[] = [
  "fetch latency",
  "fetch body",
  "queue connection",
  "queue inflight",
  "disk",
  "decode",
  "transfer",
  "upload",
];

export function findBottleneck(findings: MonitorFindings): Bottleneck {
  const { pace, tiers } = findings;
  const { batches, waitMs, consumerMs } = pace;
  const passedMs = waitMs + consumerMs;
  const found = (kind: BottleneckKind, share: number): Bottleneck => ({
    kind,
    share,
    ...adviceFor(kind, share, findings),
  });
  if (batches < leastBatches || passedMs === 0) return found("none", 0);
  if (waitMs < passedMs * waitsAtLeast) {
    const gpuBusy = gpuBusyPart(findings);
    if (gpuBusy >= gpuBusyFrom) return found("render-gpu", gpuBusy);
    return found("consumer", consumerMs / passedMs);
  }
  const part = (waitedFor: readonly WaitCause[]): number =>
    waitedFor.reduce((sum, cause) => sum + (pace.waitedFor[cause] ?? 0), 0) / waitMs;
  const repeats = [tiers.memory, tiers.gpu].some(
    ({ repeated, misses }) => repeated > 0 && repeated >= misses * repeatedFrom,
  );
  if (repeats && part(loading) >= 0.5) return found("thrash", part(loading));
  const parts = kinds.map(([kind, waitedFor]) => [kind, part(waitedFor)] as const);
  const [kind, share] = parts.reduce((most, other) => (other[1] > most[1] ? other : most));
  if (share < stageFrom) return found("none", share);
  return found(kind === "fetch-latency" && queuesMoreThanItFetches(findings) ? "connections" : kind, share);
}

/** Part of the time since the monitor was made in which the GPU rendered. */
function gpuBusyPart({ stages, elapsedMs }: MonitorFindings): number {
  return (stages.render.parts.gpu?.totalMs ?? 0) / Math.max(elapsedMs, 1e-9);
}

/** Whether requests wait longer for a connection than for their answers. */
function queuesMoreThanItFetches({ stages: { queue, fetch } }: MonitorFindings): boolean {
  return (queue.parts.connection?.totalMs ?? 0) > fetch.totalMs;
}
