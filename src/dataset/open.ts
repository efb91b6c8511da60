/** Opens a crop: raw image and class images, the box they share, the positions in it. */
import type { StoredImage } from "../engine/arrays.js";
import type { Engine } from "../engine/engine.js";
import { type EngineOptions, engineOptionNames, engineOptionsOf } from "../engine/options.js";
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { intersect, isEmpty } from "../math/box.js";
import { checkKeys, flag, invalid, oneOf } from "../options.js";
import { legalCenters } from "../plan/positions.js";
import type { ArraySpec } from "../types.js";
import type { ImageSource } from "../zarr/byte-store.js";
import { openMultiscale } from "../zarr/open.js";
import { openStore } from "../zarr/store.js";
import { joinUrl } from "../zarr/url.js";
import { resolveArrays } from "./arrays.js";
import { classNotFound, parseTarget } from "./classes.js";
import { CropDataset, type Dataset } from "./dataset.js";

export interface DatasetSpec extends EngineOptions {
  /** The raw image: a URL, a zarrita store or a directory handle. */
  readonly raw: ImageSource;
  /** URL of the crop's group, naming its classes: `".../crop1/[membrane,neurite]"`; or without brackets. */
  readonly target?: string;
  /** Instead of `target`: each class's image. */
  readonly targets?: Readonly<Record<string, ImageSource>>;
  /** Classes to read, in the order of the target channels. Default: those that `target` or `targets` name. */
  readonly classes?: readonly string[];
  readonly inputArrays: Readonly<Record<string, ArraySpec>>;
  readonly targetArrays?: Readonly<Record<string, ArraySpec>>;
  /** A patch larger than the volume: one centred, padded position instead of an error. Default false. */
  readonly pad?: boolean;
  /** A class without annotation: an error (default), or unknown, that is value 0 and mask 0 everywhere. */
  readonly missingClasses?: "error" | "unknown";
  /** Index along each channel or time axis of the raw image: `{ c: 0 }`. */
  readonly select?: Readonly<Record<string, number>>;
  /** Read through an engine that exists already. */
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
}

export const datasetOptionNames = [
  ...engineOptionNames,
  "raw",
  "target",
  "targets",
  "classes",
  "inputArrays",
  "targetArrays",
  "pad",
  "missingClasses",
  "select",
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
  checkKeys(spec, datasetOptionNames, "the openDataset options");
  const inputs = resolveArrays(spec.inputArrays, "input", "inputArrays");
  const targets = resolveArrays(spec.targetArrays ?? {}, "target", "targetArrays");
  checkNames([...inputs, ...targets].map(({ name }) => name));
  const pad = flag(spec.pad, "pad", false);
  const unknownAllowed =
    oneOf(spec.missingClasses, "missingClasses", ["error", "unknown"], "error") === "unknown";
  const { classes, sources } = classSources(spec, unknownAllowed);
  if (targets.length > 0 && classes.length === 0) {
    throw invalid("classes", "at least one class, since targetArrays asks for targets", spec.classes ?? []);
  }

  const { signal } = spec;
  const [raw, ...classImages] = await Promise.all([
    openStored(spec.raw, { select: spec.select, signal }),
    ...sources.map((source) => (source === null ? null : openClass(source, signal))),
  ]);
  const images = [raw!, ...classImages.filter((image) => image !== null)];
  const boundingBox = images.map(({ meta }) => meta.boundingBox).reduce(intersect);
  if (isEmpty(boundingBox)) {
    throw new VoxelfeedError(
      "no-overlap",
      `The raw image and the targets share no space: ${images.map(({ meta }) => describeBox(meta)).join("; ")} ` +
        "(nanometres, z, y, x). Check the translations and units in their metadata.",
      { url: raw!.meta.url },
    );
  }
  const positions = legalCenters(boundingBox, [...inputs, ...targets], pad);
  return new CropDataset(
    {
      raw: raw!,
      rawUrl: raw!.meta.url,
      target: spec.target ?? null,
      classImages,
      classes,
      inputs,
      targets,
      boundingBox,
      positions,
    },
    engineOptionsOf(spec),
    spec.engine,
  );
}

function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw invalid("inputArrays", "at least one array", {});
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`targetArrays.${twice}`, "a name that no input array has", twice);
}

interface ClassSource {
  readonly name: string;
  /** Whether an image that is not there makes the class unknown instead of being an error. */
  readonly optional: boolean;
  readonly source: ImageSource;
}

/** Classes in the order wanted, each with its source or null for unknown. */
function classSources(spec: DatasetSpec, unknownAllowed: boolean) {
  if (spec.target !== undefined && spec.targets !== undefined) {
    throw invalid("targets", "left out when target is given", Object.keys(spec.targets));
  }
  const template = spec.target === undefined ? null : parseTarget(spec.target);
  const known = template === null ? Object.keys(spec.targets ?? {}) : template.classes;
  const classes = spec.classes ?? known ?? [];
  if (!Array.isArray(classes) || new Set(classes).size !== classes.length) {
    throw invalid("classes", "a list of different names", classes);
  }
  const missing = known === null ? [] : classes.filter((name) => !known.includes(name));
  if (missing.length > 0 && !unknownAllowed) {
    throw classNotFound(missing, known!, template?.root ?? spec.target ?? "targets");
  }
  const sources = classes.map((name): ClassSource | null => {
    if (missing.includes(name)) return null;
    const source = template === null ? spec.targets![name]! : joinUrl(template.root, name);
    return { name, source, optional: known === null && unknownAllowed };
  });
  return { classes, sources };
}

async function openStored(
  source: ImageSource,
  options: { readonly select?: Readonly<Record<string, number>>; readonly signal?: AbortSignal },
): Promise<StoredImage> {
  const store = openStore(source);
  return { store, meta: await openMultiscale(store, options) };
}

async function openClass({ name, source, optional }: ClassSource, signal?: AbortSignal) {
  try {
    return await openStored(source, { signal });
  } catch (error) {
    if (!isVoxelfeedError(error, "not-found", "not-zarr")) throw error;
    if (optional) return null;
    throw new VoxelfeedError(
      "class-not-found",
      `The target names class "${name}", but there is no image of it.`,
      {
        url: error.url,
        cause: error,
      },
    );
  }
}

function describeBox({ url, boundingBox: { min, max } }: StoredImage["meta"]): string {
  return `${url} spans [${min.join(", ")}] to [${max.join(", ")}]`;
}
