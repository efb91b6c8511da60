/** `zarrita.get` on the main thread, as most pages read volumes today: a slice per patch, a batch's patches at once. */
import * as zarr from "zarrita";
import type { Vec3 } from "../../../src/index.js";
import type { Job } from "../job.js";
import type { Reader } from "./reader.js";
import { inBatches, patchStarts } from "./windows.js";

export async function openVolume({ url, settings }: Pick<Job, "url" | "settings">) {
  const store = new zarr.FetchStore(`${url}/${settings.volume}/0`);
  // As v2, which it is: `open` would ask for v3 first where the page has opened one before.
  return await zarr.open.v2(store, { kind: "array" });
}

/** One patch as `float32`. */
export async function readPatch(
  volume: Awaited<ReturnType<typeof openVolume>>,
  start: Vec3,
  shape: Vec3,
): Promise<Float32Array> {
  const window = start.map((from, axis) => zarr.slice(from, from + shape[axis as 0 | 1 | 2]));
  const { data } = await zarr.get(volume, window);
  return new Float32Array(data as Uint8Array);
}

export async function openZarritaMain(job: Job): Promise<Reader> {
  const volume = await openVolume(job);
  const batches = inBatches(patchStarts(job), job.settings.batchSize);
  return {
    async read(take) {
      for (const batch of batches) {
        const patches = await Promise.all(batch.map((start) => readPatch(volume, start, job.settings.patch)));
        if (take !== undefined) patches.forEach(take);
      }
    },
    close() {},
  };
}
