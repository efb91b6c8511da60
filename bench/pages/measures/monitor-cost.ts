/**
 * Percent that a pass takes longer with a monitor than without, both in one page and by turns: what the machine does
 * meanwhile strikes both alike.
 */
import { openVoxelfeed } from "../contenders/voxelfeed.js";
import type { Job, Measurement } from "../job.js";
import { meterLag } from "../lag.js";

/** Pairs of passes, each pair in the other order than the one before. */
const PAIRS = 60;

/** Of the sorted times the one that is compared: what disturbs a pass only ever makes it longer. */
const QUANTILE = 0.25;

export async function measureMonitorCost(job: Job): Promise<Measurement> {
  const [plain, monitored] = [await openVoxelfeed(job, "cpu"), await openVoxelfeed(job, "cpu", true)];
  const contenders = [
    { reader: plain, times: [] as number[] },
    { reader: monitored, times: [] as number[] },
  ];
  for (const { reader } of contenders) {
    for (let i = 0; i < (job.settings.warmUps ?? 0); i++) await reader.read();
    await reader.settled?.();
  }
  await fetch("/timed");
  const stop = meterLag();
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const { reader, times } of pair % 2 === 0 ? contenders : contenders.toReversed()) {
      const startMs = performance.now();
      await reader.read();
      times.push(performance.now() - startMs);
    }
  }
  const lag = stop();
  const [withoutMs, withMs] = contenders.map(({ reader, times }) => {
    reader.close();
    return times.sort((a, b) => a - b)[Math.floor(QUANTILE * times.length)]!;
  }) as [number, number];
  const times = contenders.map(({ times: sorted }) => sorted);
  return { value: 100 * (withMs / withoutMs - 1), lag, details: { withoutMs, withMs, times } };
}
