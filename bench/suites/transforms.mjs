/** Turned and mirrored patches with labels, everything in memory, beside the same in Python. */
import { reads512 } from "./patches.mjs";

/** @type {import("./suite.mjs").Suite} */
export const transforms = {
  name: "transforms",
  title: "Raw and 4 label classes, rotated and mirrored, all in memory",
  unit: "patches/s",
  measure: "throughput",
  contenders: ["voxelfeed-cpu", "tensorstore-torch"],
  reference: "tensorstore-torch",
  quick: { patch: [64, 64, 64] },
  cases: [
    {
      name: "rotation about z, mirror",
      // Labels may differ where a coordinate lies between two voxels, and values at the volume's border.
      tolerance: 0.5,
      settings: {
        ...reads512,
        patches: 8,
        batchSize: 2,
        classes: 4,
        warmUps: 2,
        spatialTransforms: {
          mirror: { axes: { z: 0.5, y: 0.5, x: 0.5 } },
          rotate: { axes: { z: [-180, 180] } },
        },
      },
    },
  ],
  targets: [{ case: "rotation about z, mirror", contender: "voxelfeed-cpu", atLeast: 3 }],
};
