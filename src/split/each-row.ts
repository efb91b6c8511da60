/** Does something for every row of a split, a few rows at a time. */
import { linkedController } from "../abort.js";
import { Budget } from "../cache/budget.js";
import type { VoxelfeedError } from "../errors.js";
import { isRowError, rowError } from "./left-out.js";
import type { SplitRow } from "./row.js";

/** Each row asks for a handful of documents per class: more at once only wait for a connection. */
const ROWS_AT_ONCE = 8;

/** A row with what came of it, or with why it is left out. */
export type RowOutcome<T> =
  | { readonly row: SplitRow; readonly value: T; readonly error?: undefined }
  | { readonly row: SplitRow; readonly value?: undefined; readonly error: VoxelfeedError };

/**
 * The outcomes, in the order of the rows.
 *
 * @param skip whether a row that fails is left out instead of failing the whole; one that lacks the resolution
 * asked for is always left out
 * @throws the first error that is not left out, after stopping the other rows; the signal's reason on abort
 */
export async function eachRow<T>(
  rows: readonly SplitRow[],
  work: (row: SplitRow, signal: AbortSignal) => Promise<T>,
  skip: boolean,
  signal: AbortSignal | undefined,
): Promise<RowOutcome<T>[]> {
  const slots = new Budget(ROWS_AT_ONCE, "rows at once");
  const { controller, unlink } = linkedController(signal);
  const one = async (row: SplitRow): Promise<RowOutcome<T>> => {
    const release = await slots.take(1, controller.signal);
    try {
      return { row, value: await work(row, controller.signal) };
    } catch (error) {
      controller.signal.throwIfAborted();
      if (!isRowError(error)) throw error;
      const named = rowError(row, error);
      if (!skip && error.code !== "no-matching-scale") throw named;
      return { row, error: named };
    } finally {
      release();
    }
  };
  try {
    return await Promise.all(rows.map(one));
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    unlink();
  }
}

/** The values of the rows that gave one, and the rows that are left out. */
export function parted<T>(outcomes: readonly RowOutcome<T>[]) {
  return {
    done: outcomes.flatMap(({ row, value, error }) =>
      error === undefined ? [{ row, value: value as T }] : [],
    ),
    failed: outcomes.flatMap(({ row, error }) => (error === undefined ? [] : [{ ...row, error }])),
  };
}
