import { expect } from "vitest";
import { GpuRenderer } from "../../../src/gpu/render.js";
import type { Interpolation, OutputDType, Vec3 } from "../../../src/types.js";
import { gpuTest } from "../../helpers/gpu.js";
import {
  brickDTypes,
  bricksOf,
  identity,
  multiply,
  outputDTypes,
  rotateX,
  rotateZ,
} from "../../unit/cpu/cases.js";
import { codes, labelPlan, labelVolume } from "../../unit/cpu/label-cases.js";
import { expectTwins, renderOnGpu } from "./harness.js";

const turned = multiply(rotateZ(31), rotateX(-20));
const interpolations: readonly Interpolation[] = ["nearest", "linear", "linear-argmax"];

for (const dtype of brickDTypes) {
  gpuTest(`label codes and votes of ${dtype} agree with the CPU`, async (device) => {
    const renderer = new GpuRenderer(device);
    const volume = labelVolume(dtype, [9, 10, 11], 1);
    for (const [j, interpolation] of interpolations.entries()) {
      for (const [i, labelCodes] of [codes, undefined, { absent: null, unknown: 2 }].entries()) {
        const read = {
          center: [4.1, 5.2, 4.3] as Vec3,
          shape: [9, 9, 12] as Vec3,
          scale: [0.9, 1.2, 0.8] as Vec3,
          padValue: 6,
          matrix: i === 1 ? identity : turned,
        };
        const outDType: OutputDType = i === 0 ? "uint32" : outputDTypes[(i + j) % 5]!;
        const plan = labelPlan(volume, read, interpolation, outDType, labelCodes);
        const bricks = bricksOf(volume, plan);
        const rendered = await renderOnGpu(device, plan, bricks, { renderer });
        expectTwins(plan, bricks, rendered, 1e-4);
      }
    }
    renderer.destroy();
  });
}

gpuTest("ties and codes among 64-bit ids agree with the CPU", async (device) => {
  const values = [2n ** 40n, 7n, 3n, 5n, 2n ** 41n, 0n, 7n, 2n ** 63n];
  const volume = labelVolume("uint64", [1, 1, 8], 3, values);
  const read = { center: [0, 0, 3.5] as Vec3, shape: [1, 1, 15] as Vec3, scale: [1, 1, 0.5] as Vec3 };
  for (const interpolation of ["nearest", "linear-argmax"] as const) {
    const plan = labelPlan(volume, read, interpolation, "uint32", codes);
    const bricks = bricksOf(volume, plan);
    const rendered = await renderOnGpu(device, plan, bricks);
    expect(rendered.idTable).not.toBeNull();
    expectTwins(plan, bricks, rendered, 0);
  }
});
