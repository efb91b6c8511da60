/** What it costs to be watched, where there is most to tell and least to do too. */
import { reads512 } from "./patches.mjs";

const small = { ...reads512, patch: [32, 32, 32], patches: 512, batchSize: 8 };

/** @type {import("./suite.mjs").Suite} */
export const monitor = {
  name: "monitor",
  title: "What a pass takes longer with a monitor, all in memory",
  unit: "%",
  measure: "monitor-cost",
  contenders: ["voxelfeed-monitored"],
  reference: "voxelfeed-monitored",
  verified: false,
  quick: { patch: [64, 64, 64] },
  cases: [
    { name: "in memory", settings: { ...reads512, patches: 32, warmUps: 3 } },
    { name: "in memory, patches of 32³", settings: { ...small, warmUps: 2 } },
  ],
  targets: [
    { case: "in memory", contender: "voxelfeed-monitored", atMost: 1 },
    { case: "in memory, patches of 32³", contender: "voxelfeed-monitored", atMost: 1 },
  ],
};
