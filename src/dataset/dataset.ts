/** What a dataset is: positions, and what a sample at one of them reads. */
import type { SamplePlace } from "../augment/spatial-draw.js";
import type { DrawnSpatial } from "../augment/spatial-matrix.js";
import type { DrawnArrays } from "../augment/values-list.js";
import type { StoredImage } from "../engine/arrays.js";
import type { Engine } from "../engine/engine.js";
import { VoxelfeedError } from "../errors.js";
import type { PositionGrid, Positions } from "../plan/positions.js";
import type { Tile } from "../plan/tiles.js";
import type { AxisName, Box, Mat3, ResolvedArraySpec, Vec3 } from "../types.js";
import type { ClassCounts, CountClassesOptions, CropCounts } from "./counts.js";
import type { GetOptions, Sample, SampleBatch } from "./get.js";
import type { MissingChunks } from "./missing.js";
import type { InferencePlan } from "./relations.js";
import type { DatasetArray, SampleOrigin, SamplePlan } from "./sample.js";

/**
 * How a sample is changed: a pull matrix and the drawn parameters it came from, which may also move and warp it, and what
 * was drawn for its values.
 */
export interface SampleTurn {
  readonly matrix: Mat3;
  /** Null for a matrix that was not drawn. */
  readonly drawn: DrawnSpatial | null;
  /** By input array. Default: values stay as they are. */
  readonly values?: DrawnArrays | null;
}

/** What loaders and combinations need of a dataset. */
export interface Dataset {
  /** Number of positions. */
  readonly length: number;
  /** Class names, in the order of the target channels. */
  readonly classes: readonly string[];
  readonly arrays: readonly DatasetArray[];
  /** The crops it reads from, in order: opened images, the box they share, positions. */
  readonly crops: readonly CropParts[];
  /** Intersection of the footprints of all images, nanometres; of a combination, of the first dataset. */
  readonly boundingBox: Box;
  /** Box of the legal patch centres, nanometres. */
  readonly samplingBox: Box;
  /** The grids that the indices run through, in order and without gaps; absent where there is no such order. */
  readonly grids?: readonly PositionGrid[];
  /** Of a combination: its members, in the order of their indices. */
  readonly datasets?: readonly Dataset[];
  /**
   * Indices of patches that cover everything the dataset can reach once: laid side by side by the smallest target
   * array (the smallest input without targets), with the last of each row shifted inward.
   */
  readonly validationIndices: readonly number[];
  /** The same with how far each tile overlaps those before it. */
  readonly validationTiles: readonly Tile[];
  /** Different raw chunks under the crops that reads found not to be stored. */
  readonly missingChunks: number;
  /** The engine that `get` and `classCounts` read through, made on first use. @throws VoxelfeedError `disposed` */
  readonly engine: Engine;
  /** Where the patch of a position lies before anything moves it. @throws VoxelfeedError `index-out-of-range` */
  place(index: number): SamplePlace;
  /** Plans the sample at a position; pure. @throws VoxelfeedError `index-out-of-range` */
  plan(index: number, turn?: SampleTurn): SamplePlan;
  /**
   * Reads one sample, not turned unless told how; its typed arrays belong to the caller.
   * @throws VoxelfeedError `index-out-of-range`, `missing-chunk`, and what reading throws
   */
  get(index: number, options?: GetOptions & { readonly turn?: SampleTurn }): Promise<Sample>;
  /** Reads several samples, not turned, as one batch of typed arrays. @throws as {@link Dataset.get} */
  getBatch(indices: readonly number[], options?: GetOptions): Promise<SampleBatch>;
  /**
   * Reads a sample of a batch again from its provenance: the same place, the same turn and the same changes of its raw
   * values, bit for bit on the same backend. Labels are as they were before target transforms.
   * @throws as {@link Dataset.get}
   */
  render(origin: SampleOrigin, options?: GetOptions): Promise<Sample>;
  /**
   * Voxels of each class, at its finest level, over its whole image: from the metadata where it tells them,
   * otherwise counted by the workers. Nothing is written to the source. Counted once per crop, then remembered.
   * @throws what reading throws; the signal's reason on abort
   */
  classCounts(options?: CountClassesOptions): Promise<ClassCounts>;
  /**
   * How much a present voxel of each class should weigh against an absent one: volume known to be absent divided
   * by volume present; 1 where either is zero.
   * Source: `class_weights` of cellmap-data, which is 0 for a class that is absent nowhere.
   */
  classWeights(options?: CountClassesOptions): Promise<Readonly<Record<string, number>>>;
  /** The same dataset with these target arrays, of dtype `uint8`, as `uint32`. */
  widenTargets(names: readonly string[]): Dataset;
  /** The same dataset with target arrays read larger by so many voxels on either side, about the same centres. */
  enlargeTargets(halos: Readonly<Record<string, Vec3>>): Dataset;
  /** Stops reads under way. Loaders made of the dataset are not affected. */
  dispose(): void;
}

/** The opened parts of one crop. */
export interface CropParts extends InferencePlan {
  /** The raw image, at its first channel. */
  readonly raw: StoredImage;
  /** All channels of the raw image that are read, and their names. */
  readonly rawChannels: readonly StoredImage[];
  readonly rawChannelNames: readonly string[];
  readonly rawUrl: string;
  readonly target: string | null;
  /** One image per class, null where there is no annotation. */
  readonly classImages: readonly (StoredImage | null)[];
  /** The same for the hidden classes. */
  readonly hiddenImages: readonly (StoredImage | null)[];
  readonly classes: readonly string[];
  readonly counts: CropCounts;
  readonly missing: MissingChunks;
  readonly inputs: readonly ResolvedArraySpec[];
  readonly targets: readonly ResolvedArraySpec[];
  /** Whether target arrays are read from the raw image. */
  readonly isRawOnly: boolean;
  /** Axis that slices lie across; null for volumes. */
  readonly sliceAxis: AxisName | null;
  readonly boundingBox: Box;
  readonly positions: Positions;
}

/** @throws VoxelfeedError `index-out-of-range` */
export function checkIndex(index: number, length: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < length) return;
  throw new VoxelfeedError(
    "index-out-of-range",
    `Index must be a whole number from 0 to ${length - 1}, got ${index}.`,
  );
}
