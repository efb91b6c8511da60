import { expect } from "vitest";
import { GpuRenderer } from "../../../src/gpu/render.js";
import type { Vec3 } from "../../../src/types.js";
import { gpuTest } from "../../helpers/gpu.js";
import { readOracle } from "../../helpers/oracle.js";
import {
  brickDTypes,
  bricksOf,
  makeRead,
  makeVolume,
  outputDTypes,
  randomSource,
  valueRange,
} from "../../unit/cpu/cases.js";
import { noiseField, noWarp, randomWarpedRead, warpedRead } from "../../unit/cpu/warp-cases.js";
import { expectTwins, renderOnGpu } from "./harness.js";

/** Of the dtype's range; the contract is 2e-3. Displacements of many voxels cost the coordinates some bits. */
const linearTolerance = 1e-4;

for (const dtype of brickDTypes) {
  gpuTest(`random warped reads of ${dtype} agree with the CPU, in every output dtype`, async (device) => {
    const renderer = new GpuRenderer(device);
    const [low, high] = valueRange[dtype];
    let rendered = 0;
    for (let seed = 0; seed < 8; seed++) {
      const volume = makeVolume({
        dtype,
        shape: seed % 7 === 0 ? [1, 17, 19] : [13, 17, 19],
        brickShape: seed % 2 === 0 ? [4, 8, 4] : [5, 3, 7],
        voxelSize: [
          [4, 4, 4],
          [40, 8, 6.5],
        ][seed % 2] as unknown as Vec3,
        translation: [100, -3, 12.5],
        seed,
      });
      const { plan, read } = randomWarpedRead(
        volume,
        randomSource(991 * seed + dtype.length),
        outputDTypes[seed % 5]!,
      );
      const bricks = bricksOf(volume, plan);
      const { tieDistance, mask } = readOracle(volume, read);
      const answer = await renderOnGpu(device, plan, bricks, { renderer });
      expectTwins(plan, bricks, answer, (high - low) * linearTolerance, tieDistance);
      rendered += mask.reduce((sum, inside) => sum + inside, 0);
    }
    expect(rendered).toBeGreaterThan(500);
    renderer.destroy();
  });
}

gpuTest("a warped read is the same when it must be cut to what a binding holds", async (device) => {
  const volume = makeVolume({ dtype: "uint8", shape: [20, 30, 30], brickShape: [8, 8, 8] });
  for (const axis of [0, 1, 2] as const) {
    const { plan } = warpedRead(volume, makeRead({ center: [10, 15, 15], shape: [9, 11, 12] }), {
      ...noWarp,
      elastic: noiseField([5, 5, 5], [4, 4, 4], randomSource(1)),
      sections: {
        axis,
        thicknessNm: 1,
        moves: [{ section: 1, following: true, offset: axis === 0 ? [0, 3, 2] : [2, 0, 0] }],
      },
    });
    const bricks = bricksOf(volume, plan);
    const whole = await renderOnGpu(device, plan, bricks);
    const cut = await renderOnGpu(device, plan, bricks, { maxBindingBytes: 512 });
    for (let i = 0; i < whole.data.length; i++) {
      expect(Math.abs(whole.data[i]! - cut.data[i]!)).toBeLessThan(255 * linearTolerance);
    }
    expect(cut.mask).toEqual(whole.mask);
  }
});

gpuTest("60,000 voxels from the origin nothing is lost", async (device) => {
  const volume = makeVolume({ dtype: "uint16", shape: [24, 24, 24], brickShape: [8, 8, 8] });
  for (const interpolation of ["linear", "nearest"] as const) {
    const read = makeRead({
      center: [11.3, 12.7, 10.9],
      shape: [14, 14, 14],
      interpolation,
      antialias: "none",
    });
    const warped = warpedRead(volume, read, {
      ...noWarp,
      elastic: noiseField([5, 5, 5], [5, 5, 5], randomSource(1)),
    });
    const far = {
      ...warped.plan,
      base: warped.plan.base.map((b) => b + 60_000) as unknown as Vec3,
      gridMin: warped.plan.gridMin.map((b) => b + 7500) as unknown as Vec3,
      volumeShape: warped.plan.volumeShape.map((n) => n + 60_000) as unknown as Vec3,
    };
    const bricks = bricksOf(volume, warped.plan);
    const answer = await renderOnGpu(device, far, bricks);
    expectTwins(far, bricks, answer, 65535 * linearTolerance, readOracle(volume, warped.read).tieDistance);
  }
});
