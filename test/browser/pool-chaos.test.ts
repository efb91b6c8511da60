/** Workers that are ended again and again under a loader: nothing is lost, doubled or wrong. */
import { afterEach, expect, it, vi } from "vitest";
import { createLoader, type Dataset, type LoaderOptions, openDataset, targets } from "../../src/index.js";
import { behave, serveCrop } from "../helpers/volumes.js";

const isLong = import.meta.env.MODE === "fuzz";
const killEveryMs = isLong ? 2000 : 1500;
const forMs = isLong ? 60_000 : 6000;

const arrays = {
  inputArrays: { raw: { shape: [16, 16, 16], scale: [10, 10, 10] } },
  targetArrays: { labels: { shape: [16, 16, 16], scale: [10, 10, 10] } },
} as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** One line per sample: where it was, and all its values and masks. */
async function* samplesOf(dataset: Dataset, options: LoaderOptions): AsyncGenerator<string> {
  const loader = createLoader(dataset, { ...options, batchSize: 3, seed: 3 });
  try {
    for await (const batch of loader) {
      const lists = await Promise.all(
        Object.values(batch.arrays).map(async (array) => {
          const lines = [await array.data(), (await array.mask?.data()) ?? []];
          return lines.map((values) => values.join());
        }),
      );
      yield JSON.stringify([batch.index, batch.samples.map(({ center }) => center), lists]);
      batch.release();
    }
  } finally {
    loader.dispose();
  }
}

for (const [backend, sharedMemory] of [
  ["cpu", true],
  ["cpu", false],
  ["webgpu", true],
] as const) {
  const memory = sharedMemory ? "shared memory" : "memory of its own";
  it(`delivers every batch once, in order and bit for bit (${backend}, ${memory})`, {
    timeout: forMs * 10 + 60_000,
  }, async () => {
    const { raw, target } = await serveCrop();
    const options: LoaderOptions = {
      backend,
      sharedMemory,
      workers: 2,
      // Bricks do not fit the memory tier all at once: they are fetched over and over.
      budget: { memory: 400_000, disk: 0 },
      spatialTransforms: { rotate: { axes: { z: [-180, 180] } } },
      targetTransforms: [targets.erode({ steps: 1 })],
    };
    const dataset = await openDataset({ raw, target, ...arrays });
    const quiet: string[] = [];
    for await (const line of samplesOf(dataset, options)) {
      quiet.push(line);
      if (quiet.length === 12) break;
    }
    await behave(raw, { latencyMs: 15 });
    const alive: Worker[] = [];
    const createWorker = (): Worker => {
      // In this form the test's server knows that it is a worker.
      const worker = new Worker(new URL("../../workers/chunk.worker.ts", import.meta.url), {
        type: "module",
      });
      alive.push(worker);
      return worker;
    };
    let killed = 0;
    const timer = setInterval(() => {
      // The oldest goes first.
      alive.shift()?.terminate();
      killed++;
    }, killEveryMs);
    const start = performance.now();
    try {
      while (performance.now() - start < forMs) {
        const stormy: string[] = [];
        alive.length = 0;
        for await (const line of samplesOf(dataset, { ...options, createWorker })) {
          stormy.push(line);
          if (stormy.length === quiet.length) break;
        }
        expect(stormy).toEqual(quiet);
      }
    } finally {
      clearInterval(timer);
    }
    expect(killed).toBeGreaterThan(isLong ? 20 : 2);
    dataset.dispose();
  });
}
