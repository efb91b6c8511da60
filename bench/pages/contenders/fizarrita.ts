/** fizarrita: zarrita's `get` with decoding in a worker pool; with its chunk cache where a case is warm. */
import { getWorker } from "@fideus-labs/fizarrita";
import { WorkerPool } from "@fideus-labs/worker-pool";
import { slice } from "zarrita";
import type { Job } from "../job.js";
import type { Reader } from "./reader.js";
import { inBatches, patchStarts } from "./windows.js";
import { openVolume } from "./zarrita-main.js";

export async function openFizarrita(job: Job): Promise<Reader> {
  const { patch, batchSize, warmUps = 0 } = job.settings;
  const volume = await openVolume(job);
  const pool = new WorkerPool(Math.min(4, navigator.hardwareConcurrency));
  const options = warmUps > 0 ? { pool, cache: new Map() } : { pool };
  const batches = inBatches(patchStarts(job), batchSize);
  return {
    async read(take) {
      for (const batch of batches) {
        const reads = batch.map((start) =>
          getWorker(
            volume,
            start.map((from, axis) => slice(from, from + patch[axis as 0 | 1 | 2])),
            options,
          ),
        );
        const patches = (await Promise.all(reads)).map(({ data }) => new Float32Array(data as Uint8Array));
        if (take !== undefined) patches.forEach(take);
      }
    },
    close() {
      pool.terminateWorkers();
    },
  };
}
