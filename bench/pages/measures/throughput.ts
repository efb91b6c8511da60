/** Patches per second of one pass, where each class is a patch too; `verify` looks at the voxels instead, `fill` leaves caches behind. */
import { isContender, openContender } from "../contenders/index.js";
import type { Job, Measurement } from "../job.js";
import { idleLag, meterLag } from "../lag.js";
import { checksum, probe } from "../voxels.js";

/** Long enough for workers to have started. */
const IDLE_MS = 400;

export async function measureThroughput(job: Job): Promise<Measurement> {
  const reader = await openContender(job);
  const { patches, classes = 0, warmUps = 0 } = job.settings;
  for (let i = 0; i < warmUps; i++) await reader.read();
  // What is written behind the batches is no part of a pass in which all is in memory.
  if (warmUps > 0) await reader.settled?.();
  const idle = await idleLag(IDLE_MS);
  await fetch("/timed");
  const stop = meterLag();
  const startMs = performance.now();
  await reader.read();
  const elapsedMs = performance.now() - startMs;
  const lag = stop();
  const details = { elapsedMs, ...reader.stats?.() };
  reader.close();
  return { value: (patches * (1 + classes)) / (elapsedMs / 1000), lag, idleLag: idle, details };
}

/** Milliseconds per sample, all its arrays together. */
export async function measureSampleTime(job: Job): Promise<Measurement> {
  const measured = await measureThroughput(job);
  return { ...measured, value: (1000 * (1 + (job.settings.classes ?? 0))) / measured.value };
}

/** Checksums of all patches, some voxels of each, and where they are. */
export async function verify(job: Job): Promise<Measurement> {
  const reader = await openContender(job);
  const checksums: number[] = [];
  const probes: number[][] = [];
  await reader.read((voxels) => {
    checksums.push(checksum(voxels));
    probes.push(probe(voxels));
  });
  const placed = reader.placed?.() ?? job.placed;
  reader.close();
  return { value: checksums.length, details: { checksums, probes, placed } };
}

/** A first visit: one pass, and everything written that a second visit finds. */
export async function fillCaches(job: Job): Promise<Measurement> {
  // Bare round trips leave nothing behind.
  if (!isContender(job.contender)) return { value: 0 };
  const reader = await openContender(job);
  await reader.read();
  await reader.settled?.();
  reader.close();
  return { value: 1 };
}
