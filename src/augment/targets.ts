/**
 * Target transforms: plain-JSON descriptions of what becomes of the labels of a target array.
 *
 * They run one after the other, each on all channels of the array that it is given. What is unknown stays unknown: a
 * voxel whose value could be changed by an unknown voxel nearby has mask 0, and wherever the mask is 0 the value is 0.
 * The patch is read larger by the sum of their halos, so that results are right up to its border; beyond the annotated
 * crop there is nothing to read, and what depends on it is masked.
 */
import type { Vec3 } from "../types.js";

/** 1 where a value is above the threshold, else 0. One channel for each. */
export interface BinarizeTarget {
  readonly kind: "binarize";
  /** Default 0. */
  readonly threshold?: number;
}

/** Exchanges labels. One channel for each. */
export interface RemapTarget {
  readonly kind: "remap";
  /** Pairs of a label and what it becomes; null makes it unknown. */
  readonly entries: readonly (readonly [from: number, to: number | null])[];
  /** What becomes of labels that are not listed: themselves (default), one label, or unknown (null). */
  readonly other?: "keep" | number | null;
}

/** One channel per id and channel, 1 where the label is the id: `neurite=3`. */
export interface OneHotTarget {
  readonly kind: "oneHot";
  readonly ids: readonly number[];
}

/**
 * Classes made of other classes, in the place of all channels: present (1) where a member is, absent (0) where all
 * members are known to be, unknown elsewhere.
 */
export interface UnionTarget {
  readonly kind: "union";
  /** New class → channels it is made of. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
}

/** How far neighbours reach: city-block distance in voxels. */
export interface NeighbourReach {
  /** 1 (default) to 16; 1 is the six face neighbours. Halo: as many voxels. */
  readonly steps?: number;
  /** Only along y and x, for sections. Default false. */
  readonly inPlane?: boolean;
}

/** 1 where another label, background included, is within reach, else 0. One channel for each. */
export interface BoundaryTarget extends NeighbourReach {
  readonly kind: "boundary";
}

/** 0 where another label, background included, is within reach; the label elsewhere. One channel for each. */
export interface ErodeTarget extends NeighbourReach {
  readonly kind: "erode";
}

/** Background takes the nearest label within reach, of equally near ones the smallest. One channel for each. */
export interface DilateTarget extends NeighbourReach {
  readonly kind: "dilate";
}

/**
 * One channel per offset and channel, `instance[-1,0,0]`: 1 where the voxel and the one at the offset have the same
 * label and it is not 0. Unknown where either is. Halo: the largest offset per axis.
 */
export interface AffinitiesTarget {
  readonly kind: "affinities";
  /** Voxels, z, y, x. */
  readonly offsets: readonly Vec3[];
}

/**
 * Distance in nanometres from each voxel's centre to the nearest centre on the other side of the foreground's surface:
 * positive inside (label not 0), negative outside; exact, on anisotropic voxels too. One channel for each, of floats.
 *
 * With `clipNm` the halo is that distance, and values that unknown voxels could bring nearer are masked. With `haloNm`
 * distances are those within the patch and that halo, as if there were nothing beyond or unknown; where there is no other side
 * in it, the value is ± its diagonal. One of the two is required, since an unbounded distance has no finite halo.
 */
export interface SignedDistanceTarget {
  readonly kind: "signedDistance";
  readonly clipNm?: number;
  readonly haloNm?: number;
  /** Gives `tanh(distance / tanhNm)` instead. */
  readonly tanhNm?: number;
  /** Distances within each section, along y and x. Default false. */
  readonly inPlane?: boolean;
}

/**
 * Local shape descriptors: ten numbers in [0, 1] per channel about the part of the voxel's object in a Gaussian window:
 * offset to its mean (z, y, x), variances (z, y, x), correlations (zy, zx, yx), size. 0 in background. Windows end at
 * 3σ, which is the halo; one that holds an unknown voxel is masked. The work is (6σ/voxel)³ per voxel: ask for a
 * coarser array rather than for a wide σ on a fine one.
 *
 * Source: Sheridan et al., "Local shape descriptors for neuron segmentation", Nature Methods 2023, and its package lsds.
 */
export interface LsdTarget {
  readonly kind: "lsd";
  /** σ of the window, nanometres: one for all axes, or z, y, x. */
  readonly sigmaNm: number | Vec3;
}

/**
 * Weights for the loss, as an array of the batch of its own: float32, one channel for each, 0 where unknown. The
 * channels themselves go on unchanged.
 *
 * Balanced by default: foreground weighs `1 / (2 f)` and background `1 / (2 (1 - f))`, f being the foreground's share
 * of the patch's known voxels, limited to `clip`. With `foreground` and `background` the weights are those numbers.
 */
export interface WeightsTarget {
  readonly kind: "weights";
  /** Name of the array. Default: the target array's name and `_weights`. */
  readonly name?: string;
  /** Default [0.05, 0.95]. */
  readonly clip?: readonly [lo: number, hi: number];
  readonly foreground?: number;
  readonly background?: number;
  /** Factors by channel. Default: 1 each. */
  readonly channels?: Readonly<Record<string, number>>;
}

export type TargetTransform =
  | BinarizeTarget
  | RemapTarget
  | OneHotTarget
  | UnionTarget
  | BoundaryTarget
  | ErodeTarget
  | DilateTarget
  | AffinitiesTarget
  | SignedDistanceTarget
  | LsdTarget
  | WeightsTarget;

/** A list for all target arrays, or one for each of some. */
export type TargetTransforms =
  | readonly TargetTransform[]
  | Readonly<Record<string, readonly TargetTransform[]>>;

/** Makes target transforms; what they give is plain JSON. */
export const targets = {
  binarize: (options: Omit<BinarizeTarget, "kind"> = {}): BinarizeTarget => ({
    kind: "binarize",
    ...options,
  }),
  remap: (
    entries: RemapTarget["entries"],
    options: Omit<RemapTarget, "kind" | "entries"> = {},
  ): RemapTarget => ({ kind: "remap", entries, ...options }),
  oneHot: (ids: readonly number[]): OneHotTarget => ({ kind: "oneHot", ids }),
  union: (classes: UnionTarget["classes"]): UnionTarget => ({ kind: "union", classes }),
  boundary: (reach: NeighbourReach = {}): BoundaryTarget => ({ kind: "boundary", ...reach }),
  erode: (reach: NeighbourReach = {}): ErodeTarget => ({ kind: "erode", ...reach }),
  dilate: (reach: NeighbourReach = {}): DilateTarget => ({ kind: "dilate", ...reach }),
  affinities: (offsets: readonly Vec3[]): AffinitiesTarget => ({ kind: "affinities", offsets }),
  signedDistance: (options: Omit<SignedDistanceTarget, "kind">): SignedDistanceTarget => ({
    kind: "signedDistance",
    ...options,
  }),
  lsd: (options: Omit<LsdTarget, "kind">): LsdTarget => ({ kind: "lsd", ...options }),
  weights: (options: Omit<WeightsTarget, "kind"> = {}): WeightsTarget => ({ kind: "weights", ...options }),
} as const;
