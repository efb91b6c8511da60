/** Opens the images of a crop's classes, and of the classes that tell where those are absent. */
import type { StoredImage } from "../engine/arrays.js";
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { invalid } from "../options.js";
import type { HttpOptions } from "../zarr/access.js";
import { mergeAnnotations, readArrayAnnotation } from "../zarr/annotation.js";
import type { ByteStore, ImageSource } from "../zarr/byte-store.js";
import { openMultiscale } from "../zarr/open.js";
import { isHttpSource, openSource } from "../zarr/store.js";
import { classNotFound } from "./class-not-found.js";
import type { CropParts } from "./dataset.js";
import { discoverClasses, findClasses } from "./discover.js";
import { withDocumentsAhead } from "./documents-ahead.js";
import { type ClassRelations, checkRelations, planInference } from "./relations.js";
import { parseTarget } from "./target.js";

export type OpenedClasses = Pick<
  CropParts,
  "classes" | "classImages" | "hidden" | "hiddenImages" | "exclusive"
>;

/** Which classes a dataset has. */
export interface ClassSpec {
  /**
   * The crop's group. A URL may name its classes, `".../crop1/[membrane,neurite]"`; a group without brackets is
   * asked for them, unless `classes` names them.
   */
  readonly target?: ImageSource;
  /** Instead of `target`: each class's image. */
  readonly targets?: Readonly<Record<string, ImageSource>>;
  /**
   * Classes to read, in the order of the target channels. Default: those that `target` or `targets` name, or those
   * that are found in the group. `null`: there are no classes, and target arrays are read from the raw image.
   */
  readonly classes?: readonly string[] | null;
  /** Classes that exclude each other: where one is present, those it excludes are absent rather than unknown. */
  readonly classRelations?: ClassRelations;
  /** A class without annotation: an error (default), or unknown, that is value 0 and mask 0 everywhere. */
  readonly missingClasses?: "error" | "unknown";
  /** How raw image and targets are asked for over HTTP, as far as a source does not say itself. */
  readonly http?: HttpOptions;
  readonly signal?: AbortSignal;
}

/** Where a crop's classes are. */
interface ClassGroup {
  /** Classes that it names; null: unknown. */
  readonly names: readonly string[] | null;
  /** For messages. */
  readonly place: string;
  /** Root of a group that can be asked for its classes. */
  readonly store: ByteStore | null;
  storeOf(name: string): ByteStore;
}

/**
 * The classes in the order wanted, each with its image, or null where it is not annotated.
 *
 * @param needed whether there must be a class, since target arrays are made of them
 * @throws VoxelfeedError `invalid-option`, `class-not-found`, and what opening an image throws
 */
export async function openClasses(spec: ClassSpec, needed: boolean): Promise<OpenedClasses> {
  const { classes: wanted, classRelations = {}, missingClasses, signal } = spec;
  if (wanted === null) return { classes: [], classImages: [], hidden: [], hiddenImages: [], exclusive: [] };
  if (wanted !== undefined && (!Array.isArray(wanted) || new Set(wanted).size !== wanted.length)) {
    throw invalid("classes", "a list of different names, or null", wanted);
  }
  checkRelations(classRelations, "classRelations");
  const group = classGroup(spec);
  const names = await namesOf(group, wanted, Object.keys(classRelations).length > 0, signal);
  const classes = wanted ?? names ?? [];
  if (needed && classes.length === 0) {
    throw invalid("classes", "at least one class, since targetArrays asks for targets", classes);
  }
  const unknownAllowed = missingClasses === "unknown";
  const missing = names === null ? [] : classes.filter((name) => !names.includes(name));
  if (missing.length > 0 && !unknownAllowed) throw classNotFound(missing, names!, group.place);
  const optional = unknownAllowed && group.names === null;
  const classImages = await Promise.all(
    classes.map((name) =>
      missing.includes(name) ? null : openClass(name, group.storeOf(name), optional, signal),
    ),
  );
  const { hidden, exclusive } = planInference(classes, classRelations);
  const asked = new Set(exclusive.flatMap((others, i) => (isCertain(classImages[i]!) ? [] : others)));
  const hiddenImages = await Promise.all(
    hidden.map((name, i) => {
      const isOfUse = asked.has(classes.length + i) && names?.includes(name) === true;
      return isOfUse ? openClass(name, group.storeOf(name), true, signal) : null;
    }),
  );
  return { classes, classImages, hidden, hiddenImages, exclusive };
}

/**
 * Whether the values are ids, which need more than 8 bits: declared as instances, or, without annotation metadata,
 * stored in integers of more than 8 bits.
 */
export function holdsIds(images: readonly (StoredImage | null)[]): boolean {
  return images.some((image) => {
    if (image === null) return false;
    const { dtype, annotation } = image.meta;
    return annotation.type === "instance" || (annotation.type === null && /^u?int(16|32|64)$/.test(dtype));
  });
}

function classGroup({ target, targets, http }: ClassSpec): ClassGroup {
  if (target !== undefined && targets !== undefined) {
    throw invalid("targets", "left out when target is given", Object.keys(targets));
  }
  if (target === undefined) {
    const storeOf = (name: string) => openSource(targets![name]!, http);
    return { names: Object.keys(targets ?? {}), place: "targets", store: null, storeOf };
  }
  const { root, names } = targetGroup(target);
  const store = openSource(root, http);
  return { names, place: store.url, store, storeOf: (name) => store.child(name) };
}

/** The group's own address, and the classes in brackets behind it. */
function targetGroup(target: ImageSource): {
  readonly root: ImageSource;
  readonly names: readonly string[] | null;
} {
  if (typeof target === "string" || target instanceof URL) {
    const { root, classes } = parseTarget(readableUrl(target));
    return { root, names: classes };
  }
  if (!isHttpSource(target) || target.url === undefined) return { root: target, names: null };
  const { root, names } = targetGroup(target.url);
  return { root: { ...target, url: root as string }, names };
}

/** A URL object writes brackets as they are in a path; a string may have them encoded. */
function readableUrl(target: string | URL): string {
  return String(target).replaceAll("%5B", "[").replaceAll("%5D", "]");
}

async function namesOf(
  group: ClassGroup,
  wanted: readonly string[] | undefined,
  infers: boolean,
  signal?: AbortSignal,
): Promise<readonly string[] | null> {
  if (group.names !== null) return group.names;
  if (wanted === undefined) return await discoverClasses(group.store!, signal);
  // Relations may bring in dozens of classes: the group is asked once, rather than for each of them.
  return infers ? await findClasses(group.store!, signal) : null;
}

/** Whether every voxel of the class's image is known to be present or absent. */
function isCertain(image: StoredImage | null): boolean {
  return image !== null && image.meta.annotation.unknown === null;
}

async function openClass(
  name: string,
  store: ByteStore,
  optional: boolean,
  signal?: AbortSignal,
): Promise<StoredImage | null> {
  try {
    const meta = await withDocumentsAhead(store, async (ahead) => {
      const opened = await openMultiscale(ahead, { signal });
      const { type, absent, unknown } = opened.annotation;
      if (type !== null || absent !== null || unknown !== null) return opened;
      const ofArray = await readArrayAnnotation(ahead, opened.levels[0]!.array, signal);
      return { ...opened, annotation: mergeAnnotations(opened.annotation, ofArray) };
    });
    return { store, meta };
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
