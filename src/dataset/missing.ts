/** Raw chunks that are not stored under a crop, as in volumes that were downloaded in part. */
import { VoxelfeedError } from "../errors.js";
import { footprint, intersect, isEmpty } from "../math/box.js";
import { map3 } from "../math/vec.js";
import type { Box, Vec3 } from "../types.js";
import type { ImageMeta } from "../zarr/metadata.js";

/**
 * What a raw chunk that is not stored means where it lies under the crop: `fill` value, as everywhere; a warning,
 * once per dataset, and fill value; an error; or that loaders replace the sample by another.
 */
export type MissingPolicy = "fill" | "warn" | "error" | "skip";

/** Something a user should know that stops nothing. */
export interface DatasetProblem {
  /** URL of the raw image. */
  readonly raw: string;
  /** The crop's target as given, null without targets. */
  readonly target: string | null;
  readonly error: VoxelfeedError;
}

/** Keeps count of one dataset's missing chunks and applies its policy. */
export class MissingChunks {
  readonly #seen = new Set<string>();
  #warned = false;

  /** @param box only chunks that meet it are missed: the space that raw and targets share */
  constructor(
    readonly policy: MissingPolicy,
    readonly box: Box,
    readonly report: (error: VoxelfeedError) => void,
  ) {}

  /** Different chunks found missing so far. */
  get count(): number {
    return this.#seen.size;
  }

  /**
   * Notes that a read met a chunk which is not stored.
   *
   * @returns whether it lies under the crop
   * @throws VoxelfeedError `missing-chunk` where the policy is `error`
   */
  note(meta: ImageMeta, levelIndex: number, chunk: Vec3): boolean {
    const level = meta.levels[levelIndex]!;
    const { voxelSizeNm, translationNm, brickShape, shape } = level;
    const first = map3((axis) => chunk[axis] * brickShape[axis]);
    const size = map3((axis) => Math.min(brickShape[axis], shape[axis] - first[axis]));
    const origin = map3((axis) => translationNm[axis] + first[axis] * voxelSizeNm[axis]);
    if (isEmpty(intersect(footprint(size, voxelSizeNm, origin), this.box))) return false;
    this.#seen.add(`${level.array.path}/${level.array.select}/${chunk}`);
    if (this.policy === "error") throw missingChunk(meta, levelIndex, chunk);
    if (this.policy === "warn" && !this.#warned) {
      this.#warned = true;
      this.report(missingChunk(meta, levelIndex, chunk));
    }
    return true;
  }
}

/** A `missing-chunk` error that names the chunk. */
export function missingChunk({ url, levels }: ImageMeta, level: number, chunk: Vec3): VoxelfeedError {
  return new VoxelfeedError(
    "missing-chunk",
    "A chunk of the raw image is not stored, although the crop lies over it: the volume may be incomplete. " +
      'It reads as fill value with onMissing: "fill" (the default).',
    { url, array: levels[level]!.array.path, level, chunk },
  );
}
