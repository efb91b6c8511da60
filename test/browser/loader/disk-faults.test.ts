/** The disk under a running loader, damaged, emptied, blocked and full: every batch as without a disk, and counted. */
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cdp } from "vitest/browser";
import {
  clearCache,
  createLoader,
  type LoaderStats,
  MiB,
  openDataset,
  type TypedArray,
} from "../../../src/index.js";
import { serveCrop } from "../../helpers/volumes.js";
import type { Damage } from "./slab-damage.worker.js";

/** The protocol of the browser's developer tools. */
const devTools = cdp() as { send(method: string, parameters: object): Promise<unknown> };

const epochs = 3;
const box = { shape: [16, 16, 16], scale: [10, 10, 10] } as const;

type Crop = Awaited<ReturnType<typeof serveCrop>>;

interface Run {
  /** SHA-256 of every array of every batch. */
  readonly digests: readonly string[];
  readonly stats: LoaderStats;
}

/** Takes several epochs with so little memory that most chunks are read again in each. */
async function run(disk: number): Promise<Run> {
  const dataset = await openDataset({
    raw: crop.raw,
    target: crop.target,
    inputArrays: { raw: box },
    targetArrays: { labels: box },
  });
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    batchSize: 2,
    iterationsPerEpoch: 12,
    budget: { disk, memory: 96 * 1024 },
  });
  const digests: string[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of loader) {
      for (const array of Object.values(batch.arrays)) {
        digests.push(await digestOf(await array.data()));
      }
      batch.release();
      await pause(5);
    }
  }
  const stats = loader.stats();
  loader.dispose();
  return { digests, stats };
}

async function digestOf(values: TypedArray): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", values as ArrayBufferView<ArrayBuffer>);
  return new Uint8Array(digest).join();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs a loader, and what befalls its disk again and again until it has all its batches. */
async function runWhile(befall: () => Promise<void>, afterMs = 250): Promise<Run> {
  let isOver = false;
  const befalling = async (): Promise<void> => {
    // Something must have been written that can be damaged.
    await pause(afterMs);
    while (!isOver) {
      await befall();
      await pause(100);
    }
  };
  const disturbed = befalling();
  const result = await run(64 * MiB).finally(() => {
    isOver = true;
  });
  await disturbed;
  return result;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Works when the workers of the test before have ended. */
async function removeSlab(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("voxelfeed-cache.slab").catch((error: DOMException) => {
    if (error.name !== "NotFoundError") throw error;
  });
}

async function damageSlab(worker: Worker, damage: Damage): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage(damage);
  await done;
}

let crop: Crop;
let without: Run;
let undisturbed: Run;

beforeAll(async () => {
  crop = await serveCrop();
  await clearCache();
  without = await run(0);
  undisturbed = await run(64 * MiB);
});
beforeEach(clearCache);
afterEach(clearCache);

test("undisturbed, chunks come from the disk that would be fetched again", () => {
  const { digests, stats } = undisturbed;
  expect(digests).toEqual(without.digests);
  expect(stats.diskHits).toBeGreaterThan(50);
  expect(stats.chunkLoads).toBeLessThan(without.stats.chunkLoads / 2);
  expect(stats.disk.faults).toBe(0);
});

test.each(["changed", "truncated"] as const)("records are %s while they are used", async (damage) => {
  const worker = new Worker(new URL("./slab-damage.worker.ts", import.meta.url), { type: "module" });
  const { digests, stats } = await runWhile(() => damageSlab(worker, damage));
  worker.terminate();
  expect(digests).toEqual(without.digests);
  expect(stats.disk.faults).toBeGreaterThan(5);
});

test("another page empties the cache, again and again", async () => {
  const { digests, stats } = await runWhile(clearCache);
  expect(digests).toEqual(without.digests);
  expect(stats.chunkLoads).toBeGreaterThan(undisturbed.stats.chunkLoads);
  expect(stats.disk.writes).toBeGreaterThan(undisturbed.stats.disk.writes);
});

test("another page deletes the database, again and again", async () => {
  const { digests, stats } = await runWhile(async () => {
    await settled(indexedDB.deleteDatabase("voxelfeed-cache"));
  });
  expect(digests).toEqual(without.digests);
  expect(stats.chunkLoads).toBeGreaterThan(undisturbed.stats.chunkLoads);
  expect(stats.disk.writes).toBeGreaterThan(undisturbed.stats.disk.writes);
});

test("another page blocks the database: it wants it deleted, and holds it open", async () => {
  let held: IDBDatabase | undefined;
  let deleting: Promise<unknown> | undefined;
  const { digests, stats } = await runWhile(async () => {
    if (held !== undefined) return;
    held = await settled(indexedDB.open("voxelfeed-cache"));
    deleting = settled(indexedDB.deleteDatabase("voxelfeed-cache"));
  });
  held!.close();
  await deleting;
  expect(digests).toEqual(without.digests);
  expect(stats.disk.faults).toBeGreaterThan(0);
});

test("the disk becomes full", async () => {
  // A slab that is there already takes records without growing.
  await vi.waitFor(removeSlab, { timeout: 10_000 });
  const { origin } = location;
  try {
    const { digests, stats } = await runWhile(async () => {
      await devTools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 20_000 });
    }, 0);
    expect(digests).toEqual(without.digests);
    expect(stats.disk.faults).toBeGreaterThan(0);
  } finally {
    await devTools.send("Storage.overrideQuotaForOrigin", { origin });
  }
});
