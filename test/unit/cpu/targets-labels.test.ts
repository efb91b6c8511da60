import { describe, expect, test } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import type { LabelCodes, ReadPlan } from "../../../src/plan/reads.js";
import type { BrickDType, Vec3 } from "../../../src/types.js";
import { bricksOf, multiply, randomSource, rotateX, rotateZ, type TestVolume } from "./cases.js";
import { codes, labelPlan, labelVolume } from "./label-cases.js";

const turned = multiply(rotateZ(31), rotateX(-20));
const dtypes: readonly BrickDType[] = ["uint8", "int16", "float16", "uint32", "float32", "uint64", "int64"];

function render(volume: TestVolume, plan: ReadPlan) {
  const { data, mask, idTable } = renderRead(plan, bricksOf(volume, plan), { mask: true });
  return { data: Array.from(data), mask: Array.from(mask!), idTable };
}

function storedAt(volume: TestVolume, v: readonly number[]): number {
  const [z, y, x] = v.map((at, i) => Math.min(Math.max(at, 0), volume.shape[i]! - 1));
  return volume.values[(z! * volume.shape[1] + y!) * volume.shape[2] + x!]!;
}

/** Voxel coordinate of every output voxel of a plan. */
function coordinates({ shape, matrix, base, offset }: ReadPlan): number[][] {
  const all: number[][] = [];
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++) {
        all.push(matrix.map((row, i) => base[i]! + offset[i]! + row[0] * z + row[1] * y + row[2] * x));
      }
    }
  }
  return all;
}

/** Trilinear weights of the eight voxels around, summed by label; unknown ones left out. */
function votesAt(volume: TestVolume, v: number[], labelCodes?: LabelCodes): Map<number, number> {
  const votes = new Map<number, number>();
  for (let corner = 0; corner < 8; corner++) {
    const up = [(corner >> 2) & 1, (corner >> 1) & 1, corner & 1];
    const share = v.map((at, i) => (up[i] === 1 ? at - Math.floor(at) : 1 - (at - Math.floor(at))));
    const stored = storedAt(
      volume,
      v.map((at, i) => Math.floor(at) + up[i]!),
    );
    if (stored === labelCodes?.unknown) continue;
    const label = stored === labelCodes?.absent ? 0 : stored;
    votes.set(label, (votes.get(label) ?? 0) + share[0]! * share[1]! * share[2]!);
  }
  return votes;
}

describe("label codes", () => {
  for (const dtype of dtypes) {
    test(`nearest reads of ${dtype}: absent reads as 0, unknown as 0 with mask 0`, () => {
      const volume = labelVolume(dtype, [9, 10, 11], 1);
      for (const turn of [{}, { matrix: turned }]) {
        const read = { center: [4.1, 5.2, 4.3] as Vec3, shape: [9, 9, 12] as Vec3, padValue: 9, ...turn };
        const plan = labelPlan(volume, read, "nearest", "uint32", codes);
        const { data, mask } = render(volume, plan);
        let unknowns = 0;
        for (const [i, v] of coordinates(plan).entries()) {
          const inside = v.every((at, axis) => at >= -0.5 && at <= volume.shape[axis]! - 0.5);
          const stored = storedAt(
            volume,
            v.map((at) => Math.floor(at + 0.5)),
          );
          if (inside && stored === 7) unknowns++;
          expect(mask[i]).toBe(inside && stored !== 7 ? 1 : 0);
          expect(data[i]).toBe(!inside ? 9 : stored === 3 || stored === 7 ? 0 : stored);
        }
        expect(unknowns).toBeGreaterThan(20);
      }
    });
  }

  test("an identity read honours them too", () => {
    const volume = labelVolume("uint8", [6, 6, 6], 2);
    const read = { center: [2.5, 2.5, 2.5] as Vec3, shape: [6, 6, 6] as Vec3 };
    const plan = labelPlan(volume, read, "nearest", "uint8", { absent: null, unknown: 0 });
    const { data, mask } = render(volume, plan);
    expect(data).toEqual(Array.from(volume.values));
    expect(mask).toEqual(Array.from(volume.values, (value) => (value === 0 ? 0 : 1)));
  });

  test("with ids beyond 32 bits, codes are found through the id table", () => {
    const values = [2n ** 40n, 7n, 3n, 5n, 2n ** 41n, 0n];
    const volume = labelVolume("uint64", [1, 1, 6], 3, values);
    const read = { center: [0, 0, 2.5] as Vec3, shape: [1, 1, 6] as Vec3 };
    const { data, mask, idTable } = render(volume, labelPlan(volume, read, "nearest", "uint32", codes));
    expect(data.map((index) => idTable![index])).toEqual([2n ** 40n, 0n, 0n, 5n, 2n ** 41n, 0n]);
    expect(mask).toEqual([1, 0, 1, 1, 1, 1]);
  });

  test("linear reads: codes count as 0, and the mask is the nearest voxel's", () => {
    const volume = labelVolume("uint8", [1, 1, 4], 4, [5, 7, 3, 9]);
    const read = { center: [0, 0, 1.1] as Vec3, shape: [1, 1, 6] as Vec3, scale: [1, 1, 0.5] as Vec3 };
    const { data, mask } = render(volume, labelPlan(volume, read, "linear", "float32", codes));
    // Coordinates -0.15, 0.35, 0.85, 1.35, 1.85 and 2.35.
    expect(mask).toEqual([1, 1, 0, 0, 1, 1]);
    expect(data.map((value) => Number(value.toFixed(4)))).toEqual([5, 3.25, 0, 0, 0, 3.15]);
  });
});

describe("linear-argmax", () => {
  for (const dtype of dtypes) {
    test(`${dtype}: the label with most trilinear votes wins`, () => {
      const volume = labelVolume(dtype, [8, 9, 10], 5);
      const random = randomSource(6);
      for (const labelCodes of [undefined, codes]) {
        const center: Vec3 = [2 + random() * 4, 2 + random() * 4, 2 + random() * 4];
        const read = { center, shape: [7, 8, 9] as Vec3, scale: [0.7, 0.6, 0.8] as Vec3, matrix: turned };
        const plan = labelPlan(volume, read, "linear-argmax", "uint32", labelCodes);
        const { data, mask } = render(volume, plan);
        let compared = 0;
        for (const [i, v] of coordinates(plan).entries()) {
          if (mask[i] === 0) {
            expect(data[i]).toBe(0);
            continue;
          }
          const [first, second] = [...votesAt(volume, v, labelCodes)].sort((a, b) => b[1] - a[1]);
          if (second !== undefined && first![1] - second[1] < 1e-4) continue;
          expect(data[i]).toBe(first![0]);
          compared++;
        }
        expect(compared).toBeGreaterThan(100);
      }
    });
  }

  test("a tie goes to the smallest label, and unknown voxels do not vote", () => {
    const at = (values: number[], x: number, labelCodes?: LabelCodes) => {
      const volume = labelVolume("uint8", [1, 1, 4], 7, values);
      const read = { center: [0, 0, x] as Vec3, shape: [1, 1, 1] as Vec3 };
      const { data, mask } = render(volume, labelPlan(volume, read, "linear-argmax", "uint8", labelCodes));
      return [data[0], mask[0]];
    };
    expect(at([9, 4, 6, 6], 0.5)).toEqual([4, 1]);
    expect(at([4, 9, 6, 6], 0.5)).toEqual([4, 1]);
    expect(at([4, 9, 6, 6], 0.6)).toEqual([9, 1]);
    // Voxel 1 is unknown: at 0.4 the nearest is voxel 0, at 0.6 it is the unknown one.
    expect(at([4, 7, 6, 6], 0.4, codes)).toEqual([4, 1]);
    expect(at([4, 7, 6, 6], 0.6, codes)).toEqual([0, 0]);
    expect(at([4, 3, 6, 6], 0.6, codes)).toEqual([0, 1]);
  });

  test("on voxel centres it is an exact copy", () => {
    const volume = labelVolume("uint16", [5, 6, 7], 8);
    const read = { center: [2, 2.5, 3] as Vec3, shape: [5, 6, 7] as Vec3 };
    const { data } = render(volume, labelPlan(volume, read, "linear-argmax", "uint32"));
    expect(data).toEqual(Array.from(volume.values));
  });
});
