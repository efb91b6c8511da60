/** The disk cache by itself, on the page: there no slab can be opened, so records lie in IndexedDB. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DiskCache } from "../../../src/cache/disk/disk-cache.js";
import type { CachedArray } from "../../../src/cache/disk/known-arrays.js";
import { cacheReport, clearCache, MiB } from "../../../src/index.js";

const array: CachedArray = { identity: "array-1", version: "v1" };

async function remake(): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase("voxelfeed-cache");
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** Bytes that tell which chunk they are, of a length that differs from chunk to chunk. */
function payloadOf(chunk: number): Uint8Array {
  return Uint8Array.from({ length: 20_000 + 1_000 * (chunk % 7) }, (_, i) => (chunk * 31 + i) & 255);
}

beforeEach(remake);
afterEach(clearCache);

describe("the disk cache", () => {
  test("returns what was put, whole, and only for the array and version it was put for", async () => {
    const cache = (await DiskCache.open(8 * MiB))!;
    cache.put(array, "0,0,0", "decoded", payloadOf(1), "etag-1");
    cache.put(array, "0,0,1", "missing", new Uint8Array(0), "");
    await cache.settled();
    const hit = await cache.get(array, "0,0,0");
    expect(hit).toMatchObject({ kind: "decoded", objectVersion: "etag-1" });
    expect(hit!.bytes).toEqual(payloadOf(1));
    expect(await cache.get(array, "0,0,1")).toMatchObject({ kind: "missing" });
    expect(await cache.get(array, "0,0,2")).toBeNull();
    expect(await cache.get({ identity: "array-2", version: "v1" }, "0,0,0")).toBeNull();
    expect(cache.counters).toEqual({ hits: 2, misses: 2, writes: 2, faults: 0 });
  });

  test("drops an array's chunks when its version changes, also for a tab that still has the old one", async () => {
    const old = (await DiskCache.open(8 * MiB))!;
    old.put(array, "0,0,0", "encoded", payloadOf(1), "");
    await old.settled();
    const fresh = (await DiskCache.open(8 * MiB))!;
    const changed = { ...array, version: "v2" };
    expect(await fresh.get(changed, "0,0,0")).toBeNull();
    expect(await old.get(array, "0,0,0")).toBeNull();
    old.put(array, "0,0,0", "encoded", payloadOf(2), "");
    await old.settled();
    expect(await fresh.get(changed, "0,0,0")).toBeNull();
  });

  test("looks for no chunk that nobody here has had, where the array was never kept, and soon again looks", async () => {
    const [writer, reader] = [(await DiskCache.open(8 * MiB))!, (await DiskCache.open(8 * MiB))!];
    expect(await reader.get(array, "0,0,0", true)).toBeNull();
    writer.put(array, "0,0,0", "decoded", payloadOf(1), "");
    await writer.settled();
    expect(await reader.get(array, "0,0,0", true)).toBeNull();
    expect(await reader.get(array, "0,0,0")).toMatchObject({ kind: "decoded" });
    await vi.waitFor(async () => expect(await reader.get(array, "0,0,0", true)).not.toBeNull(), 10_000);
    const later = (await DiskCache.open(8 * MiB))!;
    expect(await later.get(array, "0,0,0", true)).not.toBeNull();
  });

  test("two of them at twice the budget read nothing wrong and stay within it", async () => {
    const budget = 2 * MiB;
    const caches = [(await DiskCache.open(budget))!, (await DiskCache.open(budget))!];
    let hits = 0;
    for (let round = 0; round < 8; round++) {
      await Promise.all(
        caches.map(async (cache, tab) => {
          for (let i = 0; i < 50; i++) {
            // An order without a cycle, in which LRU has something to find.
            const chunk = (Math.imul(round * 100 + i * 2 + tab + 1, 0x9e3779b1) >>> 16) % 180;
            const hit = await cache.get(array, `${chunk}`);
            if (hit === null) cache.put(array, `${chunk}`, "decoded", payloadOf(chunk), "");
            else {
              hits++;
              expect(hit.bytes).toEqual(payloadOf(chunk));
            }
          }
          await cache.settled();
        }),
      );
      expect((await cacheReport()).occupiedBytes).toBeLessThanOrEqual(budget);
    }
    expect(hits).toBeGreaterThan(50);
    expect(caches.every(({ counters }) => counters.writes > 50)).toBe(true);
  });

  test("keeps what was used last", async () => {
    const cache = (await DiskCache.open(2 * MiB))!;
    for (let chunk = 0; chunk < 300; chunk++) {
      cache.put(array, `${chunk}`, "decoded", payloadOf(chunk), "");
      if (chunk % 10 === 9) {
        await cache.settled();
        expect(await cache.get(array, "0")).not.toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    expect(await cache.get(array, "100")).toBeNull();
    expect(await cache.get(array, "299")).not.toBeNull();
  });

  test("lives through its database being deleted", async () => {
    const cache = (await DiskCache.open(4 * MiB))!;
    cache.put(array, "a", "decoded", payloadOf(1), "");
    await cache.settled();
    await remake();
    expect(await cache.get(array, "a")).toBeNull();
    cache.put(array, "b", "decoded", payloadOf(2), "");
    await cache.settled();
    const again = (await DiskCache.open(4 * MiB))!;
    again.put(array, "c", "decoded", payloadOf(3), "");
    await again.settled();
    expect((await again.get(array, "c"))!.bytes).toEqual(payloadOf(3));
  });

  test("leaves out what is larger than a segment, and says nothing of it", async () => {
    const cache = (await DiskCache.open(2 * MiB))!;
    cache.put(array, "large", "decoded", new Uint8Array(1 * MiB), "");
    await cache.settled();
    expect(await cache.get(array, "large")).toBeNull();
    expect(cache.counters.faults).toBe(0);
  });
});
