/** A second visit to the page: what the disk tier saves when the server is far away. */
import { quickPatches, reads512 } from "./patches.mjs";

/** @type {import("./suite.mjs").Suite} */
export const diskWarm = {
  name: "disk-warm",
  title: "First pass of a second visit to the page, 50 ms latency",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu", "zarrita-main"],
  reference: "zarrita-main",
  quick: quickPatches,
  cases: [{ name: "blosc", latencyMs: 50, secondVisit: true, settings: reads512 }],
  targets: [{ case: "blosc", contender: "voxelfeed-cpu", atLeast: 15, chunkRequests: 0 }],
};
