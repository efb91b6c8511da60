/** What a page can be asked to measure, by name. */
import type { Job, Measurement } from "../job.js";
import { measureInteractive } from "./interactive.js";
import { measureMonitorCost } from "./monitor-cost.js";
import { measurePlans } from "./plans.js";
import { measureSoak } from "./soak.js";
import { measureStartup } from "./startup.js";
import { fillCaches, measureSampleTime, measureThroughput, verify } from "./throughput.js";
import { measureTiers } from "./tiers.js";

export const measures: Readonly<Record<Job["measure"], (job: Job) => Promise<Measurement>>> = {
  throughput: measureThroughput,
  "sample-time": measureSampleTime,
  verify,
  fill: fillCaches,
  startup: measureStartup,
  plans: measurePlans,
  tiers: measureTiers,
  soak: measureSoak,
  interactive: measureInteractive,
  "monitor-cost": measureMonitorCost,
};
