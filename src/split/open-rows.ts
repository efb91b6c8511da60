/** Opens the crops that a table names, as one training and one validation dataset. */
import { type CombinedDataset, combineDatasets } from "../dataset/combined.js";
import type { Dataset } from "../dataset/dataset.js";
import { openCrop } from "../dataset/open-crop.js";
import { Engine } from "../engine/engine.js";
import type { VoxelfeedError } from "../errors.js";
import { checkKeys, invalid, oneOf } from "../options.js";
import { checkHttpOptions } from "../zarr/access.js";
import { keepHeaders } from "../zarr/headers.js";
import { splitClasses, withClasses } from "./classes.js";
import { usageOf } from "./csv.js";
import { eachRow, parted } from "./each-row.js";
import { emptySplitError } from "./left-out.js";
import type { SplitRow, SplitUsage } from "./row.js";
import { readRows } from "./rows.js";
import { checkScales, scaleTolerance } from "./scale-filter.js";
import { type DataSplitSpec, splitOptionNames } from "./spec.js";
import { DataSplit } from "./split.js";

/** See {@link openDataSplit}. */
export async function openRows(spec: DataSplitSpec): Promise<DataSplit> {
  checkKeys(spec, splitOptionNames, "the openDataSplit options");
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
    const dataset = await openCrop({ ...one, pad: padded[usage] });
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
