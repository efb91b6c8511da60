/** A read: everything a renderer needs to fill one patch from bricks, as plain data. */
import type { BrickDType, Interpolation, Mat3, OutputDType, Vec3 } from "../types.js";
import type { ReadWarp } from "./warp.js";

/** Stored values of a label image that are no labels; null where the annotation has no such code. */
export interface LabelCodes {
  /** Reads as value 0. */
  readonly absent: number | null;
  /** Reads as value 0 and mask 0. */
  readonly unknown: number | null;
}

/**
 * One patch of one array. Output voxel `k` (integers z, y, x) is sampled at voxel coordinate
 * `base + matrix · k + offset` of the volume, whose voxel centres are at integers.
 *
 * `base` is split off so that a renderer working in float32 keeps sub-voxel precision anywhere
 * in a volume of any size: `matrix · k + offset` stays as small as the patch.
 *
 * Rules (the same on every backend):
 * - inside: `-0.5 ≤ v ≤ volumeShape - 0.5` on all axes, tested at the output voxel's centre;
 *   outside gives `padValue` and mask 0;
 * - taps are clamped to `[0, volumeShape - 1]`;
 * - nearest takes `floor(v + 0.5)`; linear interpolates the eight neighbours; linear-argmax lets them vote;
 * - label codes: an absent or unknown voxel counts as 0, and where the nearest voxel is unknown the value is 0 and
 *   the mask 0; in linear-argmax an unknown voxel has no vote;
 * - `subsamples` [a, b, c] averages a·b·c linear samples at `k + ((j + 0.5) / n - 0.5)` per output axis;
 * - a brick that is not stored reads as `fillBytes`;
 * - integer outputs round to `floor(v + 0.5)` and saturate; NaN becomes 0;
 * - 64-bit integers: see {@link ReadPlan.dtype} and `idTable` of the result.
 */
export interface ReadPlan {
  /** Output shape in voxels. */
  readonly shape: Vec3;
  readonly matrix: Mat3;
  readonly offset: Vec3;
  /** Integer voxel coordinates. */
  readonly base: Vec3;
  /** What is added to the coordinate beside the matrix; absent for affine reads. */
  readonly warp?: ReadWarp;
  readonly interpolation: Interpolation;
  /** Samples averaged per output axis; [1, 1, 1] for none. Always [1, 1, 1] unless `linear`. */
  readonly subsamples: Vec3;
  readonly padValue: number;
  readonly outDType: OutputDType;
  readonly volumeShape: Vec3;
  readonly brickShape: Vec3;
  /** Stored dtype of the bricks: C order z, y, x, little-endian. */
  readonly dtype: BrickDType;
  /** Fill value as the little-endian bytes of one brick voxel. */
  readonly fillBytes: readonly number[];
  /** First brick index and number of bricks per axis of the page table. */
  readonly gridMin: Vec3;
  readonly gridShape: Vec3;
  /**
   * Bricks this read touches, as indices into the page table (C order over `gridShape`), ascending.
   * The other entries of the table are never sampled.
   */
  readonly bricks: readonly number[];
  /**
   * Every voxel counts as inside: the volume goes on beyond its faces as its mirror image, `scipy`'s mode "reflect"
   * (d c b a | a b c d | d c b a). For the halo of filters. Default false.
   */
  readonly reflect?: boolean;
  /** Codes of a label image, see {@link LabelCodes}; absent for other images and for labels without codes. */
  readonly labelCodes?: LabelCodes;
}

/** Number of output voxels. */
export function voxelCount(shape: Vec3): number {
  return shape[0] * shape[1] * shape[2];
}

/** Brick index (z, y, x in the volume's brick grid) of a page table entry. */
export function brickAt(plan: Pick<ReadPlan, "gridMin" | "gridShape">, entry: number): Vec3 {
  const [, gy, gx] = plan.gridShape;
  const z = Math.floor(entry / (gy * gx));
  const y = Math.floor(entry / gx) % gy;
  return [plan.gridMin[0] + z, plan.gridMin[1] + y, plan.gridMin[2] + (entry % gx)];
}
