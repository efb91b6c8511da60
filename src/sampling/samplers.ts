/**
 * Which position comes when: plain-data descriptors. What they mean is in the file named beside each; all are pure
 * functions of (seed, epoch, number of the sample), whatever the batch size or the number of workers.
 */
import type { Vec3 } from "../types.js";

/** Every position once, in order. */
export interface SequentialSampler {
  readonly kind: "sequential";
}

/** What all samplers that can go on for ever have in common. */
export interface EndlessSampler {
  /** Samples per epoch. Default: the dataset's length. The loader's `iterationsPerEpoch` goes before it. */
  readonly samples?: number;
}

/** Positions with equal probability. */
export interface UniformSampler extends EndlessSampler {
  readonly kind: "uniform";
  /**
   * `true` (default): each sample is drawn alone. `false`: every position comes once before any comes twice, in
   * an order that takes no memory, and each further round has an order of its own.
   */
  readonly replacement?: boolean;
}

/**
 * Shuffled blocks: a run of samples stays in one block of the volume, so that they share chunks. Taken by default
 * where the volume is far larger than the cache. See `sampling/block-shuffle.ts` for what it guarantees.
 */
export interface BlockShuffleSampler extends EndlessSampler {
  readonly kind: "blockShuffle";
  /** Size of a block of centres, nanometres, z, y, x. Default: 256 positions along each axis. */
  readonly blockNm?: Vec3;
  /** Samples taken of a block before the next block. Default 32. */
  readonly samplesPerBlock?: number;
}

/**
 * Datasets, or samples, in proportion to weights ≥ 0; each sample is drawn alone. An epoch has as many samples as the
 * dataset, or what `iterationsPerEpoch` says.
 */
export type WeightedSampler = { readonly kind: "weighted" } & (
  | {
      /** One weight per member of the combination; positions in a member are equally likely. */
      readonly datasets: readonly number[];
    }
  | {
      /** One weight per index of the dataset. */
      readonly samples: readonly number[];
    }
);

/**
 * The members of a combination in exact proportions, each without repeats: of every consecutive `sum` samples of an
 * epoch (counted from its start), `proportions[i]` are of member i.
 */
export interface MixtureSampler extends EndlessSampler {
  readonly kind: "mixture";
  /** One per member. Whole numbers are taken as they are; others are rounded to thousandths of their sum. */
  readonly proportions: readonly number[];
}

/**
 * The class seen least so far comes next: a crop that holds it is drawn, and a position in it. See
 * `sampling/class-balanced.ts` for what it guarantees.
 */
export interface ClassBalancedSampler extends EndlessSampler {
  readonly kind: "classBalanced";
  /** Default: all classes that any crop holds. */
  readonly classes?: readonly string[];
}

/**
 * Every patch holds one of the classes: the class is drawn, then one of the positions at which at least `minFraction`
 * of the target patch (not turned) is of the class, all equally likely. See `sampling/foreground.ts`.
 */
export interface ForegroundSampler extends EndlessSampler {
  readonly kind: "foreground";
  /** Drawn with equal probability. */
  readonly classes: readonly string[];
  /** Above 0, at most 1: part of the patch's voxels. */
  readonly minFraction: number;
  /** Target array whose patch is meant. Default: the first. */
  readonly array?: string;
}

/** Tiles that cover everything, in order, for inference; the last tile of an axis is shifted to end at the border. */
export interface GridSampler {
  readonly kind: "grid";
  /**
   * Overlap of neighbouring tiles, in voxels of the largest requested voxel size, z, y, x or the same for all
   * axes. Default 0.
   */
  readonly overlap?: number | Vec3;
}

/** `samples` positions: without repeats while there are enough, else whole permutations first. */
export interface SubsetRandomSampler {
  readonly kind: "subsetRandom";
  readonly samples: number;
}

export type Sampler =
  | SequentialSampler
  | UniformSampler
  | BlockShuffleSampler
  | WeightedSampler
  | MixtureSampler
  | ClassBalancedSampler
  | ForegroundSampler
  | GridSampler
  | SubsetRandomSampler;

type Options<S> = S extends Sampler ? Omit<S, "kind"> : never;

/** Makes sampler descriptors; they are plain JSON. */
export const samplers = {
  sequential: (): SequentialSampler => ({ kind: "sequential" }),
  uniform: (options: Options<UniformSampler> = {}): UniformSampler => ({ kind: "uniform", ...options }),
  blockShuffle: (options: Options<BlockShuffleSampler> = {}): BlockShuffleSampler => ({
    kind: "blockShuffle",
    ...options,
  }),
  weighted: (options: Options<WeightedSampler>): WeightedSampler => ({ kind: "weighted", ...options }),
  mixture: (options: Options<MixtureSampler>): MixtureSampler => ({ kind: "mixture", ...options }),
  classBalanced: (options: Options<ClassBalancedSampler> = {}): ClassBalancedSampler => ({
    kind: "classBalanced",
    ...options,
  }),
  foreground: (options: Options<ForegroundSampler>): ForegroundSampler => ({
    kind: "foreground",
    ...options,
  }),
  grid: (options: Options<GridSampler> = {}): GridSampler => ({ kind: "grid", ...options }),
  subsetRandom: (options: Options<SubsetRandomSampler>): SubsetRandomSampler => ({
    kind: "subsetRandom",
    ...options,
  }),
} as const;
