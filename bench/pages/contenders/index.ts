/** All contenders by name. */
import type { ContenderName, Job } from "../job.js";
import { openBareFetches } from "./bare-fetches.js";
import { openFizarrita } from "./fizarrita.js";
import type { OpenReader, Reader } from "./reader.js";
import { openThreePasses } from "./three-passes.js";
import { openThreePassesGpu } from "./three-passes-gpu.js";
import { openVoxelfeed } from "./voxelfeed.js";
import { openZarritaMain } from "./zarrita-main.js";
import { openZarritaWorkers } from "./zarrita-workers.js";

const contenders: Readonly<Record<ContenderName, OpenReader>> = {
  "voxelfeed-cpu": (job) => openVoxelfeed(job, "cpu"),
  "voxelfeed-webgpu": (job) => openVoxelfeed(job, "webgpu"),
  "zarrita-main": openZarritaMain,
  "zarrita-workers": openZarritaWorkers,
  fizarrita: openFizarrita,
  "bare-fetches": openBareFetches,
  "three-passes": openThreePasses,
  "three-passes-webgpu": openThreePassesGpu,
};

export async function openContender(job: Job): Promise<Reader> {
  return await contenders[job.contender as ContenderName](job);
}

export function isContender(name: string): name is ContenderName {
  return name in contenders;
}
