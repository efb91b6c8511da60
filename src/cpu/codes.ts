/** Codes of a label image: what is unknown or absent becomes 0 before it is sampled. Twin: `shaders/render.wgsl`. */
import type { LabelCodes } from "../plan/reads.js";
import type { VoxelArray } from "./scratch.js";

/**
 * Replaces absent and unknown voxels by 0.
 *
 * @param values - gathered voxels; changed in place
 * @param codes - as the values are written, that is as indices where there is an id table
 * @param known - of at least the values' length; becomes 0 where a voxel is unknown, 1 elsewhere
 */
export function screenCodes(values: VoxelArray, { absent, unknown }: LabelCodes, known: Uint8Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const isUnknown = value === unknown;
    known[i] = isUnknown ? 0 : 1;
    if (isUnknown || value === absent) values[i] = 0;
  }
}
