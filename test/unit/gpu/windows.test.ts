import { expect, test } from "vitest";
import { byteRange, type ReadPart, splitRead, windowsOf } from "../../../src/gpu/windows.js";
import type { ReadPlan } from "../../../src/plan/reads.js";
import type { Vec3 } from "../../../src/types.js";
import { makeRead, makeVolume, planOf, rotateX } from "../cpu/cases.js";

const volume = makeVolume({ dtype: "uint8", shape: [8, 8, 8], brickShape: [4, 4, 4] });

function partOf(shape: Vec3, elementOffset = 0, elementStride = 1): ReadPart {
  const plan = planOf(volume, makeRead({ center: [3, 4, 5], shape, matrix: rotateX(20) }));
  return {
    plan,
    origin: [0, 0, 0],
    out: { elementOffset, elementStride },
    mask: { elementOffset, elementStride: 1 },
  };
}

/** Every output voxel: its element and its coordinates. */
function voxelsOf({ plan, out }: ReadPart): Map<number, number[]> {
  const voxels = new Map<number, number[]>();
  let i = 0;
  for (let z = 0; z < plan.shape[0]; z++) {
    for (let y = 0; y < plan.shape[1]; y++) {
      for (let x = 0; x < plan.shape[2]; x++, i++) {
        voxels.set(out.elementOffset + i * out.elementStride, coordinates(plan, [z, y, x]));
      }
    }
  }
  return voxels;
}

function coordinates({ base, offset, matrix }: ReadPlan, k: Vec3): number[] {
  return matrix.map((row, i) => base[i]! + offset[i]! + row[0] * k[0] + row[1] * k[1] + row[2] * k[2]);
}

test("the parts of a read have its elements and its coordinates, each once", () => {
  for (const stride of [1, 3]) {
    for (const maxBytes of [512, 2048, 1 << 20]) {
      const whole = partOf([7, 9, 11], 37, stride);
      const parts = splitRead(whole, maxBytes);
      const joined = new Map(parts.flatMap((part) => [...voxelsOf(part)]));
      expect(parts.reduce((sum, part) => sum + part.plan.shape.reduce((a, b) => a * b), 0)).toBe(693);
      expect(joined.size).toBe(693);
      for (const [element, at] of voxelsOf(whole)) {
        joined.get(element)!.forEach((v, i) => {
          expect(v).toBeCloseTo(at[i]!, 10);
        });
      }
      for (const part of parts) {
        const count = part.plan.shape.reduce((a, b) => a * b);
        expect(byteRange(part.out, count, 4).size).toBeLessThanOrEqual(maxBytes);
        for (const offset of part.plan.offset) expect(offset >= 0 && offset < 1).toBe(true);
      }
    }
  }
});

test("a read that fits is one part, untouched", () => {
  const part = partOf([2, 3, 4], 5);
  expect(splitRead(part, 1 << 20)).toEqual([part]);
});

test("windows are aligned, cover their parts and stay below the limit", () => {
  const parts = [3, 0, 2, 1, 7].map((i) => partOf([4, 4, 4], 64 * i + 3));
  const windows = windowsOf(parts, 1024);
  expect(windows.flatMap((window) => window.parts).length).toBe(5);
  for (const { parts: members, out, mask } of windows) {
    expect([out.offset % 256, out.size % 4, mask!.offset % 256]).toEqual([0, 0, 0]);
    expect(out.size).toBeLessThanOrEqual(1024);
    for (const member of members) {
      const range = byteRange(member.out, 64, 4);
      expect(range.offset).toBeGreaterThanOrEqual(out.offset);
      expect(range.offset + range.size).toBeLessThanOrEqual(out.offset + out.size);
    }
  }
  expect(windowsOf(parts, 1 << 20).length).toBe(1);
});
