/** Medians and ratios: what is compared is always measured in the same round, minutes apart at most. */

/** @param {readonly number[]} values At least one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many times better than the reference, round by round.
 *
 * @param {readonly (number | null)[]} values By round; null where there is none.
 * @param {readonly (number | null)[]} reference
 * @param {string} unit Those in `ms` and `MiB` are better when lower.
 * @returns {number[]} One per round that has both.
 */
export function roundRatios(values, reference, unit) {
  return values.flatMap((value, round) => {
    const other = reference[round];
    if (value == null || other == null) return [];
    return [isLowerBetter(unit) ? other / value : value / other];
  });
}

/** @param {string} unit */
export function isLowerBetter(unit) {
  return unit.startsWith("ms") || unit === "MiB";
}

/**
 * The list, begun at another place: over the rounds, every contender comes first, second, and so on.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} round
 */
export function rotated(list, round) {
  const by = round % list.length;
  return [...list.slice(by), ...list.slice(0, by)];
}
