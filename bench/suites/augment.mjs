/** What each value transform costs, and all of a preset at once, when everything is in memory. */
import { reads512 } from "./patches.mjs";

const settings = { ...reads512, volume: "em-gzip-256", patches: 8, batchSize: 2, prefetch: 2, warmUps: 1 };
const quiet = [{ op: "normalize" }];

/** An operation after `normalize`, compared with `normalize` alone. */
const withOperation = (name, transform) => ({
  name,
  comparedWith: "normalize",
  settings: { ...settings, rawValueTransforms: [...quiet, transform] },
});

/** @type {import("./suite.mjs").Suite} */
export const augment = {
  name: "augment",
  title: "Augmented samples of 128³, all in memory",
  unit: "ms per sample",
  measure: "sample-time",
  contenders: ["voxelfeed-cpu", "voxelfeed-webgpu"],
  reference: "three-passes",
  verified: false,
  quick: { patch: [64, 64, 64] },
  cases: [
    { name: "normalize", comparedWith: "normalize", settings: { ...settings, rawValueTransforms: quiet } },
    withOperation("contrast", { op: "contrast", range: [0.75, 1.25] }),
    withOperation("gamma", { op: "gamma", range: [0.75, 1.33] }),
    withOperation("gaussianNoise", { op: "gaussianNoise", sigma: 0.05 }),
    withOperation("gaussianBlur", { op: "gaussianBlur", sigmaNm: 15 }),
    withOperation("cutout", { op: "cutout", count: 2, sizeNm: [200, 400] }),
    {
      name: "presets.em(), raw and 4 classes, CPU",
      contenders: ["voxelfeed-cpu", "three-passes"],
      settings: { ...settings, preset: "em", classes: 4 },
    },
    {
      name: "presets.em(), raw and 4 classes, WebGPU",
      contenders: ["voxelfeed-webgpu", "three-passes-webgpu"],
      reference: "three-passes-webgpu",
      settings: { ...settings, preset: "em", classes: 4 },
    },
  ],
  targets: [
    { case: "presets.em(), raw and 4 classes, CPU", contender: "voxelfeed-cpu", atLeast: 1.5 },
    { case: "presets.em(), raw and 4 classes, WebGPU", contender: "voxelfeed-webgpu", atLeast: 1.5 },
  ],
};
