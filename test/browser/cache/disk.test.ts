/** The disk tier over real HTTP, IndexedDB and OPFS: what a second visit, another tab and a broken disk see. */
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { cdp } from "vitest/browser";
import {
  cacheReport,
  clearCache,
  createLoader,
  type LoaderOptions,
  MiB,
  openDataset,
} from "../../../src/index.js";
import { upload, writeVolume } from "../../helpers/fixtures.js";
import { freshName, rawVolume, requestsBelow, serve, serveCrop } from "../../helpers/volumes.js";

/** The protocol of the browser's developer tools. */
const devTools = cdp() as { send(method: string, parameters: object): Promise<unknown> };

const arrays = {
  inputArrays: { raw: { shape: [16, 16, 16], scale: [10, 10, 10] } },
  targetArrays: { labels: { shape: [16, 16, 16], scale: [10, 10, 10] } },
} as const;

/** One visit: every sample of the crop; returns the bits, and what the engine counted. */
async function visit(crop: { raw: string; target: string }, options: LoaderOptions = {}) {
  const dataset = await openDataset({ raw: crop.raw, target: crop.target, ...arrays });
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    batchSize: 4,
    iterationsPerEpoch: 4,
    ...options,
  });
  const bits: number[] = [];
  for await (const batch of loader) {
    for (const array of Object.values(batch.arrays))
      bits.push(...new Uint8Array((await array.data()).buffer));
    batch.release();
  }
  await written();
  const stats = loader.stats();
  loader.dispose();
  return { bits, stats };
}

/** Gives the writes behind the batches time to end, as a visitor who looks at the page does. */
async function written(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function chunkRequests(root: string): Promise<number> {
  const log = await requestsBelow(root);
  return log.filter(({ path }) => /\/\d+[./]\d+[./]\d+$/.test(path)).length;
}

const budget = { disk: 64 * MiB };

beforeEach(clearCache);
afterEach(clearCache);

describe("the disk tier", () => {
  test("a second visit asks for no chunk and sees the same bits", async () => {
    const crop = await serveCrop();
    const first = await visit(crop, { budget });
    const asked = await chunkRequests(crop.root);
    expect(first.stats.chunkLoads).toBe(asked);
    const second = await visit(crop, { budget });
    expect(await chunkRequests(crop.root)).toBe(asked);
    expect(second.bits).toEqual(first.bits);
    expect(second.stats).toMatchObject({ chunkLoads: 0, encodedBytes: 0 });
    expect(second.stats.diskHits).toBeGreaterThan(0);
    expect((await cacheReport()).bytes).toBeGreaterThan(10_000);
  });

  test("keeps raw decoded and labels as fetched when the budget is large", async () => {
    const crop = await serveCrop();
    const first = await visit(crop, { budget: { disk: 512 * MiB } });
    const second = await visit(crop, { budget: { disk: 512 * MiB } });
    expect(second.bits).toEqual(first.bits);
    expect(second.stats.chunkLoads).toBe(0);
  });

  test("knows of chunks that are not stored", async () => {
    const raw = await serve({ ...rawVolume, skip: () => true });
    const root = raw;
    const open = () =>
      openDataset({ raw, classes: [], inputArrays: { raw: { shape: [8, 8, 8], scale: [10, 10, 10] } } });
    const once = async () => {
      const loader = createLoader(await open(), {
        backend: "cpu",
        workers: 1,
        iterationsPerEpoch: 3,
        budget,
      });
      for await (const batch of loader) batch.release();
      await written();
      loader.dispose();
      return loader.stats();
    };
    expect((await once()).missingChunks).toBeGreaterThan(0);
    const asked = await chunkRequests(root);
    expect((await once()).missingChunks).toBeGreaterThan(0);
    expect(await chunkRequests(root)).toBe(asked);
  });

  test("disk: 0 keeps nothing", async () => {
    const crop = await serveCrop();
    await visit(crop, { budget: { disk: 0 } });
    expect(await cacheReport()).toMatchObject({ bytes: 0 });
    const again = await visit(crop, { budget: { disk: 0 } });
    expect(again.stats).toMatchObject({ diskHits: 0 });
    expect(again.stats.chunkLoads).toBeGreaterThan(0);
  });

  /** A volume whose chunks hold one value; the metadata tell it, or not. */
  async function write(name: string, value: number, told: boolean): Promise<string> {
    const files = await writeVolume({ ...rawVolume, value: () => value, fill: told ? value : 0 });
    return await upload(inject("testServer"), name, files);
  }

  async function readOne(raw: string, options: LoaderOptions): Promise<number> {
    const dataset = await openDataset({ raw, inputArrays: arrays.inputArrays });
    const loader = createLoader(dataset, {
      backend: "cpu",
      workers: 1,
      iterationsPerEpoch: 1,
      budget,
      ...options,
    });
    let value = Number.NaN;
    for await (const batch of loader) {
      value = (await batch.arrays.raw!.data())[0]!;
      batch.release();
    }
    await written();
    loader.dispose();
    return value;
  }

  test("a volume that was written anew is fetched anew", async () => {
    const name = freshName("rewritten");
    expect(await readOne(await write(name, 7, true), {})).toBe(7);
    expect(await readOne(await write(name, 9, true), {})).toBe(9);
    expect((await cacheReport()).bytes).toBeGreaterThan(0);
  });

  test("revalidate: always sees a chunk that changed alone; never trusts what is there", async () => {
    const name = freshName("revalidated");
    const revalidate = "always" as const;
    expect(await readOne(await write(name, 7, false), { revalidate })).toBe(7);
    expect(await readOne(await write(name, 9, false), { revalidate })).toBe(9);
    expect(await readOne(await write(name, 9, false), { revalidate })).toBe(9);
    const raw = await write(freshName("trusted"), 7, true);
    expect(await readOne(raw, { revalidate: "never" })).toBe(7);
    await write(new URL(raw).pathname.split("/").at(-1)!, 9, true);
    expect(await readOne(raw, { revalidate: "never" })).toBe(7);
  });
});

/** Opens the slab for writing; the workers of the visit before may still be on their way out with it. */
async function openSlab(
  keepExistingData: boolean,
): Promise<{ file: File; writable: FileSystemWritableFileStream }> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("voxelfeed-cache.slab", { create: true });
  const open = async () => ({
    file: await handle.getFile(),
    writable: await handle.createWritable({ keepExistingData }),
  });
  return await vi.waitFor(open, { timeout: 10_000 });
}

describe("a fault of the disk", () => {
  test("damaged records are fetched again, and counted", async () => {
    const crop = await serveCrop();
    const first = await visit(crop, { budget });
    const { file, writable } = await openSlab(false);
    const bytes = new Uint8Array(await file.arrayBuffer());
    for (let at = 100; at < bytes.byteLength; at += 997) bytes[at]! ^= 0x55;
    await writable.write(bytes);
    await writable.close();
    const second = await visit(crop, { budget });
    expect(second.bits).toEqual(first.bits);
    expect(second.stats.disk.faults).toBeGreaterThan(0);
  });

  test("a truncated slab is as good as an empty one", async () => {
    const crop = await serveCrop();
    const first = await visit(crop, { budget });
    const { writable } = await openSlab(true);
    await writable.truncate(100);
    await writable.close();
    const second = await visit(crop, { budget });
    expect(second.bits).toEqual(first.bits);
  });

  test("a database that a later version has made is a miss", async () => {
    const crop = await serveCrop();
    const first = await visit(crop, { budget });
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const newer = await settled(indexedDB.open("voxelfeed-cache", 2));
    const asked = await chunkRequests(crop.root);
    const second = await visit(crop, { budget });
    newer.close();
    await settled(indexedDB.deleteDatabase("voxelfeed-cache"));
    expect(second.bits).toEqual(first.bits);
    expect(await chunkRequests(crop.root)).toBeGreaterThan(asked);
    expect(second.stats.disk.faults).toBeGreaterThan(0);
    expect((await visit(crop, { budget })).bits).toEqual(first.bits);
    expect((await visit(crop, { budget })).stats.chunkLoads).toBe(0);
  });

  test("a disk that is full changes no batch, and is counted", async () => {
    const crop = await serveCrop();
    // Little memory, so that chunks are asked for again after the writes behind the batches have failed.
    const memory = 96 * 1024;
    const iterationsPerEpoch = 40;
    const first = await visit(crop, { budget: { disk: 0, memory }, iterationsPerEpoch });
    const { origin } = location;
    await devTools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 20_000 });
    try {
      const second = await visit(crop, { budget: { ...budget, memory }, iterationsPerEpoch });
      expect(second.bits).toEqual(first.bits);
      expect(second.stats.disk.faults).toBeGreaterThan(0);
    } finally {
      await devTools.send("Storage.overrideQuotaForOrigin", { origin });
    }
  });

  test("the cache may be cleared while a loader runs", async () => {
    const crop = await serveCrop();
    const first = await visit(crop, { budget });
    const running = visit(crop, { budget, batchSize: 1, iterationsPerEpoch: 16 });
    for (let i = 0; i < 5; i++) {
      await clearCache();
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const { bits } = await running;
    expect(bits.length).toBe(first.bits.length);
    expect(new Set(bits)).toEqual(new Set(first.bits));
  });
});
