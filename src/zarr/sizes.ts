/** Lists of sizes in metadata. */
import { invalidMember } from "./pointer.js";

/** Far more axes than any image has. */
const MAX_RANK = 16;

/**
 * A shape: whole numbers from 1.
 *
 * @param rank how many there must be; default 1 to 16.
 * @throws `invalid-metadata` naming the place.
 */
export function parseSizes(value: unknown, place: string, rank?: number): readonly number[] {
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 1;
  const isRank = (length: number) =>
    rank === undefined ? length >= 1 && length <= MAX_RANK : length === rank;
  if (Array.isArray(value) && isRank(value.length) && value.every(isSize)) return value;
  throw invalidMember(place, `${rank ?? `1 to ${MAX_RANK}`} whole numbers from 1`, value);
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
