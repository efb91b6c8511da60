/** Nothing cached, no latency: requests, decoding and rendering, by codec and by order of the patches. */
import { blockShuffle, quickPatches, reads512 } from "./patches.mjs";

/** @type {import("./suite.mjs").Suite} */
export const cold = {
  name: "cold",
  title: "First pass over a volume, no latency",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu", "zarrita-main", "zarrita-workers", "fizarrita"],
  reference: "zarrita-main",
  quick: quickPatches,
  cases: [
    { name: "blosc", settings: reads512 },
    { name: "blosc, budget.disk 0", settings: { ...reads512, budget: { disk: 0 } } },
    { name: "gzip", settings: { ...reads512, volume: "em-gzip-512" } },
    { name: "zstd", settings: { ...reads512, volume: "em-zstd-512" } },
    { name: "blosc, blockShuffle", settings: { ...reads512, ...blockShuffle } },
  ],
  targets: [
    { case: "blosc", contender: "voxelfeed-cpu", atLeast: 1.5 },
    { case: "gzip", contender: "voxelfeed-cpu", atLeast: 1.5 },
    { case: "zstd", contender: "voxelfeed-cpu", atLeast: 1.3 },
    { case: "blosc, blockShuffle", contender: "voxelfeed-cpu", atLeast: 4 },
  ],
};
