/** Planning alone: from a position and a turn to the chunks and the affine map of every array. */
import { reads512 } from "./patches.mjs";

/** So many that compiling the planner, which both do once, is a small part. */
const settings = { ...reads512, volume: "em-gzip-512", patches: 10_000 };

/** @type {import("./suite.mjs").Suite} */
export const plans = {
  name: "plans",
  title: "Plans of turned samples",
  unit: "samples/s",
  measure: "plans",
  contenders: ["one dataset", "array by array"],
  reference: "array by array",
  verified: false,
  quick: { patches: 2500 },
  cases: [
    { name: "raw and 4 classes", settings: { ...settings, classes: 4 } },
    { name: "raw and 16 classes", settings: { ...settings, classes: 16 } },
  ],
  targets: [
    { case: "raw and 4 classes", contender: "one dataset", atLeast: 2 },
    { case: "raw and 16 classes", contender: "one dataset", atLeast: 2 },
  ],
};
