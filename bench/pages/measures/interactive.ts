/** Median milliseconds of visible reads, through an engine that is idle or has a loader at work. */
import { clearCache, createLoader, Engine, openImage, type Vec3 } from "../../../src/index.js";
import { loaderOptions, openBenchDataset } from "../contenders/voxelfeed.js";
import type { Job, Measurement } from "../job.js";
import { meterLag } from "../lag.js";

const READS = 50;
/** Between two reads, as somebody who moves on now and then. */
const PAUSE_MS = 100;
/** Until the loader's pipe is full, or the workers have started. */
const SETTLE_MS = 1500;
const VOXEL_NM = 10;

export async function measureInteractive(job: Job): Promise<Measurement> {
  await clearCache();
  const { budget, ...options } = loaderOptions(job.settings);
  const engine = new Engine({ backend: "cpu", budget: { ...budget, disk: 0 } });
  const image = await openImage(`${job.url}/${job.settings.volume}`, { engine });
  const training = job.contender === "training" ? await startTraining(job, options, engine) : null;
  await pause(SETTLE_MS);
  await fetch("/timed");
  const stop = meterLag();
  const times: number[] = [];
  for (let i = 0; i < READS; i++) {
    const startMs = performance.now();
    await image.read({ center: centerOf(i), shape: [64, 64, 64], scale: [VOXEL_NM, VOXEL_NM, VOXEL_NM] });
    times.push(performance.now() - startMs);
    await pause(PAUSE_MS);
  }
  const lag = stop();
  const batches = (await training?.end()) ?? 0;
  engine.dispose();
  times.sort((a, b) => a - b);
  return { value: (times[READS / 2 - 1]! + times[READS / 2]!) / 2, lag, details: { times, batches } };
}

/** Places in a plane where eight chunks meet, no chunk at two of them. */
function centerOf(read: number): Vec3 {
  const corner = (index: number): number => (128 * (1 + index) - 0.5) * VOXEL_NM;
  return [corner(Math.floor(read / 16)), corner(read % 16), corner(0)];
}

/** Takes batches until it is told to end. */
async function startTraining(job: Job, options: object, engine: Engine) {
  const loader = createLoader(await openBenchDataset(job), {
    ...options,
    iterationsPerEpoch: 100_000,
    engine,
  });
  let batches = 0;
  const run = async (): Promise<void> => {
    for await (const batch of loader) {
      if (isOver) break;
      await Promise.all(Object.values(batch.arrays).map((array) => array.data()));
      batch.release();
      batches++;
    }
  };
  let isOver = false;
  const running = run();
  return {
    /** @returns batches taken */
    async end() {
      isOver = true;
      await running;
      return batches;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
