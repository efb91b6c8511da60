/** Everything decoded and in memory: what rendering and handing over cost. */
import { quickPatches, reads512 } from "./patches.mjs";

/** @type {import("./suite.mjs").Suite} */
export const ramWarm = {
  name: "ram-warm",
  title: "Later passes over the same patches, all in memory",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu", "zarrita-main", "fizarrita"],
  reference: "zarrita-main",
  quick: quickPatches,
  cases: [
    { name: "blosc", settings: { ...reads512, patches: 32, warmUps: 6 } },
    {
      name: "blosc, WebGPU on a software adapter",
      contenders: ["voxelfeed-cpu", "voxelfeed-webgpu", "zarrita-main"],
      settings: { ...reads512, patches: 4, batchSize: 2, warmUps: 1 },
    },
  ],
  targets: [
    { case: "blosc", contender: "voxelfeed-cpu", atLeast: 25 },
    { case: "blosc", contender: "voxelfeed-cpu", against: "fizarrita", atLeast: 5 },
  ],
};
