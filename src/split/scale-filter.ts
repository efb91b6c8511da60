/** Which crops are stored finely enough for what is asked of them. */
import type { CropParts } from "../dataset/dataset.js";
import { VoxelfeedError } from "../errors.js";
import { invalid } from "../options.js";
import { inWorld, viewOf } from "../plan/view.js";
import type { ResolvedArraySpec } from "../types.js";
import type { ImageMeta } from "../zarr/metadata.js";

/** The tolerance of `filterByScale: true`: as much as the choice of a level allows. */
const DEFAULT_TOLERANCE = 0.01;

/** The tolerance as a fraction of the voxel size; null for no filter. @throws VoxelfeedError `invalid-option` */
export function scaleTolerance(filterByScale: unknown): number | null {
  if (filterByScale === undefined || filterByScale === false) return null;
  if (filterByScale === true) return DEFAULT_TOLERANCE;
  if (typeof filterByScale === "number" && filterByScale >= 0 && Number.isFinite(filterByScale))
    return filterByScale;
  throw invalid(
    "filterByScale",
    "true, false, or a tolerance such as 0.1 (of the voxel size)",
    filterByScale,
  );
}

/**
 * An error when the raw image or an annotated class has no level as fine as an array asks for: at most
 * `(1 + tolerance) × scale` on every axis.
 */
export function checkScales(
  { raw, classImages, classes, inputs, targets, sliceAxis }: CropParts,
  tolerance: number,
): VoxelfeedError | null {
  const coarse = (image: ImageMeta, name: string, specs: readonly ResolvedArraySpec[]) => {
    const view = viewOf(sliceAxis);
    const spec = specs.find(({ scale }) => !hasScale(image, inWorld(view, scale), tolerance));
    if (spec === undefined) return null;
    return new VoxelfeedError(
      "no-matching-scale",
      `"${spec.name}" asks for [${spec.scale.join(", ")}] nm, but the finest level of ${name} has ` +
        `[${image.levels[0]!.voxelSizeNm.join(", ")}] nm (z, y, x).`,
      { url: image.url },
    );
  };
  for (const [i, image] of classImages.entries()) {
    const error = image && coarse(image.meta, `class "${classes[i]}"`, targets);
    if (error !== null) return error;
  }
  return coarse(raw.meta, "the raw image", inputs);
}

function hasScale({ levels }: ImageMeta, scale: readonly number[], tolerance: number): boolean {
  return levels.some(({ voxelSizeNm }) =>
    voxelSizeNm.every((size, a) => size <= (1 + tolerance) * scale[a]!),
  );
}
