/** voxelfeed, through its public interface: a dataset and a loader, on the CPU or on WebGPU. */
import {
  type ArraySpec,
  type Batch,
  cacheReport,
  clearCache,
  combineDatasets,
  createLoader,
  type Dataset,
  type DatasetSpec,
  Engine,
  type LoaderOptions,
  openDataset,
  presets,
} from "../../../src/index.js";
import { createMonitor, type Monitor } from "../../../src/monitor/index.js";
import type { Job, PlacedPatch, Settings } from "../job.js";
import type { Reader } from "./reader.js";

export interface VoxelfeedReader extends Reader {
  /** A monitor that observes the loader, as it is by default, until it is disposed. */
  monitor(): Monitor;
}

/** How long the disk cache must stay as it is until it counts as written, milliseconds. */
const QUIET_MS = 500;

export async function openVoxelfeed(job: Job, backend: "cpu" | "webgpu"): Promise<VoxelfeedReader> {
  if (!job.keepCaches) await clearCache();
  const engine = job.settings.engineFirst ? new Engine({ backend }) : undefined;
  engine?.start();
  const options = engine === undefined ? { backend } : { engine };
  const loader = createLoader(await openBenchDataset(job), { ...options, ...loaderOptions(job.settings) });
  const device = await loader.device();
  let placed: PlacedPatch[] = [];
  return {
    async read(take) {
      placed = [];
      loader.setEpoch(0);
      for await (const batch of loader) {
        placed.push(...batch.samples.map(({ center, matrix }) => ({ center, matrix })));
        if (take !== undefined) await takePatches(batch, take);
        // Where the voxels stay on the GPU, they are there when the queue is done, not when they are asked for.
        else if (backend === "webgpu") await device!.queue.onSubmittedWorkDone();
        else await Promise.all(Object.values(batch.arrays).map((array) => array.data()));
        batch.release();
      }
    },
    placed: () => placed,
    async settled() {
      while ((loader.stats().budget.memory.parts.writes ?? 0) > 0) await pause();
      await diskSettled();
    },
    stats: () => ({ ...loader.stats() }),
    monitor: () => createMonitor(loader),
    close() {
      loader.dispose();
      engine?.dispose();
    },
  };
}

/** What the settings say, as options of a loader. */
export function loaderOptions(settings: Settings): LoaderOptions {
  const { batchSize, prefetch, sampler, seed, patches, budget, preset } = settings;
  const { spatialTransforms, rawValueTransforms } = preset === undefined ? settings : presets[preset]();
  const iterationsPerEpoch = Math.ceil(patches / batchSize);
  return {
    batchSize,
    prefetch,
    sampler,
    seed,
    iterationsPerEpoch,
    budget,
    spatialTransforms,
    rawValueTransforms,
  };
}

/** The raw volume with the classes wanted, or several crops combined. */
export async function openBenchDataset(job: Job): Promise<Dataset> {
  const { datasets = 0, volume } = job.settings;
  if (datasets === 0) return await openDataset(datasetSpec(job, volume));
  const crops = Array.from({ length: datasets }, (_, i) => openDataset(datasetSpec(job, `${volume}-${i}`)));
  return combineDatasets(await Promise.all(crops));
}

function datasetSpec({ url, settings }: Job, volume: string): DatasetSpec {
  const { classes = 0 } = settings;
  const array = arrayOf(settings);
  const raw = { raw: `${url}/${volume}`, inputArrays: { raw: array } };
  if (classes === 0) return raw;
  const names = Array.from({ length: classes }, (_, i) => `c${i}`);
  const labels = volume.replace(/^em-\w+-/, "label-gzip-");
  return { ...raw, target: `${url}/${labels}/[${names.join(",")}]`, targetArrays: { labels: array } };
}

/** The patch at the volumes' own voxel size. */
export function arrayOf({ patch }: Settings): ArraySpec {
  return { shape: patch, scale: [10, 10, 10] };
}

async function takePatches({ arrays }: Batch, take: (voxels: Float32Array) => void): Promise<void> {
  for (const array of Object.values(arrays)) {
    const data = await array.data();
    const [patches] = array.shape;
    const size = data.length / patches!;
    for (let i = 0; i < patches!; i++) take(new Float32Array(data.subarray(i * size, (i + 1) * size)));
  }
}

async function diskSettled(): Promise<void> {
  let before = -1;
  for (let bytes = 0; bytes !== before; ) {
    before = bytes;
    await pause();
    ({ bytes } = await cacheReport());
  }
}

async function pause(): Promise<void> {
  await new Promise((done) => setTimeout(done, QUIET_MS));
}
