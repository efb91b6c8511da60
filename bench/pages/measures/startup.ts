/** Milliseconds from opening to the first batch, workers' start included; or of the bare round trips it takes. */
import { openVoxelfeed } from "../contenders/voxelfeed.js";
import type { Job, Measurement } from "../job.js";
import { meterLag } from "../lag.js";

export async function measureStartup(job: Job): Promise<Measurement> {
  const stop = meterLag();
  const startMs = performance.now();
  if (job.contender === "round trips") await bareRoundTrips(job);
  else await firstBatch(job);
  return { value: performance.now() - startMs, lag: stop() };
}

async function firstBatch(job: Job): Promise<void> {
  const reader = await openVoxelfeed({ ...job, keepCaches: true }, "cpu");
  await reader.read();
  reader.close();
}

/** Metadata of the group, then of the array, then the chunk; what a second visit has on the disk is left out. */
async function bareRoundTrips({ url, settings, keepCaches }: Job): Promise<void> {
  const keys = [".zattrs", "0/.zarray", ...(keepCaches ? [] : ["0/0.0.0"])];
  for (const key of keys) {
    const response = await fetch(`${url}/${settings.volume}/${key}`, { cache: "no-store" });
    await response.arrayBuffer();
  }
}
