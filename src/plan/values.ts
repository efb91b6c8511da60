/**
 * What happens to the values of a read between the gather and the output, as plain data that both backends run.
 *
 * **Point operations** look at one voxel and its place. Those at the head of the work are applied while gathering,
 * those at its end while storing, so that work without stages is one pass. **Stages** look at neighbours or at the
 * whole patch. A read with stages is gathered into a float32 stage that is larger than the patch by the reach of all
 * filters (`halo`); each filter shrinks it, so that the last stage is exactly the patch and no voxel was computed
 * from a missing neighbour. Halo voxels outside the volume are reflected at its faces (`ReadPlan.reflect`).
 */
import { map3 } from "../math/vec.js";
import type { Vec3 } from "../types.js";
import type { FilterKernel } from "./filters.js";

/**
 * The operations on one voxel value v at patch voxel k, and their parameters `p`. Twins: `shaders/values.wgsl` (the
 * codes are the order here), `src/cpu/values/points.ts`.
 *
 * | name | p | value |
 * |---|---|---|
 * | `range` | lo, hi | (v - lo) / (hi - lo); 0 where hi = lo |
 * | `affine` | a, b | a v + b |
 * | `contrast` | about, c | about + c (v - about) |
 * | `gamma` | lo, hi, g | lo + (hi - lo) max(0, (v - lo) / (hi - lo))^g; v where hi = lo |
 * | `clip` | lo, hi | min(max(v, lo), hi) |
 * | `replace` | nan, +inf, -inf | what stands for values that are not finite |
 * | `quantize` | n | v limited to [0, 1], to the nearest of n levels |
 * | `threshold` | t | 1 where v > t, else 0 |
 * | `noise` | mean, σ, slot | v + mean + σ · normal |
 * | `speckle` | σ, slot | v (1 + σ · normal) |
 * | `poisson` | rate, slot | Poisson(rate · max(v, 0)) / rate |
 * | `box` | first z, y, x, end z, y, x, a, b | a v + b where first ≤ k < end; b alone when a = 0 |
 * | `spot` | first, end, centre, radius (z, y, x each), fill, opacity | towards fill by opacity · exp(-d²/2), d in radii, where first ≤ k < end |
 * | `bias` | 20 coefficients | v exp(Σ c Pi(z) Pj(y) Pk(x)), Legendre polynomials over the patch, i + j + k ≤ 3 |
 */
export const pointOps = [
  "range",
  "affine",
  "contrast",
  "gamma",
  "clip",
  "replace",
  "quantize",
  "threshold",
  "noise",
  "speckle",
  "poisson",
  "box",
  "spot",
  "bias",
] as const;

export type PointOpName = (typeof pointOps)[number];

export interface PointOp {
  readonly name: PointOpName;
  readonly p: readonly number[];
  /** Number of the {@link StatisticsStage} whose values replace the first parameters. */
  readonly statistic?: number;
}

/** Point operations that are neither first nor last. */
export interface PointStage {
  readonly kind: "points";
  readonly ops: readonly PointOp[];
}

/** A separable filter: `gain · filtered + keep · unfiltered`. */
export interface FilterStage {
  readonly kind: "filter";
  /** One to three axes, each at most once. */
  readonly axes: readonly AxisFilter[];
  readonly gain: number;
  readonly keep: number;
}

export interface AxisFilter {
  readonly axis: 0 | 1 | 2;
  readonly kernel: FilterKernel;
  /** Voxels that the kernel reaches on either side. */
  readonly radius: number;
}

/**
 * Figures of the patch itself, without its halo: its mean, or two of its order statistics (percentile q is the value of
 * rank `floor(q / 100 · (n - 1) + 0.5)`, so 0 and 100 are the extremes). Voxels outside the volume count as reflected.
 */
export interface StatisticsStage {
  readonly kind: "statistics";
  readonly percentiles: readonly [lo: number, hi: number] | null;
}

export type Stage = PointStage | FilterStage | StatisticsStage;

/** Whose noise it is; see {@link noiseWords}. */
export interface NoiseKey {
  readonly seed: number;
  readonly epoch: number;
  /** Position in the epoch. */
  readonly sample: number;
  /** Number of the array among the dataset's arrays. */
  readonly array: number;
  readonly channel: number;
}

export interface ValueWork {
  readonly noise: NoiseKey;
  /** Applied while gathering, in the patch and its halo. */
  readonly gather: readonly PointOp[];
  readonly stages: readonly Stage[];
  /** Applied while storing; empty without stages. */
  readonly finish: readonly PointOp[];
  /** Voxels beyond the patch on either side that the filters reach, z, y, x. */
  readonly halo: Vec3;
}

/** Splits a sequence of operations: what precedes the first stage is gathered, what follows the last is stored. */
export function valueWork(steps: readonly (PointOp | Stage)[], noise: NoiseKey): ValueWork {
  const stages: Stage[] = [];
  let points: PointOp[] = [];
  let gather: readonly PointOp[] | null = null;
  for (const step of steps) {
    if (!("kind" in step)) {
      points.push(step);
      continue;
    }
    points = foldAffine(points);
    if (gather === null) gather = points;
    else if (points.length > 0) stages.push({ kind: "points", ops: points });
    points = [];
    stages.push(step);
  }
  points = foldAffine(points);
  const halo = map3((axis) => stages.reduce((sum, stage) => sum + reachOf(stage, axis), 0));
  return gather === null
    ? { noise, gather: points, stages, finish: [], halo }
    : { noise, gather, stages, finish: points, halo };
}

/** Makes one operation of those in a row that are `a v + b`: normalisation, contrast and brightness cost one together. */
function foldAffine(ops: readonly PointOp[]): PointOp[] {
  const folded: PointOp[] = [];
  for (const op of ops) {
    const before = folded.at(-1);
    const first = before && affineOf(before);
    const second = affineOf(op);
    if (!first || !second) folded.push(op);
    else
      folded[folded.length - 1] = {
        name: "affine",
        p: [second[0] * first[0], second[0] * first[1] + second[1]],
      };
  }
  return folded;
}

/** The factors of an operation that is `a v + b`, else null. */
function affineOf({ name, p, statistic }: PointOp): readonly [a: number, b: number] | null {
  if (statistic !== undefined) return null;
  const [first, second] = [p[0]!, p[1]!];
  if (name === "affine") return [first, second];
  if (name === "contrast") return [second, first - second * first];
  if (name === "range" && first !== second) return [1 / (second - first), -first / (second - first)];
  return null;
}

/** Voxels by which a stage shrinks an axis on either side. */
export function reachOf(stage: Stage, axis: 0 | 1 | 2): number {
  if (stage.kind !== "filter") return 0;
  return stage.axes.reduce((sum, filter) => sum + (filter.axis === axis ? filter.radius : 0), 0);
}

/** The rank, counted from 0, of a percentile among `count` values. */
export function percentileRank(percentile: number, count: number): number {
  return Math.floor((percentile / 100) * (count - 1) + 0.5);
}

/** Operations of one array's list, and arrays, that have noise of their own. */
export const maxNoiseSlots = 32;

/**
 * The Philox key and counter words of a read's noise. Element e of the patch (C order, after those of the channels before)
 * takes word `e mod 4` of block `e div 4`; elements of the halo are counted over the gathered voxels, with bit 21 of the
 * third word set. A slot, the
 * operation's place in its list, is added to the third word at bit 22.
 */
export function noiseWords({ seed, epoch, sample, array }: NoiseKey, stream: number) {
  return {
    key: [seed >>> 0, Math.floor(seed / 2 ** 32)] as const,
    sampleLow: sample >>> 0,
    sampleHigh: (Math.floor(sample / 2 ** 32) | ((array * maxNoiseSlots) << 22)) >>> 0,
    epochStream: ((epoch << 8) | stream) >>> 0,
  };
}
