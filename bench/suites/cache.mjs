/** What a chunk costs from each tier: patches that are exactly one chunk each. */
import { reads512 } from "./patches.mjs";

/** @type {import("./suite.mjs").Suite} */
export const cache = {
  name: "cache",
  title: "One chunk of 64³ as a patch, by where it is found",
  unit: "ms per patch",
  measure: "tiers",
  contenders: ["memory", "disk", "network"],
  reference: "network",
  verified: false,
  quick: { patches: 64 },
  cases: [
    {
      name: "blosc, 0 ms",
      settings: { ...reads512, patch: [64, 64, 64], patches: 256, batchSize: 16, sampler: { kind: "grid" } },
    },
  ],
  targets: [],
};
