/** What the runner tells a page to do, and what the page posts back. All plain data. */
import type {
  Budget,
  Mat3,
  presets,
  Sampler,
  SpatialTransforms,
  ValueTransform,
  Vec3,
} from "../../src/index.js";

/** One way of reading patches; see `contenders/`. */
export type ContenderName =
  | "voxelfeed-cpu"
  | "voxelfeed-webgpu"
  | "zarrita-main"
  | "zarrita-workers"
  | "fizarrita"
  | "bare-fetches"
  | "three-passes"
  | "three-passes-webgpu";

/** What a case of a suite sets; the same for all its contenders. */
export interface Settings {
  /** Name of the volume, as `bench/server/volume.mjs` knows it. */
  readonly volume: string;
  /** Voxels, z, y, x. */
  readonly patch: Vec3;
  /** Patches per pass, and how many are asked for at once. */
  readonly patches: number;
  readonly batchSize: number;
  /** Batches that voxelfeed prepares ahead. */
  readonly prefetch: number;
  readonly sampler: Sampler;
  readonly seed: number;
  /** Label classes read beside the raw volume; 0 for none. */
  readonly classes?: number;
  readonly spatialTransforms?: SpatialTransforms;
  readonly rawValueTransforms?: readonly ValueTransform[];
  /** Instead of the transforms. */
  readonly preset?: keyof typeof presets;
  /** Crops of one patch each instead of one volume. */
  readonly datasets?: number;
  readonly budget?: Budget;
  /** Make voxelfeed's engine and start its workers before anything is opened. */
  readonly engineFirst?: boolean;
  /** Passes over the same patches before the timed one. */
  readonly warmUps?: number;
}

/** A patch as one contender read it, so that others read the same. */
export interface PlacedPatch {
  /** World centre, nanometres. */
  readonly center: Vec3;
  readonly matrix: Mat3;
}

export interface Job {
  readonly id: number;
  readonly measure:
    | "throughput"
    | "sample-time"
    | "verify"
    | "fill"
    | "startup"
    | "plans"
    | "tiers"
    | "soak"
    | "interactive"
    | "monitor-cost";
  /** A {@link ContenderName}, or what the measure makes of it. */
  readonly contender: string;
  /** Where the volumes are, without a slash at the end. */
  readonly url: string;
  /** Whether the caches of an earlier visit are to be kept. */
  readonly keepCaches: boolean;
  readonly settings: Settings;
  /** Where the patches are; the first contender finds out, the others are told. */
  readonly placed?: readonly PlacedPatch[];
}

/** Gaps in which the page could not have reacted, milliseconds. */
export interface LagFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Measurement {
  /** In the unit of the measure. */
  readonly value: number;
  /** While it was measured. */
  readonly lag?: LagFigures;
  /** On the same page, opened and idle, just before. */
  readonly idleLag?: LagFigures;
  readonly details?: Readonly<Record<string, unknown>>;
}
