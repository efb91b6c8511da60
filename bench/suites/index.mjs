/** All suites, in the order in which they run. */
import { cold } from "./cold.mjs";
import { latency } from "./latency.mjs";

export const suites = [cold, latency];
