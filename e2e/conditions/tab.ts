/** Takes the same epoch again and again for a while, as one of several tabs that share a disk cache. */
import { cacheReport, createLoader, MiB, openDataset } from "../../src/index.js";
import { digest } from "./digest.js";

/** What the tab found, for the test to compare. */
export interface TabReport {
  /** Of the values of every batch, in order, epoch after epoch. */
  readonly digests: readonly string[];
  readonly diskHits: number;
  readonly chunkLoads: number;
  readonly disk: { readonly writes: number; readonly faults: number };
}

declare global {
  interface Window {
    tab?: TabReport | { readonly error: string };
    /** What the disk cache says that it takes, in bytes. */
    occupiedBytes(): Promise<number>;
  }
}

window.occupiedBytes = async () => (await cacheReport()).occupiedBytes;

async function run(query: URLSearchParams): Promise<TabReport> {
  const dataset = await openDataset({
    raw: query.get("raw")!,
    inputArrays: { raw: { shape: [64, 64, 64], scale: [8, 8, 8] } },
  });
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    batchSize: 1,
    seed: Number(query.get("seed")),
    iterationsPerEpoch: Number(query.get("batches")),
    // So little memory that nearly every chunk is asked of the disk again.
    budget: { memory: 3 * MiB, disk: Number(query.get("disk")) },
  });
  const digests: string[] = [];
  const untilMs = performance.now() + 1000 * Number(query.get("seconds"));
  const least = Number(query.get("batches")) * Number(query.get("passes"));
  while (digests.length < least || performance.now() < untilMs) {
    loader.setEpoch(0);
    for await (const { arrays, release } of loader) {
      digests.push(digest(await arrays.raw!.data()));
      release();
    }
  }
  const { diskHits, chunkLoads, disk } = loader.stats();
  loader.dispose();
  return { digests, diskHits, chunkLoads, disk };
}

const query = new URLSearchParams(location.search);
// Without a volume the tab only looks on.
if (query.has("raw")) window.tab = await run(query).catch((error: unknown) => ({ error: String(error) }));
