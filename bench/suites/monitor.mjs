/** What it costs to be watched, where there is most to tell and least to do too. */
import { quickPatches, reads512 } from "./patches.mjs";

const small = { ...reads512, patch: [32, 32, 32], patches: 2048, batchSize: 8 };

/** @type {import("./suite.mjs").Suite} */
export const monitor = {
  name: "monitor",
  title: "With a monitor and without",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu", "voxelfeed-monitored"],
  reference: "voxelfeed-cpu",
  quick: quickPatches,
  cases: [
    { name: "from the network", settings: reads512 },
    { name: "in memory", settings: { ...reads512, patches: 64, warmUps: 3 } },
    { name: "in memory, patches of 32³", settings: { ...small, warmUps: 3 } },
  ],
  targets: [
    { case: "from the network", contender: "voxelfeed-monitored", atLeast: 0.99 },
    { case: "in memory", contender: "voxelfeed-monitored", atLeast: 0.99 },
    { case: "in memory, patches of 32³", contender: "voxelfeed-monitored", atLeast: 0.99 },
  ],
};
