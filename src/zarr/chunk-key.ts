/** How a brick's chunk is named. */
import type { Vec3 } from "../types.js";
import type { ArrayMeta } from "./metadata.js";

/** Index of a brick's chunk along every source axis. */
export function chunkIndex({ chunkShape, spatialAxes, select }: ArrayMeta, brick: Vec3): number[] {
  return chunkShape.map((size, axis) => {
    const spatial = spatialAxes.indexOf(axis);
    return spatial < 0 ? Math.floor(select[axis]! / size) : brick[spatial]!;
  });
}

/** Path below the store's root of the object with an index, as if there were no shards. */
export function keyOf({ chunkKey, path }: ArrayMeta, index: readonly number[]): string {
  const { style, separator } = chunkKey;
  const key = (style === "default" ? ["c", ...index] : index).join(separator);
  return path === "" ? key : `${path}/${key}`;
}
