/** `zarrita.get` in a worker: the first message opens the volume, each further one asks for a patch. */
import type { Vec3 } from "../../../src/index.js";
import type { Job } from "../job.js";
import { openVolume, readPatch } from "./zarrita-main.js";

export interface PatchRequest {
  readonly call: number;
  readonly start: Vec3;
}

async function open({ data: job }: MessageEvent<Pick<Job, "url" | "settings">>): Promise<void> {
  const volume = await openVolume(job);
  addEventListener("message", async ({ data: { call, start } }: MessageEvent<PatchRequest>) => {
    const voxels = await readPatch(volume, start, job.settings.patch);
    postMessage({ call, voxels }, { transfer: [voxels.buffer] });
  });
  postMessage({});
}

addEventListener("message", open, { once: true });
