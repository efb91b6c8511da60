/** What a patch costs as volumes, classes and datasets become more: the same bytes are read each time. */
import { reads512 } from "./patches.mjs";

const aligned = { ...reads512, sampler: { kind: "grid" } };
const small = { ...reads512, patch: [64, 64, 64], sampler: { kind: "grid" }, patches: 16, warmUps: 1 };
const crops = { ...small, volume: "em-blosc-64", sampler: { kind: "uniform" }, patches: 128 };

/** @type {import("./suite.mjs").Suite} */
export const scale = {
  name: "scale",
  title: "Patches (each class is one) as there is more to choose from",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu"],
  reference: "voxelfeed-cpu",
  verified: false,
  cases: [
    { name: "512³ voxels", settings: aligned },
    {
      name: "65,536³ voxels",
      comparedWith: "512³ voxels",
      settings: { ...aligned, volume: "em-blosc-65536" },
    },
    { name: "1 class", settings: { ...small, classes: 1 } },
    { name: "48 classes", comparedWith: "1 class", settings: { ...small, classes: 48 } },
    { name: "1 dataset", settings: { ...crops, datasets: 1 } },
    { name: "300 datasets", comparedWith: "1 dataset", settings: { ...crops, datasets: 300 } },
  ],
  targets: [{ case: "65,536³ voxels", contender: "voxelfeed-cpu", atLeast: 1 / 1.1 }],
};
