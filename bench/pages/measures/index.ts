/** What a page can be asked to measure, by name. */
import type { Job, Measurement } from "../job.js";
import { fillCaches, measureThroughput, verify } from "./throughput.js";

export const measures: Readonly<Record<Job["measure"], (job: Job) => Promise<Measurement>>> = {
  throughput: measureThroughput,
  verify,
  fill: fillCaches,
};
