/** Bricks in memory that all workers share: there once, whoever renders from them, and still there when a worker is not. */
import { describe, expect, it } from "vitest";
import { createLoader, openDataset } from "../../../src/index.js";
import { requestsBelow, serveCrop } from "../../helpers/volumes.js";

const brick = 16 ** 3;

/** Two workers read every brick of a volume several times; what their workers are, and what the books say. */
async function readAll(sharedMemory: boolean) {
  const { raw } = await serveCrop();
  const dataset = await openDataset({
    raw,
    inputArrays: { raw: { shape: [16, 16, 16], scale: [10, 10, 10] } },
  });
  const alive: Worker[] = [];
  const createWorker = (): Worker => {
    const worker = new Worker(new URL("../../../workers/chunk.worker.ts", import.meta.url), {
      type: "module",
    });
    alive.push(worker);
    return worker;
  };
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    sharedMemory,
    createWorker,
    batchSize: 4,
    seed: 4,
    iterationsPerEpoch: 30,
    budget: { disk: 0 },
  });
  const epoch = async (): Promise<number[]> => {
    const sums: number[] = [];
    loader.setEpoch(0);
    for await (const batch of loader) {
      const voxels = await batch.arrays.raw!.data();
      let sum = 0;
      for (let i = 0; i < voxels.length; i++) sum += voxels[i]! * ((i % 31) + 1);
      sums.push(sum);
      batch.release();
    }
    return sums;
  };
  const first = await epoch();
  return { raw, loader, epoch, first, alive, books: loader.stats() };
}

describe("bricks in shared memory", () => {
  it("are there once; without it every worker has its own", async () => {
    const shared = await readAll(true);
    const owned = await readAll(false);
    expect(shared.first).toEqual(owned.first);
    const { chunkLoads, missingChunks, sharedBricks, budget } = shared.books;
    expect(sharedBricks).toBe(0);
    expect(budget.memory.parts.bricks).toBeGreaterThanOrEqual((chunkLoads - missingChunks) * brick);
    expect(budget.memory.parts.bricks).toBeLessThan((chunkLoads - missingChunks + 1) * brick);
    expect(owned.books.sharedBricks).toBeGreaterThan(0);
    expect(owned.books.budget.memory.parts.bricks).toBeGreaterThan(budget.memory.parts.bricks! * 1.2);
    shared.loader.dispose();
    owned.loader.dispose();
  });

  it("outlive the worker that decoded them", async () => {
    const { raw, loader, epoch, first, alive, books } = await readAll(true);
    const { length } = await requestsBelow(raw);
    for (const worker of alive.splice(0)) worker.terminate();
    await expect.poll(() => loader.stats().workers.lost, { timeout: 10_000 }).toBe(2);
    expect(await epoch()).toEqual(first);
    expect(loader.stats().chunkLoads).toBe(books.chunkLoads);
    expect(await requestsBelow(raw)).toHaveLength(length);
    loader.dispose();
  });

  it("take the places of those that were evicted", async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({
      raw,
      inputArrays: { raw: { shape: [6, 6, 6], scale: [10, 10, 10] } },
    });
    const made: number[] = [];
    const { SharedArrayBuffer: Native } = globalThis;
    class Counted extends Native {
      constructor(bytes: number) {
        super(bytes);
        made.push(bytes);
      }
    }
    globalThis.SharedArrayBuffer = Counted as typeof Native;
    try {
      const loader = createLoader(dataset, {
        backend: "cpu",
        workers: 2,
        batchSize: 2,
        iterationsPerEpoch: 40,
        budget: { memory: 24 * brick, disk: 0 },
      });
      for await (const batch of loader) batch.release();
      const { chunkLoads } = loader.stats();
      expect(made.length).toBeGreaterThan(0);
      expect(made.length).toBeLessThan(chunkLoads / 2);
      loader.dispose();
    } finally {
      globalThis.SharedArrayBuffer = Native;
    }
  });
});
