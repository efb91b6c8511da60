/** Opens a crop: raw image and class images, the box they share, the positions in it. */
import type { StoredImage } from "../engine/arrays.js";
import { engineOptionsOf } from "../engine/options.js";
import { prepareToRead } from "../engine/start-early.js";
import { VoxelfeedError } from "../errors.js";
import { intersect, isEmpty } from "../math/box.js";
import { checkKeys, flag, invalid, oneOf } from "../options.js";
import { legalCenters } from "../plan/positions.js";
import { inWorld, viewOf } from "../plan/view.js";
import type { AxisName, Box, ResolvedArraySpec } from "../types.js";
import type { ImageSource } from "../zarr/byte-store.js";
import { isHttpSource, openSource, openStore } from "../zarr/store.js";
import { areSlices, resolveArrays } from "./arrays.js";
import { openRaw } from "./channels.js";
import { holdsIds, openClasses } from "./class-images.js";
import { combineDatasets } from "./combined.js";
import { CropCounts } from "./counts.js";
import { CropDataset } from "./crop.js";
import type { CropParts, Dataset } from "./dataset.js";
import { type DatasetProblem, MissingChunks } from "./missing.js";
import { OwnEngine } from "./own-engine.js";
import { type DatasetSpec, datasetOptionNames } from "./spec.js";

/** See {@link openDataset}. */
export async function openCrop(spec: DatasetSpec): Promise<Dataset> {
  const { inputs, targets, sliceAxes, pad, onMissing } = resolveSpec(spec);
  const { select, channelAxis, integrity, signal, onMissingChunk = warn } = spec;
  if (spec.engine === undefined) prepareToRead(engineOptionsOf(spec));
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
