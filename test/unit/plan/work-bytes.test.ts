import { expect, it } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { RenderScratch, type VoxelKind } from "../../../src/cpu/scratch.js";
import { voxelCount } from "../../../src/plan/reads.js";
import { workBytes } from "../../../src/plan/work-bytes.js";
import { brickDTypes, bricksOf, makeVolume, planOf, randomRead, randomSource } from "../cpu/cases.js";

/** Counts what a render asks for. */
class CountedScratch extends RenderScratch {
  bytes = 0;
  override voxels(kind: VoxelKind, length: number) {
    const voxels = super.voxels(kind, length);
    this.bytes = Math.max(this.bytes, voxels.byteLength);
    return voxels;
  }
}

it("is at least what a render of any dtype takes, and not many times as much", () => {
  const random = randomSource(11);
  for (const dtype of brickDTypes) {
    const volume = makeVolume({ shape: [33, 40, 37], brickShape: [8, 16, 16], dtype, seed: 5 });
    for (let turn = 0; turn < 20; turn++) {
      const read = { ...randomRead(volume, random, "float32"), shape: [12, 12, 12] as const };
      const plan = planOf(volume, read);
      const scratch = new CountedScratch();
      const { data, mask } = renderRead(plan, bricksOf(volume, plan), { mask: true, scratch });
      const taken = scratch.bytes + data.byteLength + mask!.byteLength;
      expect(workBytes({ level: 0, plan }, true)).toBeGreaterThanOrEqual(taken);
    }
  }
  const volume = makeVolume({ shape: [33, 40, 37], brickShape: [8, 16, 16], dtype: "uint8", seed: 5 });
  const read = { ...randomRead(volume, random, "uint8"), shape: [12, 12, 12] as const };
  const plan = { ...planOf(volume, read), subsamples: [1, 1, 1] as const };
  const identity = {
    ...plan,
    matrix: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const,
  };
  expect(workBytes({ level: 0, plan: identity }, false)).toBeLessThan(voxelCount(plan.shape) * 6);
});
