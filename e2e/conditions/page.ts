/** Takes an epoch of batches and reports what came of it, wherever it runs. */
import { cacheReport, createLoader, openDataset } from "../../src/index.js";
import { digest } from "./digest.js";

/** What the page found, for the test to compare. */
export interface Report {
  /** Of the values of every array of every batch, in order. */
  readonly digests: readonly string[];
  readonly error: string | null;
  readonly isOnPage: boolean;
  readonly warnings: readonly string[];
  readonly crossOriginIsolated: boolean;
  readonly diskWrites: number;
  /** What the disk cache holds, where the page was told to wait for it. */
  readonly cachedBytes: number;
  readonly lostDevices: number;
  readonly backend: string | null;
}

declare global {
  interface Window {
    report?: Report;
    /** Batches that were delivered so far. */
    delivered?: number;
  }
}

const warnings: string[] = [];
const warn = console.warn;
console.warn = (...parts: unknown[]) => {
  warnings.push(parts.join(" "));
  warn(...parts);
};

async function bytesOnDisk(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const { bytes } = await cacheReport();
    if (bytes > 0) return bytes;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return 0;
}

async function run(): Promise<Omit<Report, "warnings" | "crossOriginIsolated">> {
  const query = new URLSearchParams(location.search);
  const box = { shape: [24, 24, 24], scale: [16, 16, 16] } as const;
  const dataset = await openDataset({
    raw: query.get("raw")!,
    target: query.get("target")!,
    inputArrays: { raw: box },
    targetArrays: { labels: box },
  });
  const loader = createLoader(dataset, {
    batchSize: 2,
    seed: 4,
    iterationsPerEpoch: Number(query.get("batches") ?? 4),
    backend: query.get("backend") === "webgpu" ? "webgpu" : "auto",
  });
  const digests: string[] = [];
  for await (const batch of loader) {
    for (const array of Object.values(batch.arrays)) {
      digests.push(digest(await array.data()));
    }
    batch.release();
    window.delivered = batch.index + 1;
  }
  // Chunks are written behind the batches, while the loader lives.
  const cachedBytes = query.has("awaitDisk") ? await bytesOnDisk() : 0;
  const { workers, disk, lostDevices, backend } = loader.stats();
  loader.dispose();
  return {
    digests,
    error: null,
    isOnPage: workers.isOnPage,
    diskWrites: disk.writes,
    cachedBytes,
    lostDevices,
    backend,
  };
}

const nothing = {
  digests: [],
  isOnPage: false,
  diskWrites: 0,
  cachedBytes: 0,
  lostDevices: 0,
  backend: null,
};
const found = await run().catch((error: unknown) => ({ ...nothing, error: String(error) }));
const report: Report = { ...found, warnings, crossOriginIsolated };
window.report = report;
parent.postMessage(report, "*");
