import { expect, it } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { halves } from "../../../src/plan/pieces.js";
import { voxelCount } from "../../../src/plan/reads.js";
import type { WorkedRead } from "../../../src/plan/worked.js";
import { bricksOf, makeVolume, planOf, randomRead, randomSource } from "../cpu/cases.js";

/** Every piece that a read falls into, when it is cut as long as it can be, with its first voxel. */
function pieces(read: WorkedRead, firstVoxel = 0): (readonly [WorkedRead, number])[] {
  const cut = halves(read);
  if (cut === null) return [[read, firstVoxel]];
  return cut.flatMap((half) => pieces(half.read, firstVoxel + half.firstVoxel));
}

it("cuts any affine read down to single voxels that are those of the whole", () => {
  const random = randomSource(7);
  const volume = makeVolume({ shape: [13, 17, 19], brickShape: [4, 5, 8], dtype: "uint8", seed: 3 });
  for (let turn = 0; turn < 60; turn++) {
    const plan = planOf(volume, randomRead(volume, random, "float32"));
    const whole = renderRead(plan, bricksOf(volume, plan), { mask: true });
    const parts = pieces({ level: 0, plan });
    expect(parts.map(([, first]) => first)).toEqual(parts.map((_, i) => i));
    expect(parts.length).toBe(voxelCount(plan.shape));
    for (const [{ plan: part }, first] of parts) {
      const voxel = renderRead(part, bricksOf(volume, part), { mask: true });
      expect(voxel.mask![0]).toBe(whole.mask![first]);
      // Borders between nearest voxels are as fine as float64 is; linear values may round elsewhere.
      expect(Math.abs(voxel.data[0]! - whole.data[first]!)).toBeLessThan(
        plan.interpolation === "nearest" ? 1e-9 : 1e-3,
      );
    }
  }
});

it("leaves whole what depends on the place in the patch, and tables of ids", () => {
  const volume = makeVolume({ shape: [8, 8, 8], brickShape: [4, 4, 4], dtype: "uint8", seed: 3 });
  const plan = { ...planOf(volume, randomRead(volume, randomSource(1), "uint8")), shape: [4, 4, 4] as const };
  const noise = { seed: 1, epoch: 0, sample: 0, array: 0, channel: 0 };
  const work = (name: "affine" | "noise") => ({
    noise,
    gather: [{ name, p: [1, 0, 0] }],
    stages: [],
    finish: [],
    halo: [0, 0, 0] as const,
  });
  expect(halves({ level: 0, plan, values: work("affine") })).not.toBeNull();
  expect(halves({ level: 0, plan, values: work("noise") })).toBeNull();
  expect(halves({ level: 0, plan, values: work("affine"), gather: plan })).toBeNull();
  expect(halves({ level: 0, plan: { ...plan, dtype: "uint64" } })).toBeNull();
});
