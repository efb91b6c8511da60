import { describe, expect, it } from "vitest";
import { isVoxelfeedError } from "../../../src/errors.js";
import { footprint } from "../../../src/math/box.js";
import { centerAt, legalCenters } from "../../../src/plan/positions.js";
import type { Vec3 } from "../../../src/types.js";

const box = footprint([10, 20, 30], [10, 10, 10], [0, 0, 0]);
const array = (shape: Vec3, scale: Vec3 = [10, 10, 10]) => ({ name: "raw", shape, scale });

describe("legalCenters", () => {
  it("gives n - P + 1 positions per axis, both ends included, x fastest", () => {
    const positions = legalCenters(box, [array([4, 4, 4])], false);
    expect(positions.counts).toEqual([7, 17, 27]);
    expect(positions.length).toBe(7 * 17 * 27);
    // Voxels 0 to 3: their middle is at 1.5 voxels.
    expect(centerAt(positions, 0)).toEqual([15, 15, 15]);
    expect(centerAt(positions, 1)).toEqual([15, 15, 25]);
    expect(centerAt(positions, 27)).toEqual([15, 25, 15]);
    expect(centerAt(positions, positions.length - 1)).toEqual([75, 175, 275]);
  });

  it("has one position where the patch fills the box", () => {
    expect(legalCenters(box, [array([10, 20, 30])], false).length).toBe(1);
  });

  it("fits the largest array and steps by the largest voxel", () => {
    const arrays = [array([4, 4, 4]), array([4, 4, 4], [20, 20, 20])];
    const positions = legalCenters(box, arrays, false);
    expect(positions.counts).toEqual([2, 7, 12]);
    expect(positions.step).toEqual([20, 20, 20]);
  });

  it("refuses a patch larger than the box, naming both sizes, unless padded", () => {
    let error: unknown;
    try {
      legalCenters(box, [array([11, 4, 4])], false);
    } catch (caught) {
      error = caught;
    }
    expect(isVoxelfeedError(error, "patch-too-large")).toBe(true);
    expect((error as Error).message).toContain("[110, 40, 40]");
    expect((error as Error).message).toContain("[100, 200, 300]");
    const padded = legalCenters(box, [array([11, 4, 4])], true);
    expect(padded.counts).toEqual([1, 17, 27]);
    expect(padded.first[0]).toBe(45);
  });
});
