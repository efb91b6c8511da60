/**
 * Percent that a pass takes longer with a monitor than without: one loader, watched every other pass. Two loaders would differ
 * by where their memory lies, which is more than what is looked for.
 */
import { openVoxelfeed } from "../contenders/voxelfeed.js";
import type { Job, Measurement } from "../job.js";
import { meterLag } from "../lag.js";

/** Pairs of passes, each pair in the other order than the one before. */
const PAIRS = 200;

export async function measureMonitorCost(job: Job): Promise<Measurement> {
  const reader = await openVoxelfeed(job, "cpu");
  for (let i = 0; i < (job.settings.warmUps ?? 0); i++) await reader.read();
  await reader.settled?.();
  await fetch("/timed");
  const stop = meterLag();
  const times = { plain: [] as number[], monitored: [] as number[] };
  for (let pair = 0; pair < PAIRS; pair++) {
    const order = ["plain", "monitored"] as const;
    for (const kind of pair % 2 === 0 ? order : order.toReversed()) {
      const monitor = kind === "monitored" ? reader.monitor() : null;
      const startMs = performance.now();
      await reader.read();
      times[kind].push(performance.now() - startMs);
      monitor?.dispose();
    }
  }
  const lag = stop();
  reader.close();
  const plainMs = median(times.plain);
  const differencesMs = times.plain.map((ms, pair) => times.monitored[pair]! - ms);
  const moreMs = median(differencesMs);
  return { value: (100 * moreMs) / plainMs, lag, details: { plainMs, moreMs, times } };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
