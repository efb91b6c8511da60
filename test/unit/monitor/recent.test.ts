import { expect, it } from "vitest";
import type { MonitorReport } from "../../../src/monitor/monitor.js";
import { recentRates } from "../../../src/monitor/recent.js";
import { type Stage, stages } from "../../../src/timing/spans.js";

/** What rates are taken of. */
function report(
  elapsedMs: number,
  batches: number,
  totals: Partial<Record<Stage, number>>,
  fetchedBytes = 0,
): MonitorReport {
  const entries = stages.map((stage) => [
    stage,
    { totalMs: totals[stage] ?? 0, bytes: stage === "fetch" ? fetchedBytes : 0 },
  ]);
  return { elapsedMs, batches, stages: Object.fromEntries(entries) } as unknown as MonitorReport;
}

it("rates are those between two reports", () => {
  const before = report(1000, 5, { wait: 300, consumer: 700, decode: 50 }, 1000);
  const now = report(3000, 15, { wait: 800, consumer: 2200, decode: 950, plan: 4 }, 5000);
  const { busy, ...rates } = recentRates(before, now);
  expect(rates).toEqual({ batchesPerSecond: 5, fetchedPerSecond: 2000, waitShare: 0.25 });
  expect(busy).toMatchObject({ decode: 450, plan: 2, fetch: 0 });
});

it("there is no share of waiting where no batch came", () => {
  const before = report(1000, 5, { wait: 300, consumer: 700 });
  expect(recentRates(before, report(2000, 5, { wait: 300, consumer: 700 })).waitShare).toBeNull();
  expect(recentRates(before, before)).toMatchObject({ batchesPerSecond: 0, fetchedPerSecond: 0 });
});
