import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OutputBlock, outputBlocks, type VoxelBox } from "../../../src/cpu/blocks.js";
import { rowSpans } from "../../../src/cpu/spans.js";
import { rotation } from "../../../src/math/rotation.js";
import { map3 } from "../../../src/math/vec.js";
import { planPatch } from "../../../src/plan/patch.js";
import type { ReadPlan } from "../../../src/plan/reads.js";
import type { Vec3 } from "../../../src/types.js";
import { levelOf, patchOf } from "./value-cases.js";

const volume = {
  shape: [400, 400, 400],
  brickShape: [64, 64, 64],
  voxelSize: [1, 1, 1],
  translation: [0, 0, 0],
  dtype: "uint8",
} as const;

const angle = fc.double({ min: -180, max: 180, noNaN: true });
const turns = fc.tuple(angle, angle, angle);

function planOf(angles: Vec3, shape: Vec3, scale: number, center: Vec3, box: boolean): ReadPlan {
  return planPatch([levelOf(volume as never)], {
    ...patchOf({ center, shape, scale: [scale, scale, scale], matrix: rotation(angles) }),
    antialias: box ? "box" : "none",
  }).plan;
}

function firstBlock(plan: ReadPlan): [OutputBlock, VoxelBox] {
  const [first] = outputBlocks(plan);
  return first!;
}

/** Every voxel that a sample of an output voxel may read, as a place in the box. */
function* taps(plan: ReadPlan, k: Vec3, boxStart: Vec3, boxShape: Vec3): Generator<Vec3> {
  const [nz, ny, nx] = plan.subsamples;
  for (let j = 0; j < nz * ny * nx; j++) {
    const shift: Vec3 = [
      (Math.floor(j / (ny * nx)) + 0.5) / nz - 0.5,
      ((Math.floor(j / nx) % ny) + 0.5) / ny - 0.5,
      ((j % nx) + 0.5) / nx - 0.5,
    ];
    const v = map3((axis) => {
      const m = plan.matrix[axis];
      const at = m[0] * (k[0] + shift[0]) + m[1] * (k[1] + shift[1]) + m[2] * (k[2] + shift[2]);
      return plan.base[axis] + plan.offset[axis] + at;
    });
    for (let corner = 0; corner < 8; corner++) {
      yield map3((axis) => {
        const voxel = Math.floor(v[axis]) + ((corner >> axis) & 1);
        const clamped = Math.min(Math.max(voxel, 0), plan.volumeShape[axis] - 1);
        return Math.min(Math.max(clamped - boxStart[axis], 0), boxShape[axis] - 1);
      });
    }
  }
}

describe("rowSpans", () => {
  it("holds every voxel that an output voxel of the block touches", () => {
    fc.assert(
      fc.property(
        turns,
        fc.constantFrom(0.7, 1, 2.3),
        fc.constantFrom<Vec3>([200, 200, 200], [20, 200, 390]),
        fc.boolean(),
        (angles, scale, center, antialias) => {
          const plan = planOf(angles, [24, 20, 16], scale, center, antialias);
          for (const [block, box] of outputBlocks(plan)) {
            const spans = rowSpans(plan, block, box);
            if (spans === null) continue;
            for (let i = 0; i < 24 * 20 * 16; i += 37) {
              const k: Vec3 = [Math.floor(i / 320), Math.floor(i / 16) % 20, i % 16];
              if (
                k.some((at, axis) => at < block.start[axis]! || at >= block.start[axis]! + block.shape[axis]!)
              )
                continue;
              for (const [z, y, x] of taps(plan, k, box.start, box.shape)) {
                const row = 2 * (z * box.shape[1] + y);
                if (x < spans[row]! || x >= spans[row + 1]!)
                  throw new Error(`voxel ${k} touches ${[z, y, x]}`);
              }
            }
          }
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });

  it("is a small part of the box around a slanted block", () => {
    const plan = planOf([30, 40, 50], [64, 64, 64], 1, [200, 200, 200], false);
    const [block, box] = firstBlock(plan);
    const spans = rowSpans(plan, block, box)!;
    let touched = 0;
    for (let row = 0; row < spans.length; row += 2) touched += spans[row + 1]! - spans[row]!;
    expect(touched).toBeLessThan(0.4 * box.shape[0] * box.shape[1] * box.shape[2]);
    expect(touched).toBeGreaterThan(64 ** 3);
  });

  it("is not made where several samples of an output voxel may be clamped at a face", () => {
    const plan = planOf([10, 0, 0], [24, 20, 16], 2.3, [20, 200, 390], true);
    const [block, box] = firstBlock(plan);
    expect(rowSpans(plan, block, box)).toBeNull();
  });
});
