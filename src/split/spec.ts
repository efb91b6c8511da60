/** What opening a datasplit is told. */
import { type DatasetSpec, datasetOptionNames } from "../dataset/spec.js";
import type { LeftOutRow } from "./row.js";
import type { RowSource } from "./rows.js";

export interface DataSplitSpec
  extends RowSource,
    Omit<DatasetSpec, "raw" | "target" | "targets" | "missingClasses" | "integrity" | "pad"> {
  /** See {@link DatasetSpec.pad}; for both parts, or only for the one named (`"validate"` as cellmap-data writes it). */
  readonly pad?: boolean | "train" | "validation" | "validate";
  /**
   * A row that cannot be read or opened: an error with its row and reason (default), or left out. A mistake in
   * what is asked of all rows is always an error.
   */
  readonly problems?: "error" | "skip";
  /** Called for every row that is left out, in order. */
  readonly onProblem?: (problem: LeftOutRow) => void;
  /**
   * Leave out crops whose raw image or classes are stored more coarsely than the arrays ask for. A number is the
   * tolerance, as a fraction of the voxel size; `true` means 0.01. Default false.
   */
  readonly filterByScale?: boolean | number;
}

export const splitOptionNames = [
  ...datasetOptionNames.filter(
    (name) => !["raw", "target", "targets", "missingClasses", "integrity"].includes(name),
  ),
  "csv",
  "pairs",
  "datasetDict",
  "baseUrl",
  "problems",
  "onProblem",
  "filterByScale",
];
