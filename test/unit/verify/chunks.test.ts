import { expect, it } from "vitest";
import { bricksIn } from "../../../src/verify/chunks.js";
import type { Level } from "../../../src/zarr/metadata.js";

const level = {
  shape: [40, 48, 50],
  brickShape: [16, 16, 16],
  voxelSizeNm: [10, 10, 20],
  translationNm: [0, 100, 0],
} as unknown as Level;

it.each([
  // Faces of voxel footprints: z voxels 8 to 31, y voxels 16 to 31, x voxels 0 to 15.
  [
    [75, 255, -10],
    [315, 415, 310],
    [0, 1, 0],
    [2, 1, 1],
  ],
  // One voxel more on each side meets the neighbours.
  [
    [75, 245, -10],
    [325, 425, 330],
    [0, 0, 0],
    [3, 3, 2],
  ],
  // Beyond the volume: only what is there.
  [
    [-1e4, -1e4, -1e4],
    [1e4, 1e4, 1e4],
    [0, 0, 0],
    [3, 3, 4],
  ],
] as const)("lists the bricks that a box from %j to %j meets", (min, max, gridMin, gridShape) => {
  const total = gridShape[0] * gridShape[1] * gridShape[2];
  expect(bricksIn(level, { min, max })).toEqual({ gridMin, gridShape, total });
});
