/** Reads of an image that is looked at, while a loader trains from the same server through the same engine. */
import { reads512 } from "./patches.mjs";

// A volume far larger than any cache: everything that is read is read from the server.
const settings = { ...reads512, volume: "em-blosc-4096" };

/** @type {import("./suite.mjs").Suite} */
export const interactive = {
  name: "interactive",
  title: "A visible read of 64³ voxels that no cache holds, median of 50",
  unit: "ms",
  measure: "interactive",
  contenders: ["idle", "training"],
  reference: "idle",
  verified: false,
  cases: [
    { name: "HTTP/1.1, 50 ms", latencyMs: 50, settings },
    { name: "HTTP/2, 50 ms", latencyMs: 50, protocol: "http2", settings },
    { name: "HTTP/1.1, 0 ms", settings },
  ],
  targets: [
    { case: "HTTP/1.1, 50 ms", contender: "training", atLeast: 1 / 1.5 },
    { case: "HTTP/2, 50 ms", contender: "training", atLeast: 1 / 1.5 },
    { case: "HTTP/1.1, 0 ms", contender: "training", atLeast: 1 / 1.5 },
  ],
};
