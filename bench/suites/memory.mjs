/** Memory of the page and its workers while a volume of 128 MiB is read. */
import { blockShuffle, quickPatches, reads512 } from "./patches.mjs";

const MiB = 2 ** 20;
const settings = { ...reads512, ...blockShuffle };

/** @type {import("./suite.mjs").Suite} */
export const memory = {
  name: "memory",
  title: "Memory that reading 32 patches takes, at its peak",
  unit: "MiB",
  measure: "throughput",
  figure: "grownMiB",
  freshBrowser: true,
  contenders: ["voxelfeed-cpu", "zarrita-main", "zarrita-workers", "fizarrita"],
  reference: "zarrita-main",
  quick: quickPatches,
  cases: [
    { name: "default budgets", settings },
    {
      name: "budget.memory 64 MiB, prefetch 1",
      contenders: ["voxelfeed-cpu", "zarrita-main"],
      settings: { ...settings, prefetch: 1, budget: { memory: 64 * MiB } },
    },
  ],
  targets: [],
};
