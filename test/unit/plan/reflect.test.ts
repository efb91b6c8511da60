import { expect, it } from "vitest";
import { rotation } from "../../../src/math/rotation.js";
import { planPatch } from "../../../src/plan/patch.js";
import { imagesOf, reflectIndex, shownVoxels } from "../../../src/plan/reflect.js";
import { makeVolume } from "../cpu/cases.js";
import { levelOf, patchOf } from "../cpu/value-cases.js";

it("an axis goes on as d c b a | a b c d | d c b a", () => {
  const shown = Array.from({ length: 16 }, (_, i) => reflectIndex(i - 6, 4));
  expect(shown).toEqual([2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0, 1]);
  expect(Array.from({ length: 4 }, (_, i) => reflectIndex(i - 2, 1))).toEqual([0, 0, 0, 0]);
});

it("the images of a run are where its voxels are shown", () => {
  for (const n of [1, 3, 5]) {
    for (let first = 0; first < n; first++) {
      for (let last = first; last < n; last++) {
        const covered = new Set<number>();
        for (const image of imagesOf({ first, last }, n, -9, 12)) {
          for (let i = image.first; i <= image.last; i++) covered.add(i);
        }
        for (let i = -9; i <= 12; i++) {
          const shown = reflectIndex(i, n);
          expect(covered.has(i)).toBe(shown >= first && shown <= last);
        }
      }
    }
  }
});

it("shows the nearest voxels, or every voxel whose image is met", () => {
  expect(shownVoxels({ first: -3, last: 2 }, 8, false)).toEqual({ first: 0, last: 2 });
  expect(shownVoxels({ first: -5, last: 2 }, 8, true)).toEqual({ first: 0, last: 4 });
  expect(shownVoxels({ first: 6, last: 11 }, 8, true)).toEqual({ first: 4, last: 7 });
  expect(shownVoxels({ first: -20, last: 20 }, 8, true)).toEqual({ first: 0, last: 7 });
});

it("a reflecting read lists every brick that a tap or its mirror image meets, and not all of them", () => {
  const volume = makeVolume({ dtype: "uint8", shape: [9, 20, 22], brickShape: [3, 4, 4] });
  const level = levelOf(volume);
  for (const angles of [
    [0, 0, 0],
    [30, 0, 0],
    [25, 40, 10],
  ] as const) {
    for (const center of [
      [1, 2, 20],
      [7, 18, 3],
      [4, 10, 11],
    ] as const) {
      const asked = { ...patchOf({ center, shape: [6, 7, 8], matrix: rotation(angles) }), reflect: true };
      const { plan } = planPatch([level], asked);
      const listed = new Set(plan.bricks);
      const tapped = new Set<number>();
      for (let k = 0; k < 6 * 7 * 8; k++) {
        const at = [Math.floor(k / 56), Math.floor(k / 8) % 7, k % 8];
        const v = plan.matrix.map((row, i) => {
          return plan.base[i]! + plan.offset[i]! + row[0] * at[0]! + row[1] * at[1]! + row[2] * at[2]!;
        });
        for (let corner = 0; corner < 8; corner++) {
          const up = [corner & 1, (corner >> 1) & 1, (corner >> 2) & 1];
          // A tap of weight 0 need not be there.
          if (v.some((each, i) => up[i] === 1 && Number.isInteger(each))) continue;
          const cell = v.map((each, i) => {
            const voxel = reflectIndex(Math.floor(each) + up[i]!, volume.shape[i]!);
            return Math.floor(voxel / volume.brickShape[i]!) - plan.gridMin[i]!;
          });
          tapped.add((cell[0]! * plan.gridShape[1] + cell[1]!) * plan.gridShape[2] + cell[2]!);
        }
      }
      expect([...tapped].filter((entry) => !listed.has(entry))).toEqual([]);
      expect(listed.size).toBeLessThanOrEqual(2 * tapped.size);
    }
  }
});
