/** Many crops, named by a table, as one training and one validation dataset. */
import { type CombinedDataset, combineDatasets } from "../dataset/combined.js";
import type { Dataset } from "../dataset/dataset.js";
import { type DatasetSpec, datasetOptionNames, openDataset } from "../dataset/open.js";
import { Engine } from "../engine/engine.js";
import type { VoxelfeedError } from "../errors.js";
import { createLoader, type Loader } from "../loader/loader.js";
import type { LoaderOptions } from "../loader/options.js";
import { checkKeys, invalid, oneOf } from "../options.js";
import { samplers } from "../sampling/samplers.js";
import { checkHttpOptions } from "../zarr/access.js";
import { keepHeaders } from "../zarr/headers.js";
import { splitClasses, withClasses } from "./classes.js";
import { usageOf } from "./csv.js";
import { eachRow, parted } from "./each-row.js";
import { emptySplitError } from "./left-out.js";
import type { LeftOutRow, SplitRow, SplitUsage } from "./row.js";
import { type RowSource, readRows } from "./rows.js";
import { checkScales, scaleTolerance } from "./scale-filter.js";

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

const optionNames = [
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

/** The opened crops by usage; a part without a crop is null. */
export class DataSplit {
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #explain: (usage: SplitUsage) => Error;

  /** Use {@link openDataSplit}. */
  constructor(
    readonly train: CombinedDataset | null,
    readonly validation: CombinedDataset | null,
    readonly classes: readonly string[],
    /** Rows that gave no crop, in order, with their reasons. */
    readonly leftOut: readonly LeftOutRow[],
    engine: { readonly engine: Engine; readonly owned: boolean },
    explain: (usage: SplitUsage) => Error,
  ) {
    this.#engine = engine.engine;
    this.#ownsEngine = engine.owned;
    this.#explain = explain;
  }

  /** One part. @throws VoxelfeedError `empty-split` saying why there is none */
  part(usage: SplitUsage): CombinedDataset {
    const dataset = this[usage];
    if (dataset === null) throw this.#explain(usage);
    return dataset;
  }

  /**
   * Makes a loader of one part, see {@link createLoader}. Loaders of one split share its workers and caches,
   * unless they are given an engine of their own. The validation part's default sampler is `samplers.grid()`: an
   * epoch is every place once.
   *
   * @throws VoxelfeedError `empty-split` saying why that part has no crop; what {@link createLoader} throws
   */
  loader(usage: SplitUsage, options: LoaderOptions = {}): Loader {
    const sampler = usage === "validation" && options.state === undefined ? { sampler: samplers.grid() } : {};
    return createLoader(this.part(usage), { engine: this.#engine, ...sampler, ...options });
  }

  /** Stops what reads through the split's own workers, and ends them. */
  dispose(): void {
    for (const dataset of [this.train, this.validation]) dataset?.dispose();
    if (this.#ownsEngine) this.#engine.dispose();
  }
}

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
  checkKeys(spec, optionNames, "the openDataSplit options");
  const { csv, pairs, datasetDict, baseUrl, problems, onProblem, filterByScale, pad, ...given } = spec;
  const skip = oneOf(problems, "problems", ["error", "skip"], "error") === "skip";
  const tolerance = scaleTolerance(filterByScale);
  const padded = padOf(pad);
  checkHttpOptions(given.http);
  // One callback is asked for all rows, once per origin.
  const headers = given.http?.headers && keepHeaders(given.http.headers);
  const http = headers === undefined ? given.http : { ...given.http, headers };
  const shared = { ...given, http };
  const read = await readRows({ csv, pairs, datasetDict, baseUrl }, skip, http, spec.signal);
  const { rows, failed: classless } =
    spec.classes === undefined
      ? await withClasses(read.rows, skip, http, spec.signal)
      : { rows: read.rows, failed: [] };
  const classes = spec.classes === null ? null : splitClasses(rows, spec.classes);
  const { workers, createWorker, backend, device, budget } = spec;
  const engine = spec.engine ?? new Engine({ workers, createWorker, backend, device, budget });
  const owned = spec.engine === undefined;
  const openRow = async ({ usage, raw, target }: SplitRow, signal: AbortSignal): Promise<Dataset> => {
    const place = target === null ? { raw } : { raw, target };
    const one = { ...shared, ...place, classes, missingClasses: "unknown", engine, signal } as const;
    const dataset = await openDataset({ ...one, pad: padded[usage] });
    const coarse = tolerance === null ? null : checkScales(dataset.crops[0]!, tolerance);
    if (coarse !== null) throw coarse;
    return dataset;
  };
  try {
    const { done, failed } = parted(await eachRow(rows, openRow, skip, spec.signal));
    const leftOut = [...read.unreadable, ...classless, ...failed].sort((a, b) => a.row - b.row);
    for (const row of leftOut) onProblem?.(row);
    const explain = (usage: SplitUsage | null): VoxelfeedError => {
      const of = <T extends { usage: SplitUsage | null }>(list: readonly T[]) =>
        usage === null ? list : list.filter((row) => row.usage === usage);
      return emptySplitError(usage, of(read.rows).length + of(read.unreadable).length, of(leftOut));
    };
    if (done.length === 0) throw explain(null);
    const part = (usage: SplitUsage): CombinedDataset | null => {
      const list = done.flatMap(({ row, value }) => (row.usage === usage ? [value] : []));
      return list.length === 0 ? null : combineDatasets(list);
    };
    const parts = [part("train"), part("validation")] as const;
    return new DataSplit(...parts, classes ?? [], leftOut, { engine, owned }, explain);
  } catch (error) {
    if (owned) engine.dispose();
    throw error;
  }
}

function padOf(pad: DataSplitSpec["pad"]): Readonly<Record<SplitUsage, boolean>> {
  if (pad === undefined || typeof pad === "boolean") return { train: pad === true, validation: pad === true };
  const usage = typeof pad === "string" ? usageOf(pad) : undefined;
  if (usage === undefined) throw invalid("pad", 'true, false, "train" or "validation"', pad);
  return { train: usage === "train", validation: usage === "validation" };
}
