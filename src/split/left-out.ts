/** Rows of a split that gave no crop, and the words for it. */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { messageUrl } from "../zarr/url.js";
import type { LeftOutRow, SplitRow, SplitUsage } from "./row.js";

/**
 * The error of one row: the original's code and fields, its message behind the row's place, and the original
 * as `cause`.
 */
export function rowError({ row, where, target, raw }: SplitRow, error: VoxelfeedError): VoxelfeedError {
  const { code, message, url, array, level, chunk, path, status, attempts, retryable } = error;
  const wrapped = new VoxelfeedError(code, `${where} (${messageUrl(target ?? raw)}): ${message}`, {
    row,
    path,
    status,
    attempts,
    retryable,
    cause: error,
  });
  // The original's message already names the place.
  return Object.assign(wrapped, { url, array, level, chunk });
}

/** Whether an error is about one row; a mistake in what is asked of all rows, or an abort, is not. */
export function isRowError(error: unknown): error is VoxelfeedError {
  return isVoxelfeedError(error) && error.code !== "invalid-option" && error.code !== "unknown-option";
}

/**
 * Why there is no crop.
 *
 * @param usage for which part; null for the whole split
 * @param rows how many rows there were for it
 */
export function emptySplitError(
  usage: SplitUsage | null,
  rows: number,
  leftOut: readonly LeftOutRow[],
): VoxelfeedError {
  const part = usage === null ? "The datasplit" : `The datasplit's ${usage} part`;
  if (rows === 0) {
    const why = usage === null ? "it has no row that is not a comment" : `no row is for ${usage}`;
    return new VoxelfeedError("empty-split", `${part} names no crop: ${why}.`);
  }
  const coarse = leftOut.filter(({ error }) => error.code === "no-matching-scale").length;
  const failed = leftOut.length - coarse;
  const reasons = [
    ...(failed > 0 ? [`${failed} could not be opened`] : []),
    ...(coarse > 0 ? [`${coarse} lack the resolution asked for (filterByScale)`] : []),
  ];
  const first = leftOut[0]!.error;
  return new VoxelfeedError(
    "empty-split",
    `${part} has no crop left: of ${rows} rows, ${reasons.join(" and ")}. The first: ${first.message}`,
    { cause: first },
  );
}
