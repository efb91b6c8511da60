/** How much of each class there is: from metadata, or counted by the workers. */
import type { StoredImage } from "../engine/arrays.js";
import type { Engine } from "../engine/engine.js";
import { elementCount } from "../math/vec.js";
import { readArrayAnnotation } from "../zarr/annotation.js";
import type { Level } from "../zarr/metadata.js";
import type { GetOptions } from "./get.js";

/** A number of voxels, and the volume they fill. */
export interface VoxelCount {
  readonly voxels: number;
  /** Cubic nanometres. */
  readonly nm3: number;
}

export interface ClassCount {
  readonly foreground: VoxelCount;
  /** Known to be absent. */
  readonly absent: VoxelCount;
  /** Not annotated, by the unknown code of the annotation. Zero for a class without an image. */
  readonly unknown: VoxelCount;
  /** Where the figures come from; `none`: no crop has an image of the class. */
  readonly from: "metadata" | "voxels" | "both" | "none";
}

export interface CountClassesOptions extends GetOptions {
  /** Count the voxels even where the metadata tells. Default false. */
  readonly recount?: boolean;
  /** Told how far the counting has come, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

const nothing: VoxelCount = { voxels: 0, nm3: 0 };

const noCount: ClassCount = { foreground: nothing, absent: nothing, unknown: nothing, from: "none" };

export type ClassCounts = Readonly<Record<string, ClassCount>>;

/** The counts of one crop; counted once, then remembered. */
export class CropCounts {
  #counts: ClassCounts | undefined;

  /** @param images per class its image, null where it has none */
  constructor(
    readonly classes: readonly string[],
    readonly images: readonly (StoredImage | null)[],
  ) {}

  /** @param engine asked only when voxels must be counted */
  async get(engine: () => Engine, options: CountClassesOptions): Promise<ClassCounts> {
    if (this.#counts === undefined || options.recount === true)
      this.#counts = await this.#count(engine, options);
    return this.#counts;
  }

  async #count(engine: () => Engine, options: CountClassesOptions): Promise<ClassCounts> {
    const { recount = false, onProgress, signal } = options;
    const counts: Record<string, ClassCount> = {};
    for (const [i, name] of this.classes.entries()) {
      const image = this.images[i]!;
      const progress = (done: number): void => onProgress?.((i + done) / this.classes.length);
      const told = image === null || recount ? null : await countsOfMetadata(image, signal);
      if (image === null) counts[name] = noCount;
      else counts[name] = told ?? (await countVoxels(image, engine(), signal, progress));
      progress(1);
    }
    return counts;
  }
}

/** The sum over crops; crops that share their counts, as slices of one crop do, are counted once. */
export async function sumCounts(
  crops: readonly { readonly counts: CropCounts }[],
  engine: () => Engine,
  options: CountClassesOptions,
): Promise<ClassCounts> {
  const different = [...new Set(crops.map(({ counts }) => counts))];
  const sums: Record<string, ClassCount> = {};
  for (const [i, counts] of different.entries()) {
    const onProgress = (done: number): void => options.onProgress?.((i + done) / different.length);
    for (const [name, count] of Object.entries(await counts.get(engine, { ...options, onProgress }))) {
      sums[name] = addCounts(sums[name] ?? noCount, count);
    }
  }
  return sums;
}

function addCounts(a: ClassCount, b: ClassCount): ClassCount {
  const add = (x: VoxelCount, y: VoxelCount) => ({ voxels: x.voxels + y.voxels, nm3: x.nm3 + y.nm3 });
  return {
    foreground: add(a.foreground, b.foreground),
    absent: add(a.absent, b.absent),
    unknown: add(a.unknown, b.unknown),
    from: a.from === b.from || b.from === "none" ? a.from : a.from === "none" ? b.from : "both",
  };
}

/** See {@link Dataset.classWeights}. */
export function weightsOf(counts: ClassCounts): Readonly<Record<string, number>> {
  const weightOf = ({ foreground, absent }: ClassCount): number =>
    foreground.nm3 === 0 || absent.nm3 === 0 ? 1 : absent.nm3 / foreground.nm3;
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, weightOf(count)]));
}

/** What the annotation of the group, or else of the finest array, says; null when it says nothing usable. */
async function countsOfMetadata(
  { store, meta }: StoredImage,
  signal?: AbortSignal,
): Promise<ClassCount | null> {
  const finest = meta.levels[0]!;
  const told =
    meta.annotation.complementCounts ??
    (await readArrayAnnotation(store, finest.array, signal)).complementCounts;
  if (told === null) return null;
  const present = elementCount(finest.shape) - told.absent - told.unknown;
  const isPossible = present >= 0 && told.absent >= 0 && told.unknown >= 0;
  return isPossible ? classCount(finest, present, told.unknown, "metadata") : null;
}

async function countVoxels(
  image: StoredImage,
  engine: Engine,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<ClassCount> {
  let present = 0;
  let unknown = 0;
  const { labels } = await engine.works();
  await labels.count(image, {
    codes: image.meta.annotation,
    signal,
    onBrick: (counts, done, total) => {
      for (const voxels of counts.present) present += voxels;
      for (const voxels of counts.unknown) unknown += voxels;
      onProgress(done / total);
    },
  });
  return classCount(image.meta.levels[0]!, present, unknown, "voxels");
}

function classCount(level: Level, present: number, unknown: number, from: "metadata" | "voxels"): ClassCount {
  const voxelNm3 = elementCount(level.voxelSizeNm);
  const count = (voxels: number): VoxelCount => ({ voxels, nm3: voxels * voxelNm3 });
  const absent = elementCount(level.shape) - present - unknown;
  return { foreground: count(present), absent: count(absent), unknown: count(unknown), from };
}
