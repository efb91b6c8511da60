/** Opens the crops of a split, a few at a time. */
import { linkedController } from "../abort.js";
import { Budget } from "../cache/budget.js";
import type { Dataset } from "../dataset/dataset.js";
import type { VoxelfeedError } from "../errors.js";
import { isRowError, rowError } from "./left-out.js";
import type { SplitRow } from "./row.js";

/** Each crop asks for a handful of documents per class: more at once only wait for a connection. */
const OPENING_AT_ONCE = 8;

/** A row with its dataset, or with why it is left out. */
export type OpenedRow =
  | { readonly row: SplitRow; readonly dataset: Dataset; readonly error?: undefined }
  | { readonly row: SplitRow; readonly dataset?: undefined; readonly error: VoxelfeedError };

/**
 * Opens all rows; the result is in their order.
 *
 * @param skip whether a row that fails is left out instead of failing the whole; one that lacks the resolution
 * asked for is always left out
 * @throws the first error that is not left out, after stopping the other rows; the signal's reason on abort
 */
export async function openRows(
  rows: readonly SplitRow[],
  open: (row: SplitRow, signal: AbortSignal) => Promise<Dataset>,
  skip: boolean,
  signal: AbortSignal | undefined,
): Promise<OpenedRow[]> {
  const slots = new Budget(OPENING_AT_ONCE, "crops being opened");
  const { controller, unlink } = linkedController(signal);
  const openRow = async (row: SplitRow): Promise<OpenedRow> => {
    const release = await slots.take(1, controller.signal);
    try {
      return { row, dataset: await open(row, controller.signal) };
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
    return await Promise.all(rows.map(openRow));
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    unlink();
  }
}
