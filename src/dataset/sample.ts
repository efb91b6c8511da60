/** One sample: what it reads and from where, and the arrays that are made of it. */
import type { DrawnSpatial } from "../augment/spatial-matrix.js";
import type { TargetTransform } from "../augment/targets.js";
import { planTargets } from "../augment/targets-plan.js";
import type { TargetChain } from "../augment/targets-stages.js";
import type { DrawnArrays } from "../augment/values-list.js";
import type { ImageRead } from "../engine/cpu-backend.js";
import type { VoxelfeedError } from "../errors.js";
import type { AxisName, Mat3, ResolvedArraySpec, Vec3 } from "../types.js";

/** Where a sample came from; enough to read it again (`dataset.render`). Plain data. */
export interface SampleOrigin {
  /** Index in the dataset that was iterated. */
  readonly index: number;
  /** Number of the crop in that dataset's `crops`. */
  readonly crop: number;
  /** URL of the raw image. */
  readonly raw: string;
  /** The crop's target as given, null without targets. */
  readonly target: string | null;
  /** World centre, nanometres, z, y, x. */
  readonly center: Vec3;
  /** Axis that a slice lies across; null for volumes. */
  readonly sliceAxis: AxisName | null;
  /** Pull matrix, output → world: how the sample was turned, after a slice was laid across its axis. */
  readonly matrix: Mat3;
  /** What was drawn for it; null when nothing was to be drawn. */
  readonly drawn: DrawnSpatial | null;
  /** What was drawn for the values of each input array; null when nothing was to be drawn. */
  readonly values: DrawnArrays | null;
  /** Pyramid level of each array's channels, null for an unknown class. */
  readonly levels: Readonly<Record<string, readonly (number | null)[]>>;
  /** Of samples drawn by a loader: what everything random about it follows from. */
  readonly draw?: SampleDraw;
  /** Of samples drawn by `samplers.grid`. */
  readonly tile?: TilePlace;
}

/** Which of a loader's samples it is. */
export interface SampleDraw {
  readonly seed: number;
  readonly epoch: number;
  /** Number of the sample in its epoch. */
  readonly position: number;
}

/** Place of an inference tile among those of its crop. */
export interface TilePlace {
  /** Number of the tile along each axis, z, y, x. */
  readonly at: Vec3;
  /** Tiles along each axis. */
  readonly counts: Vec3;
  /**
   * How far it reaches back over the tile before it along each axis, nanometres; 0 for the first. The last tile is
   * shifted to end at the border, and reaches back further than the others.
   */
  readonly overlapNm: Vec3;
}

/** A sample's reads: per array one per channel, then one per hidden class; null where a class is not annotated. */
export interface SamplePlan {
  readonly origin: SampleOrigin;
  readonly reads: Readonly<Record<string, readonly (ImageRead | null)[]>>;
  /**
   * After rendering: a `missing-chunk` error when a raw chunk under the crop is not stored and the dataset's
   * `onMissing` is `skip`; the arrays hold fill value there, and the sample is to be replaced. Else null.
   */
  missed(): VoxelfeedError | null;
}

/** An array of a dataset with the names of its channels. */
export interface DatasetArray {
  readonly spec: ResolvedArraySpec;
  readonly role: "input" | "target";
  readonly channels: readonly string[];
  /** Classes that are read only to infer where others are absent; their reads follow those of the channels. */
  readonly hidden: readonly string[];
  /** Per channel, the indices into channels and hidden classes whose presence makes it known to be absent. */
  readonly exclusive: readonly (readonly number[])[];
}

/** By name of a target array, what is made of it; arrays that are only read have none. */
export type TargetChains = Readonly<Record<string, TargetChain>>;

/** The chains of target arrays. @throws VoxelfeedError `invalid-option` where a transform does not fit its array */
export function targetChains(
  arrays: readonly DatasetArray[],
  transformsOf: (name: string) => { readonly transforms: readonly TargetTransform[]; readonly path: string },
): TargetChains {
  const planned = arrays.flatMap((array) => {
    if (array.role === "input") return [];
    const { transforms, path } = transformsOf(array.spec.name);
    const chain = planTargets(array, transforms, path);
    return chain === null ? [] : [[array.spec.name, chain] as const];
  });
  return Object.fromEntries(planned);
}

/** Arrays as they come out of the chains: those of the dataset, then what chains make beside them. */
export function outputArrays(arrays: readonly DatasetArray[], chains: TargetChains): DatasetArray[] {
  const made = arrays.map((array): DatasetArray => {
    const chain = chains[array.spec.name];
    if (chain === undefined) return array;
    return { ...array, channels: chain.channels, spec: { ...array.spec, dtype: chain.dtype } };
  });
  const extras = arrays.flatMap((array) =>
    (chains[array.spec.name]?.extras ?? []).map(({ name, channels }): DatasetArray => {
      return { ...array, channels, spec: { ...array.spec, name, dtype: "float32", mask: false } };
    }),
  );
  return [...made, ...extras];
}
