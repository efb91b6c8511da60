/** Milliseconds per patch of one chunk, when it is in worker memory, on the disk, or on the server. */
import { openVoxelfeed } from "../contenders/voxelfeed.js";
import type { Job, Measurement } from "../job.js";
import { idleLag, meterLag } from "../lag.js";

/** Long enough for workers to have started. */
const IDLE_MS = 400;

export async function measureTiers(job: Job): Promise<Measurement> {
  if (job.contender === "disk") await fillDisk(job);
  const settings = job.contender === "network" ? { ...job.settings, budget: { disk: 0 } } : job.settings;
  const reader = await openVoxelfeed({ ...job, settings, keepCaches: job.contender === "disk" }, "cpu");
  if (job.contender === "memory") await reader.read();
  const idle = await idleLag(IDLE_MS);
  await fetch("/timed");
  const stop = meterLag();
  const startMs = performance.now();
  await reader.read();
  const elapsedMs = performance.now() - startMs;
  const lag = stop();
  const details = { elapsedMs, ...reader.stats!() };
  reader.close();
  return { value: elapsedMs / settings.patches, lag, idleLag: idle, details };
}

async function fillDisk(job: Job): Promise<void> {
  const reader = await openVoxelfeed(job, "cpu");
  await reader.read();
  await reader.settled!();
  reader.close();
}
