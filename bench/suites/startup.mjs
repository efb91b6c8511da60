/** From nothing to the first batch, against the round trips that any reader has to make. */
import { reads512 } from "./patches.mjs";

const settings = {
  ...reads512,
  patch: [64, 64, 64],
  patches: 1,
  batchSize: 1,
  prefetch: 0,
  sampler: { kind: "sequential" },
};

const engineFirst = { ...settings, engineFirst: true };
const fourLarge = {
  ...settings,
  patch: [128, 128, 128],
  patches: 4,
  batchSize: 4,
  sampler: { kind: "uniform" },
};
const ours = { contenders: ["voxelfeed-cpu"], reference: "voxelfeed-cpu" };

/** @type {import("./suite.mjs").Suite} */
export const startup = {
  name: "startup",
  title: "Opening a dataset to the first batch, of one 64³ patch unless said, 50 ms latency",
  unit: "ms",
  measure: "startup",
  contenders: ["voxelfeed-cpu", "round trips"],
  reference: "round trips",
  verified: false,
  cases: [
    { name: "first visit", latencyMs: 50, settings },
    { name: "first visit, engine first", latencyMs: 50, settings: engineFirst },
    { name: "second visit", latencyMs: 50, secondVisit: true, settings },
    { name: "second visit, engine first", latencyMs: 50, secondVisit: true, settings: engineFirst },
    {
      ...ours,
      name: "second visit, against the first",
      comparedWith: "first visit",
      latencyMs: 50,
      secondVisit: true,
      settings,
    },
    { ...ours, name: "four patches of 128³, first visit", latencyMs: 50, settings: fourLarge },
    {
      ...ours,
      name: "four patches of 128³, second visit",
      comparedWith: "four patches of 128³, first visit",
      latencyMs: 50,
      secondVisit: true,
      settings: fourLarge,
    },
  ],
  targets: [
    { case: "first visit", contender: "voxelfeed-cpu", atLeast: 1 / 1.3 },
    { case: "first visit, engine first", contender: "voxelfeed-cpu", atLeast: 1 / 1.3 },
    { case: "second visit", contender: "voxelfeed-cpu", atLeast: 1 / 1.3 },
    { case: "second visit, engine first", contender: "voxelfeed-cpu", atLeast: 1 / 1.3 },
    { case: "second visit, against the first", contender: "voxelfeed-cpu", atLeast: 5 },
    { case: "four patches of 128³, second visit", contender: "voxelfeed-cpu", atLeast: 5 },
  ],
};
