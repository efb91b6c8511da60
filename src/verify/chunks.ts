/** Whether the raw chunks under a crop are there: volumes are often downloaded in part. */
import type { CropParts } from "../dataset/dataset.js";
import { chooseLevel } from "../plan/level.js";
import { brickAt } from "../plan/reads.js";
import { inWorld, viewOf } from "../plan/view.js";
import type { Box, Vec3 } from "../types.js";
import { createChunkReader } from "../zarr/chunks.js";
import type { Level } from "../zarr/metadata.js";
import type { CropReport } from "./report.js";

/** The bricks of a level that a box meets, as a grid. */
export function bricksIn({ shape, brickShape, voxelSizeNm, translationNm }: Level, { min, max }: Box) {
  const range = (a: 0 | 1 | 2): readonly [first: number, count: number] => {
    const voxel = (world: number): number => (world - translationNm[a]) / voxelSizeNm[a] + 0.5;
    const last = Math.ceil(shape[a] / brickShape[a]) - 1;
    const brick = (at: number): number => Math.min(last, Math.max(0, Math.floor(at / brickShape[a])));
    // A millionth of a voxel of slack: boxes are sums of decimal fractions.
    const first = brick(voxel(min[a]) + 1e-6);
    return [first, brick(voxel(max[a]) - 1e-6) - first + 1];
  };
  const [z, y, x] = [range(0), range(1), range(2)];
  const gridMin: Vec3 = [z[0], y[0], x[0]];
  const gridShape: Vec3 = [z[1], y[1], x[1]];
  return { gridMin, gridShape, total: z[1] * y[1] * x[1] };
}

/**
 * Asks for some of the raw chunks under a crop, evenly spread, at the level that the first input array reads.
 *
 * @param maxChunks how many at most
 * @throws what fetching throws
 */
export async function checkRawChunks(
  { raw, inputs, boundingBox, sliceAxis }: CropParts,
  maxChunks: number,
  signal: AbortSignal,
): Promise<CropReport["rawChunks"]> {
  const { levels } = raw.meta;
  const sizes = levels.map(({ voxelSizeNm }) => voxelSizeNm);
  const level =
    levels[inputs[0] === undefined ? 0 : chooseLevel(sizes, inWorld(viewOf(sliceAxis), inputs[0].scale))]!;
  const grid = bricksIn(level, boundingBox);
  const checked = Math.min(maxChunks, grid.total);
  const read = createChunkReader(raw.store, level.array);
  let missing = 0;
  for (let i = 0; i < checked; i++) {
    const brick = brickAt(grid, Math.floor(((i + 0.5) * grid.total) / checked));
    if ((await read(brick, { signal })) === undefined) missing++;
  }
  return { total: grid.total, checked, missing };
}
