/**
 * Growth of the whole browser's memory over a long run, after it has warmed up: percent per 1,000 batches.
 *
 * Garbage is collected before each look: how much of it a collector leaves for later follows from the machine and
 * the moment, and differs by more than what is looked for.
 */
import { clearCache, createLoader } from "../../../src/index.js";
import { loaderOptions, openBenchDataset } from "../contenders/voxelfeed.js";
import { growthPercent, type MemorySample } from "../growth.js";
import type { Job, Measurement } from "../job.js";
import { meterLag } from "../lag.js";

/**
 * Part of the batches after which tiers, rings and heaps have the size that they keep. Over 6,000 batches the heaps of a
 * process of 160 MiB grew by 20 MiB, half of it between the 400th and the 1,500th, and by nothing in the 4,000 after them.
 */
const WARM_UP = 1 / 3;

/** Samples over the run. */
const SAMPLES = 40;

/** Collects the garbage of the page and of its workers on the way. TypeScript does not know it yet. */
interface MeasuredPerformance extends Performance {
  measureUserAgentSpecificMemory(): Promise<unknown>;
}

export async function measureSoak(job: Job): Promise<Measurement> {
  await clearCache();
  const backend = job.contender === "voxelfeed-webgpu" ? "webgpu" : "cpu";
  const loader = createLoader(await openBenchDataset(job), { backend, ...loaderOptions(job.settings) });
  const batches = Math.ceil(job.settings.patches / job.settings.batchSize);
  const every = Math.ceil(batches / SAMPLES);
  const samples: MemorySample[] = [];
  const stop = meterLag();
  for await (const batch of loader) {
    await Promise.all(Object.values(batch.arrays).map((array) => array.data()));
    batch.release();
    const delivered = batch.index + 1;
    if (delivered % every === 0) samples.push({ batches: delivered, mebibytes: await memoryOfBrowser() });
  }
  const lag = stop();
  const stats = loader.stats();
  loader.dispose();
  const warm = samples.filter((sample) => sample.batches > WARM_UP * batches);
  return { value: growthPercent(warm), lag, details: { ...stats, memory: samples } };
}

async function memoryOfBrowser(): Promise<MemorySample["mebibytes"]> {
  await (performance as MeasuredPerformance).measureUserAgentSpecificMemory();
  const response = await fetch("/memory", { cache: "no-store" });
  if (!response.ok) throw new Error("The memory of processes can only be read where there is /proc.");
  return (await response.json()) as MemorySample["mebibytes"];
}
