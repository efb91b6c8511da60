/** Samples planned per second: all arrays by one dataset, or each array by a dataset of its own. */
import { type Dataset, openDataset, rotation } from "../../../src/index.js";
import { arrayOf, openBenchDataset } from "../contenders/voxelfeed.js";
import type { Job, Measurement } from "../job.js";
import { meterLag } from "../lag.js";

export async function measurePlans(job: Job): Promise<Measurement> {
  const datasets = job.contender === "one dataset" ? [await openBenchDataset(job)] : await openArrays(job);
  const { patches } = job.settings;
  planSamples(datasets, patches / 10);
  const stop = meterLag();
  const startMs = performance.now();
  planSamples(datasets, patches);
  const elapsedMs = performance.now() - startMs;
  return { value: patches / (elapsedMs / 1000), lag: stop() };
}

function planSamples(datasets: readonly Dataset[], count: number): void {
  const { length } = datasets[0]!;
  for (let i = 0; i < count; i++) {
    // A multiplicative step visits positions all over the volume.
    const index = (i * 48_271) % length;
    const turn = { matrix: rotation([(i * 37) % 360, 0, 0]), drawn: null };
    for (const dataset of datasets) dataset.plan(index, turn);
  }
}

/** The raw array, and each class, as a dataset that holds nothing else. */
async function openArrays({ url, settings }: Job): Promise<Dataset[]> {
  const raw = `${url}/${settings.volume}`;
  const labels = `${url}/${settings.volume.replace(/^em-/, "label-")}`;
  const array = arrayOf(settings);
  const classes = Array.from({ length: settings.classes ?? 0 }, (_, i) =>
    openDataset({ raw, target: `${labels}/[c${i}]`, inputArrays: {}, targetArrays: { labels: array } }),
  );
  return await Promise.all([openDataset({ raw, inputArrays: { raw: array } }), ...classes]);
}
