/** All suites, in the order in which they run. */
import { augment } from "./augment.mjs";
import { cache } from "./cache.mjs";
import { cold } from "./cold.mjs";
import { diskWarm } from "./disk-warm.mjs";
import { interactive } from "./interactive.mjs";
import { latency } from "./latency.mjs";
import { memory } from "./memory.mjs";
import { monitor } from "./monitor.mjs";
import { plans } from "./plans.mjs";
import { ramWarm } from "./ram-warm.mjs";
import { scale } from "./scale.mjs";
import { soak } from "./soak.mjs";
import { startup } from "./startup.mjs";
import { transforms } from "./transforms.mjs";

export const suites = [
  cold,
  latency,
  ramWarm,
  diskWarm,
  startup,
  interactive,
  transforms,
  augment,
  plans,
  scale,
  memory,
  soak,
  cache,
  monitor,
];
