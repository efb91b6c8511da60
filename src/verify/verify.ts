/** Looks a dataset or split over before it is trained on. */
import type { Dataset } from "../dataset/dataset.js";
import { fetchCode } from "../fetch-code.js";
import type { DataSplit } from "../split/split.js";
import type { VerifyOptions } from "./options.js";
import type { VerifyReport } from "./report.js";

/**
 * Checks metadata, boxes, the overlap of raw and labels, voxel sizes against what is asked for, whether raw chunks
 * under the crops are stored, and reads a few samples. Nothing is written. A crop that fails is a line in the
 * report, not an error.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option`; the signal's reason on abort
 *
 * @example
 * const report = await verify(await openDataSplit({ csv, inputArrays, targetArrays, problems: "skip" }));
 * if (!report.ok) console.warn(reportText(report));
 */
export async function verify(
  subject: Dataset | DataSplit,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  // Most pages never ask for it: it is fetched when one does.
  const { inspect } = await fetchCode(() => import("./inspect.js"));
  return await inspect(subject, options);
}
