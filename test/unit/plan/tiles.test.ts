import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { footprint } from "../../../src/math/box.js";
import { centerAt, legalCenters } from "../../../src/plan/positions.js";
import { tilesOf } from "../../../src/plan/tiles.js";
import type { Vec3 } from "../../../src/types.js";

const positionsOf = (volume: Vec3, shape: Vec3, voxel: Vec3 = [10, 10, 10]) =>
  legalCenters(footprint(volume, voxel, [0, 0, 0]), [{ name: "raw", shape, scale: voxel }], false);

describe("tilesOf", () => {
  it("lays tiles side by side, and shifts the last one of a row inward", () => {
    // Eleven voxels in tiles of four begin at 0, 4 and 7; the last reaches back over one voxel.
    const positions = positionsOf([4, 4, 11], [4, 4, 4]);
    expect(tilesOf(positions, [40, 40, 40])).toEqual([
      { index: 0, overlapNm: [0, 0, 0] },
      { index: 4, overlapNm: [0, 0, 0] },
      { index: 7, overlapNm: [0, 0, 10] },
    ]);
  });

  it("counts indices in C order", () => {
    const positions = positionsOf([8, 6, 4], [4, 3, 2]);
    const indices = tilesOf(positions, [40, 30, 20]).map(({ index }) => index);
    expect(positions.counts).toEqual([5, 4, 3]);
    expect(indices).toEqual([0, 2, 9, 11, 48, 50, 57, 59]);
  });

  it("lays tiles that are no whole number of steps closer, and says by how much", () => {
    const tiles = tilesOf(
      { first: [0, 0, 0], step: [10, 10, 10], counts: [1, 1, 5], length: 5 },
      [25, 25, 25],
    );
    expect(tiles.map(({ index, overlapNm }) => [index, overlapNm[2]])).toEqual([
      [0, 0],
      [2, 5],
      [4, 5],
    ]);
  });

  it("covers every voxel, and twice only where an overlap is marked (property)", () => {
    const size = fc.integer({ min: 1, max: 13 });
    const patch = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.tuple(size, size, size), fc.tuple(patch, patch, patch), (volume, wanted) => {
        const shape = wanted.map((n, axis) => Math.min(n, volume[axis]!)) as unknown as Vec3;
        const voxel: Vec3 = [8, 4, 2];
        const positions = positionsOf(volume, shape, voxel);
        const extent = shape.map((n, axis) => n * voxel[axis]!) as unknown as Vec3;
        const covered = new Uint8Array(volume[0] * volume[1] * volume[2]);
        for (const { index, overlapNm } of tilesOf(positions, extent)) {
          const center = centerAt(positions, index);
          const first = shape.map((n, axis) => Math.round(center[axis]! / voxel[axis]! - (n - 1) / 2));
          // What a tile marks as overlap belongs to the tile before it.
          const own = first.map((v, axis) => v + overlapNm[axis]! / voxel[axis]!);
          for (let z = own[0]!; z < first[0]! + shape[0]; z++) {
            for (let y = own[1]!; y < first[1]! + shape[1]; y++) {
              for (let x = own[2]!; x < first[2]! + shape[2]; x++) {
                covered[(z * volume[1] + y) * volume[2] + x]!++;
              }
            }
          }
        }
        expect(covered.every((times) => times === 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
