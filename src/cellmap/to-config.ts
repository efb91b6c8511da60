/** What voxelfeed's functions take, as a cellmap-data configuration. */
import type { DatasetSpec } from "../dataset/spec.js";
import { invalid } from "../options.js";
import { parseSplitCsv, usageOf } from "../split/csv.js";
import type { DataSplitSpec } from "../split/spec.js";
import type { ArraySpec, Vec3 } from "../types.js";
import { type CellmapWarning, warnOfRest } from "./arguments.js";
import type { CellmapPlan } from "./from-config.js";
import { datasetLoaderArguments, splitLoaderArguments } from "./loader-arguments.js";

type WithoutWarnings<P> = P extends CellmapPlan ? Omit<P, "warnings"> : never;

/**
 * Writes a dataset or split and its loader options as the JSON that `fromCellmapConfig` reads, with the arguments
 * that cellmap-data takes: one file for the browser and for Python.
 *
 * @returns the configuration, and a warning for everything that is left out since it has no counterpart there
 * @throws VoxelfeedError `invalid-option` for images that have no URL
 *
 * @example
 * const { config, warnings } = toCellmapConfig({ kind: "dataset", spec, loaderOptions });
 */
export function toCellmapConfig(plan: WithoutWarnings<CellmapPlan>): {
  readonly config: Readonly<Record<string, unknown>>;
  readonly warnings: readonly CellmapWarning[];
} {
  const warnings: CellmapWarning[] = [];
  const voxelSizesNm = Object.values(plan.spec.inputArrays).map(({ scale }) => scale as Vec3);
  const args =
    plan.kind === "dataset"
      ? {
          ...datasetArguments(plan.spec, warnings),
          ...datasetLoaderArguments(plan.loaderOptions, voxelSizesNm, warnings),
        }
      : {
          ...splitArguments(plan.spec, warnings),
          ...splitLoaderArguments(plan.loaderOptions, voxelSizesNm, warnings),
        };
  const config = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  return { config, warnings };
}

function datasetArguments(spec: DatasetSpec, warnings: CellmapWarning[]): Record<string, unknown> {
  const { raw, target, classes, inputArrays, targetArrays, classRelations, pad, missingClasses, ...rest } =
    spec;
  warnOfRest(rest, "spec", warnings);
  if (missingClasses !== "unknown") warnOfRest({ missingClasses: "error" }, "spec", warnings);
  return {
    raw_path: urlText(raw, "spec.raw"),
    target_path: target === undefined ? undefined : urlText(target, "spec.target"),
    pad,
    ...sharedArguments({ classes, inputArrays, targetArrays, classRelations }, warnings),
  };
}

function splitArguments(spec: DataSplitSpec, warnings: CellmapWarning[]): Record<string, unknown> {
  const { csv, pairs, datasetDict, pad, filterByScale, problems, ...others } = spec;
  const { classes, inputArrays, targetArrays, classRelations, ...rest } = others;
  warnOfRest(rest, "spec", warnings);
  if (problems !== "skip") warnOfRest({ problems: "error" }, "spec", warnings);
  const isText = typeof csv === "string" && /[\n,]/.test(csv);
  return {
    csv_path: csv === undefined || isText ? undefined : String(csv),
    dataset_dict: csv === undefined || isText ? datasetDictOf({ csv, pairs, datasetDict }) : undefined,
    pad: pad === "validation" ? "validate" : pad,
    filter_by_scale: filterByScale,
    ...sharedArguments({ classes, inputArrays, targetArrays, classRelations }, warnings),
  };
}

/** cellmap-data's `dataset_dict`, whichever form the rows were given in. */
function datasetDictOf({ csv, pairs, datasetDict }: Pick<DataSplitSpec, "csv" | "pairs" | "datasetDict">) {
  const rows =
    csv !== undefined
      ? parseSplitCsv(String(csv))
      : pairs !== undefined
        ? pairs.map(({ split, ...pair }) => ({ usage: split, ...pair }))
        : Object.entries(datasetDict ?? {}).flatMap(([usage, entries]) =>
            entries.map(({ raw, gt, target }) => ({ usage, raw, target: gt ?? target })),
          );
  const dict: Record<"train" | "validate", { raw: string; gt: string }[]> = { train: [], validate: [] };
  for (const { usage, raw, target } of rows)
    dict[usageOf(usage) === "train" ? "train" : "validate"].push({
      raw: String(raw),
      gt: String(target ?? ""),
    });
  return dict;
}

function sharedArguments(
  spec: Pick<DatasetSpec, "classes" | "inputArrays" | "targetArrays" | "classRelations">,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  const { classes, inputArrays, targetArrays, classRelations } = spec;
  const targets = Object.values(targetArrays ?? {});
  const isNan = targets.length > 0 && targets.every(({ unknown }) => unknown === "nan");
  return {
    classes,
    input_arrays: arraysOf(inputArrays, "spec.inputArrays", false, warnings),
    target_arrays: targetArrays && arraysOf(targetArrays, "spec.targetArrays", isNan, warnings),
    class_relation_dict: classRelations,
    empty_value: isNan ? "nan" : undefined,
  };
}

function arraysOf(
  arrays: Readonly<Record<string, ArraySpec>>,
  path: string,
  isNan: boolean,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  const entries = Object.entries(arrays).map(([name, { shape, scale, ...rest }]) => {
    const { unknown, dtype, ...others } = rest;
    // NaN for unknown, in float32, is what empty_value says.
    warnOfRest(isNan && dtype === "float32" ? others : rest, `${path}.${name}`, warnings);
    return [name, { shape, scale }];
  });
  return Object.fromEntries(entries);
}

function urlText(source: unknown, path: string): string {
  if (typeof source === "string" || source instanceof URL) return String(source);
  throw invalid(path, "a URL: JSON cannot hold stores or directory handles", source);
}
