/** Opens a datasplit. What that takes is fetched when the first one is opened. */
import { fetchCode } from "../fetch-code.js";
import type { DataSplitSpec } from "./spec.js";
import type { DataSplit } from "./split.js";

/**
 * Opens every crop of a datasplit. Without `classes`, they are those that the rows name or their groups hold. A class
 * that a crop does not have is unknown there (mask 0); one that no crop has is an error. At most eight crops are being
 * opened at a time.
 *
 * @throws VoxelfeedError `invalid-csv`, `empty-split`, `class-not-found`, and what {@link openDataset} throws; those
 * about one row carry it as `row`, say where it is written, and have the original as `cause`
 *
 * @example
 * const split = await openDataSplit({
 *   csv: "https://example.org/datasplit.csv",
 *   inputArrays: { raw: { shape: [64, 64, 64], scale: [8, 8, 8] } },
 *   targetArrays: { labels: { shape: [64, 64, 64], scale: [8, 8, 8] } },
 *   problems: "skip",
 *   onProblem: ({ where, error }) => console.warn(where, error.message),
 * });
 * for await (const batch of split.loader("train", { batchSize: 4 })) batch.release();
 */
export async function openDataSplit(spec: DataSplitSpec): Promise<DataSplit> {
  const { openRows } = await fetchCode(() => import("./open-rows.js"));
  return await openRows(spec);
}
