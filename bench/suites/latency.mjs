/** 50 ms before each answer: how many requests are made, and how many of them at once. */
import { blockShuffle, quickPatches, reads512 } from "./patches.mjs";

/** All chunks of the volume, each once. */
const chunkByChunk = {
  ...reads512,
  patch: [64, 64, 64],
  patches: 512,
  batchSize: 16,
  sampler: { kind: "grid" },
};

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
    {
      name: "HTTP/1.1, blockShuffle",
      // fizarrita would take two minutes a round.
      contenders: ["voxelfeed-cpu", "zarrita-main", "zarrita-workers"],
      latencyMs: 50,
      settings: { ...reads512, ...blockShuffle },
    },
    { name: "HTTP/2, uniform", latencyMs: 50, protocol: "http2", settings: reads512 },
    {
      name: "HTTP/1.1, a chunk per patch, against the connection limit",
      contenders: ["voxelfeed-cpu", "bare-fetches"],
      reference: "bare-fetches",
      verified: false,
      latencyMs: 50,
      settings: chunkByChunk,
    },
  ],
  targets: [
    { case: "HTTP/1.1, uniform", contender: "voxelfeed-cpu", atLeast: 2 },
    { case: "HTTP/1.1, blockShuffle", contender: "voxelfeed-cpu", atLeast: 8 },
    { case: "HTTP/2, uniform", contender: "voxelfeed-cpu", atLeast: 1.6 },
    {
      case: "HTTP/1.1, a chunk per patch, against the connection limit",
      contender: "voxelfeed-cpu",
      atLeast: 0.9,
    },
  ],
};
