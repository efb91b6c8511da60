/** What the metadata of a crop says that is worth a look: boxes, overlap, voxel sizes. */
import type { CropParts } from "../dataset/dataset.js";
import { footprint, intersect, isEmpty } from "../math/box.js";
import { checkScales } from "../split/scale-filter.js";
import type { Box } from "../types.js";
import type { ImageMeta } from "../zarr/metadata.js";
import { percent, type VerifyProblem } from "./report.js";

/** Shares below this are no rounding of the metadata's decimals. */
const FULL = 1 - 1e-6;

/** @returns the problems, and the least share of a class's box that raw covers (null without annotation) */
export function checkMetadata(
  crop: CropParts,
  where: string,
): { readonly problems: VerifyProblem[]; readonly rawCoverage: number | null } {
  const annotated = crop.classImages.flatMap((image, i) =>
    image === null ? [] : [{ name: `class "${crop.classes[i]}"`, meta: image.meta }],
  );
  const images = [{ name: "the raw image", meta: crop.raw.meta }, ...annotated];
  const problems: VerifyProblem[] = [];
  for (const { name, meta } of images) {
    if (meta.notes.length > 0) {
      const message = `${name}: ${meta.notes.join("; ")}`;
      problems.push({ severity: "note", code: "metadata", where, message });
    }
    const level = strayLevel(meta);
    if (level !== undefined) {
      const message = `level ${level} of ${name} spans another box than level 0, by more than one of its voxels; check its translation`;
      problems.push({ severity: "warning", code: "level-boxes", where, message });
    }
  }
  const covered = annotated.map(({ meta }) => coverage(meta.boundingBox, crop.raw.meta.boundingBox));
  for (const [i, share] of covered.entries()) {
    if (share >= FULL) continue;
    const message = `raw covers ${percent(share)} of ${annotated[i]!.name}; only the part they share is sampled`;
    problems.push({ severity: "warning", code: "partial-overlap", where, message });
  }
  const coarse = checkScales(crop, 0.01);
  if (coarse !== null)
    problems.push({ severity: "warning", code: "coarse-scale", where, message: coarse.message });
  return { problems, rawCoverage: covered.length === 0 ? null : Math.min(...covered) };
}

/** The first level whose box differs from the finest's by more than one of its own voxels on a face. */
function strayLevel({ levels, boundingBox }: ImageMeta): number | undefined {
  const at = levels.findIndex(({ shape, voxelSizeNm, translationNm }) => {
    const { min, max } = footprint(shape, voxelSizeNm, translationNm);
    return voxelSizeNm.some(
      (size, a) =>
        Math.abs(min[a]! - boundingBox.min[a]!) > size || Math.abs(max[a]! - boundingBox.max[a]!) > size,
    );
  });
  return at === -1 ? undefined : at;
}

/** Share of `box` inside `other`. */
function coverage(box: Box, other: Box): number {
  const shared = intersect(box, other);
  return isEmpty(shared) ? 0 : volume(shared) / volume(box);
}

function volume({ min, max }: Box): number {
  return max.reduce((product, top, a) => product * (top - min[a]!), 1);
}
