/** Which voxels of a gathered box an oblique read touches: a slanted block fills a small part of the box around it. */
import { inverse, map3 } from "../math/vec.js";
import type { ReadPlan } from "../plan/reads.js";
import type { OutputBlock, VoxelBox } from "./blocks.js";

/** Rounding moves a tap by far less, in voxels. */
const allowance = 1e-3;

/**
 * The part of every row of a box that samples of a block may touch: `from ≤ x < to` of row (z, y) at `2 (z sizeY + y)`.
 *
 * A tap is less than one voxel from its sample on every axis, so that its place in the output, by the inverse of the
 * read's matrix, is within the block and the inverse's absolute row sums around it.
 */
export type RowSpans = Int32Array;

/** The spans, or null where taps may lie elsewhere (by mirroring, a warp or a long clamp) or the matrix has no inverse. */
export function rowSpans(plan: ReadPlan, block: OutputBlock, box: VoxelBox): RowSpans | null {
  if (plan.warp !== undefined || plan.reflect) return null;
  // Of several samples per output voxel, some may be clamped by more than a voxel.
  if (plan.subsamples.some((count) => count > 1) && reachesFace(plan, box)) return null;
  const inverted = inverse(plan.matrix);
  if (inverted === null) return null;
  const [sizeZ, sizeY, sizeX] = box.shape;
  const first = map3((axis) => box.start[axis] - plan.base[axis] - plan.offset[axis]);
  const limits = ([0, 1, 2] as const).map((out) => {
    const [iz, iy, ix] = inverted[out];
    const reach =
      (Math.abs(iz) + Math.abs(iy) + Math.abs(ix)) * (1 + allowance) + 0.5 - 0.5 / plan.subsamples[out];
    const start = iz * first[0] + iy * first[1] + ix * first[2];
    const low = block.start[out] - reach - start;
    return { iz, iy, ix, low, high: low + block.shape[out] - 1 + 2 * reach };
  });
  const spans = new Int32Array(2 * sizeZ * sizeY);
  for (let z = 0, at = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++, at += 2) {
      let from = 0;
      let to = sizeX - 1;
      for (let out = 0; out < 3; out++) {
        const { iz, iy, ix, low, high } = limits[out]!;
        const across = iz * z + iy * y;
        if (Math.abs(ix) < 1e-9) {
          if (across < low || across > high) to = -1;
          continue;
        }
        const a = (low - across) / ix;
        const b = (high - across) / ix;
        from = Math.max(from, Math.min(a, b));
        to = Math.min(to, Math.max(a, b));
      }
      spans[at] = Math.ceil(from);
      spans[at + 1] = Math.max(Math.ceil(from), Math.floor(to) + 1);
    }
  }
  return spans;
}

/** Whether a box ends at a face of the volume, where taps are clamped. */
function reachesFace({ volumeShape }: ReadPlan, { start, shape }: VoxelBox): boolean {
  return start.some((first, axis) => first <= 0 || first + shape[axis]! >= volumeShape[axis]!);
}
