/** Lists of sizes in metadata. */
import { VoxelfeedError } from "../errors.js";

/**
 * A shape: whole numbers from 1.
 *
 * @throws `invalid-metadata` naming the field.
 */
export function parseSizes(value: unknown, name: string, url: string): number[] {
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 1;
  if (Array.isArray(value) && value.length > 0 && value.every(isSize)) return value;
  throw new VoxelfeedError(
    "invalid-metadata",
    `"${name}" must be a list of whole numbers from 1, got ${JSON.stringify(value)}`,
    { url },
  );
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
