/** Which images lie on the same voxel grids, so that one plan of a patch serves them all. */
import type { Level } from "../zarr/metadata.js";

/**
 * A number per image; images with equal numbers have equal levels in all that {@link planPatch} looks at. The class
 * images of a crop usually do: a sample of 48 classes is then planned once, not 48 times.
 */
export function frameNumbers(images: readonly (readonly Level[])[]): number[] {
  const frames = images.map((levels) => JSON.stringify(levels.map(frameOf)));
  return frames.map((frame) => frames.indexOf(frame));
}

function frameOf({ shape, brickShape, brickDType, voxelSizeNm, translationNm, array }: Level) {
  return [shape, brickShape, brickDType, voxelSizeNm, translationNm, array.fillBytes];
}
