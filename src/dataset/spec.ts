/** What opening a dataset is told. */
import type { Engine } from "../engine/engine.js";
import { type EngineOptions, engineOptionNames } from "../engine/options.js";
import type { ArraySpec, AxisName } from "../types.js";
import type { ImageSource } from "../zarr/byte-store.js";
import type { IntegrityManifest } from "../zarr/integrity.js";
import type { ClassSpec } from "./class-images.js";
import type { DatasetProblem, MissingPolicy } from "./missing.js";

export interface DatasetSpec extends EngineOptions, ClassSpec {
  /** The raw image: a URL, one with options, several addresses of it, a zarrita store or a directory handle. */
  readonly raw: ImageSource;
  readonly inputArrays: Readonly<Record<string, ArraySpec>>;
  readonly targetArrays?: Readonly<Record<string, ArraySpec>>;
  /**
   * Axis that slices (arrays of two-element shapes) lie across. Default: each of the three in turn; the dataset is
   * then the combination of three, across z, y and x. Rows and columns run along the other two, in the order z, y, x.
   */
  readonly sliceAxis?: AxisName;
  /** A patch larger than the volume: one centred, padded position instead of an error. Default false. */
  readonly pad?: boolean;
  /** Index along each channel or time axis of the raw image: `{ c: 0 }`. */
  readonly select?: Readonly<Record<string, number>>;
  /** Digests of the raw image's chunks as stored: each chunk that is listed is verified when it is read. */
  readonly integrity?: IntegrityManifest;
  /** Channel or time axis of the raw image whose entries become the channels of the arrays read from it. */
  readonly channelAxis?: string;
  /**
   * What a raw chunk that is not stored means where it lies under the crop: fill value, as everywhere (`fill`, the
   * default); the same with a warning, once (`warn`); an error (`error`); or that loaders draw another sample
   * instead (`skip`).
   */
  readonly onMissing?: MissingPolicy;
  /** Told of the first missing chunk with `onMissing: "warn"`. Default: `console.warn`. */
  readonly onMissingChunk?: (problem: DatasetProblem) => void;
  /** Read through an engine that exists already. */
  readonly engine?: Engine;
}

export const datasetOptionNames = [
  ...engineOptionNames,
  "raw",
  "target",
  "targets",
  "classes",
  "classRelations",
  "inputArrays",
  "targetArrays",
  "sliceAxis",
  "pad",
  "missingClasses",
  "select",
  "channelAxis",
  "integrity",
  "http",
  "onMissing",
  "onMissingChunk",
  "engine",
  "signal",
] as const;
