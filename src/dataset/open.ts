/** Opens a crop: raw image and class images, the box they share, the positions in it. */
import type { StoredImage } from "../engine/arrays.js";
import type { Engine } from "../engine/engine.js";
import { type EngineOptions, engineOptionNames, engineOptionsOf } from "../engine/options.js";
import { VoxelfeedError } from "../errors.js";
import { intersect, isEmpty } from "../math/box.js";
import { checkKeys, flag, invalid, oneOf } from "../options.js";
import { legalCenters } from "../plan/positions.js";
import { inWorld, viewOf } from "../plan/view.js";
import type { ArraySpec, AxisName, Box, ResolvedArraySpec } from "../types.js";
import type { ImageSource } from "../zarr/byte-store.js";
import type { IntegrityManifest } from "../zarr/integrity.js";
import { isHttpSource, openSource, openStore } from "../zarr/store.js";
import { areSlices, resolveArrays } from "./arrays.js";
import { openRaw } from "./channels.js";
import { type ClassSpec, holdsIds, openClasses } from "./class-images.js";
import { combineDatasets } from "./combined.js";
import { CropCounts } from "./counts.js";
import { CropDataset } from "./crop.js";
import type { CropParts, Dataset } from "./dataset.js";
import { type DatasetProblem, MissingChunks, type MissingPolicy } from "./missing.js";
import { OwnEngine } from "./own-engine.js";

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

/**
 * Opens the raw image and the class images of one crop.
 *
 * A class that the target does not name is an error, or unknown (see `missingClasses`); one that it names but
 * that is not there is always an error.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option`, `class-not-found`, `patch-too-large`,
 * `no-overlap`, and what {@link openImage} throws
 */
export async function openDataset(spec: DatasetSpec): Promise<Dataset> {
  const { inputs, targets, sliceAxes, pad, onMissing } = resolveSpec(spec);
  const { select, channelAxis, integrity, signal, onMissingChunk = warn } = spec;
  const [{ images: rawChannels, names: rawChannelNames }, opened] = await Promise.all([
    openRaw(openSource(spec.raw, spec.http), { select, channelAxis, integrity, signal }),
    openClasses(spec, targets.length > 0 && spec.classes !== null),
  ]);
  const raw = rawChannels[0]!;
  // Hidden classes only add knowledge: they do not narrow the space that samples are drawn from.
  const boundingBox = sharedBox([raw, ...opened.classImages]);
  const rawUrl = raw.meta.url;
  const target = targetName(spec.target);
  const report = (error: VoxelfeedError): void => onMissingChunk({ raw: rawUrl, target, error });
  const parts: Omit<CropParts, "sliceAxis" | "positions"> = {
    ...opened,
    raw,
    rawChannels,
    rawChannelNames,
    rawUrl,
    target,
    inputs,
    targets: holdsIds(opened.classImages) ? targets.map((array) => toIds(array, spec)) : targets,
    isRawOnly: spec.classes === null,
    counts: new CropCounts(opened.classes, opened.classImages),
    missing: new MissingChunks(onMissing, boundingBox, report),
    boundingBox,
  };
  const engine = new OwnEngine(engineOptionsOf(spec), spec.engine);
  const crops = sliceAxes.map((sliceAxis) => {
    const view = viewOf(sliceAxis);
    const sizes = [...inputs, ...targets].map(({ name, shape, scale }) => ({
      name,
      shape: inWorld(view, shape),
      scale: inWorld(view, scale),
    }));
    return new CropDataset({ ...parts, sliceAxis, positions: legalCenters(boundingBox, sizes, pad) }, engine);
  });
  return crops.length === 1 ? crops[0]! : combineDatasets(crops);
}

/** Everything that can be checked before anything is read. */
function resolveSpec(spec: DatasetSpec) {
  checkKeys(spec, datasetOptionNames, "the openDataset options");
  const { inputArrays, targetArrays = {}, sliceAxis } = spec;
  const inputs = resolveArrays(inputArrays, "input", "inputArrays");
  const targets = resolveArrays(targetArrays, spec.classes === null ? "rawTarget" : "labels", "targetArrays");
  checkNames([...inputs, ...targets].map(({ name }) => name));
  const slices = areSlices(inputArrays, targetArrays);
  if (sliceAxis !== undefined) {
    if (!slices)
      throw invalid("sliceAxis", "left out where arrays are not slices (two-element shapes)", sliceAxis);
    oneOf(sliceAxis, "sliceAxis", axes, "z");
  }
  oneOf(spec.missingClasses, "missingClasses", ["error", "unknown"], "error");
  if (spec.onMissingChunk !== undefined && typeof spec.onMissingChunk !== "function") {
    throw invalid("onMissingChunk", "a function", spec.onMissingChunk);
  }
  const sliceAxes: readonly (AxisName | null)[] = !slices
    ? [null]
    : sliceAxis === undefined
      ? axes
      : [sliceAxis];
  return {
    inputs,
    targets,
    sliceAxes,
    pad: flag(spec.pad, "pad", false),
    onMissing: oneOf(spec.onMissing, "onMissing", ["fill", "warn", "error", "skip"], "fill"),
  };
}

const axes: readonly AxisName[] = ["z", "y", "x"];

function warn({ error }: DatasetProblem): void {
  console.warn(error.message);
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw invalid("inputArrays", "at least one array", {});
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`targetArrays.${twice}`, "a name that no input array has", twice);
}

/** Ids do not fit 8 bits: an array whose dtype was left to us is wider then. */
function toIds(array: ResolvedArraySpec, { targetArrays }: DatasetSpec): ResolvedArraySpec {
  return targetArrays![array.name]!.dtype === undefined ? { ...array, dtype: "uint32" } : array;
}

function targetName(target: ImageSource | undefined): string | null {
  if (target === undefined) return null;
  if (typeof target === "string" || target instanceof URL) return String(target);
  return isHttpSource(target) && target.url !== undefined ? String(target.url) : openStore(target).url;
}

/** The intersection of the images' boxes. @throws VoxelfeedError `no-overlap` */
function sharedBox(images: readonly (StoredImage | null)[]): Box {
  const metas = images.flatMap((image) => image?.meta ?? []);
  const box = metas.map(({ boundingBox }) => boundingBox).reduce(intersect);
  if (!isEmpty(box)) return box;
  const spans = metas.map(
    ({ url, boundingBox: { min, max } }) => `${url} spans [${min.join(", ")}] to [${max.join(", ")}]`,
  );
  throw new VoxelfeedError(
    "no-overlap",
    `The raw image and the targets share no space: ${spans.join("; ")} ` +
      "(nanometres, z, y, x). Check the translations and units in their metadata.",
    { url: metas[0]!.url },
  );
}
