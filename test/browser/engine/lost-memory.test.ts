/** A worker that is gone with the memory of a batch: the batch is rendered anew, whole and the same. */
import { describe, expect, it } from "vitest";
import { createLoader, openDataset } from "../../../src/index.js";
import { crc32c } from "../../../src/zarr/crc32c.js";
import { serveCrop } from "../../helpers/volumes.js";

/** Ends when it is asked to render the `n`-th time, instead of doing it. */
function workersLostAtRender(n: number) {
  let renders = 0;
  let lost = 0;
  const createWorker = (): Worker => {
    const worker = new Worker(new URL("../../../workers/chunk.worker.ts", import.meta.url), {
      type: "module",
    });
    const post = worker.postMessage.bind(worker) as (message: unknown, transfer: Transferable[]) => void;
    worker.postMessage = (message: { path?: string[] }, transfer: unknown) => {
      post(message, transfer as Transferable[]);
      if (message.path?.at(-1) !== "render" || ++renders !== n) return;
      lost++;
      worker.terminate();
    };
    return worker;
  };
  return { createWorker, lost: () => lost };
}

async function batchesOf(createWorker: (() => Worker) | undefined, sharedMemory: boolean) {
  const { raw, target } = await serveCrop();
  // Raw patches are large enough to be rendered where they are to lie.
  const array = { shape: [84, 80, 80], scale: [1, 1, 1] } as const;
  const dataset = await openDataset({
    raw,
    target,
    inputArrays: { raw: array },
    targetArrays: { labels: array },
  });
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    sharedMemory,
    batchSize: 4,
    seed: 4,
    iterationsPerEpoch: 2,
    budget: { disk: 0 },
    ...(createWorker && { createWorker }),
  });
  const batches: number[] = [];
  for await (const batch of loader) {
    for (const array of Object.values(batch.arrays)) {
      for (const { buffer } of [await array.data(), (await array.mask?.data()) ?? new Uint8Array(0)]) {
        batches.push(crc32c(new Uint8Array(buffer)));
      }
    }
    batch.release();
  }
  const { lost } = loader.stats().workers;
  loader.dispose();
  return { batches, lost };
}

describe("a worker that is lost with the memory that it renders into", () => {
  it("costs time and nothing else", async () => {
    const quiet = await batchesOf(undefined, true);
    expect(quiet.lost).toBe(0);
    for (const [n, sharedMemory] of [
      [1, true],
      [6, true],
      [3, false],
    ] as const) {
      const workers = workersLostAtRender(n);
      const { batches, lost } = await batchesOf(workers.createWorker, sharedMemory);
      expect([workers.lost(), lost]).toEqual([1, 1]);
      expect(batches).toEqual(quiet.batches);
    }
  });
});
