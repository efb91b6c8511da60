/** 50 ms before each answer: how many requests are made, and how many of them at once. */
import { blockShuffle, quickPatches, reads512 } from "./patches.mjs";

/** @type {import("./suite.mjs").Suite} */
export const latency = {
  name: "latency",
  title: "First pass over a volume, 50 ms latency",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu", "zarrita-main", "zarrita-workers", "fizarrita"],
  reference: "zarrita-main",
  quick: quickPatches,
  cases: [
    { name: "HTTP/1.1, uniform", latencyMs: 50, settings: reads512 },
    { name: "HTTP/1.1, blockShuffle", latencyMs: 50, settings: { ...reads512, ...blockShuffle } },
    { name: "HTTP/2, uniform", latencyMs: 50, protocol: "http2", settings: reads512 },
  ],
  targets: [
    { case: "HTTP/1.1, uniform", contender: "voxelfeed-cpu", atLeast: 2 },
    { case: "HTTP/1.1, blockShuffle", contender: "voxelfeed-cpu", atLeast: 8 },
    { case: "HTTP/2, uniform", contender: "voxelfeed-cpu", atLeast: 1.6 },
  ],
};
