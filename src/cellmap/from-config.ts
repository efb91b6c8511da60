/** A cellmap-data configuration as what voxelfeed's functions take. */
import type { DatasetSpec } from "../dataset/spec.js";
import type { LoaderOptions } from "../loader/options.js";
import { flag, invalid } from "../options.js";
import { samplers } from "../sampling/samplers.js";
import { usageOf } from "../split/csv.js";
import type { SplitUsage } from "../split/row.js";
import type { DataSplitSpec } from "../split/spec.js";
import { type CellmapArguments, type CellmapWarning, currentArguments } from "./arguments.js";
import { sharedSpec } from "./dataset-spec.js";
import { loaderOptionsOf, rawTransforms, shuffledSampler, targetTransforms } from "./loader-options.js";
import { bracketed, datasetDictOf, isGiven, text } from "./paths.js";
import { defaultRawTransforms } from "./raw-transforms.js";
import { defaultTargetTransforms } from "./target-transforms.js";

/** What a configuration asks for: one dataset with its loader, or a split with a loader for each part. */
export type CellmapPlan =
  | {
      readonly kind: "dataset";
      /** For `openDataset`. */
      readonly spec: DatasetSpec;
      /** For `createLoader`. */
      readonly loaderOptions: LoaderOptions;
      readonly warnings: readonly CellmapWarning[];
    }
  | {
      readonly kind: "split";
      /** For `openDataSplit`. */
      readonly spec: DataSplitSpec;
      /** For `split.loader`. */
      readonly loaderOptions: Readonly<Record<SplitUsage, LoaderOptions>>;
      readonly warnings: readonly CellmapWarning[];
    };

/**
 * Reads the arguments of cellmap-data's `CellMapDataset` or `CellMapDataSplit` and `CellMapDataLoader` from one JSON
 * object, under the names of its mid-2025 release or its 2026 rewrite. docs/MIGRATING.md has every argument, and
 * what differs on purpose.
 *
 * @returns plain JSON for voxelfeed's own functions, with a warning for every argument that is deprecated or has
 * no meaning here
 * @throws VoxelfeedError `unknown-option` with the nearest name; `invalid-option` with the argument's path: two
 * names of one thing, a value that cannot be used, Python objects
 *
 * @example
 * const plan = fromCellmapConfig(await (await fetch("config.json")).json());
 * if (plan.kind === "split") {
 *   const split = await openDataSplit(plan.spec);
 *   const loader = split.loader("train", plan.loaderOptions.train);
 * }
 */
export function fromCellmapConfig(config: Readonly<Record<string, unknown>>): CellmapPlan {
  const warnings: CellmapWarning[] = [];
  const args = currentArguments(config, warnings);
  const sources = (["input_path", "csv_path", "dataset_dict"] as const).filter(
    (name) => args[name] !== undefined,
  );
  if (sources.length !== 1) {
    const expected = "given exactly one of input_path (or raw_path), csv_path and dataset_dict";
    throw invalid("the cellmap-data configuration", expected, sources);
  }
  return args.input_path !== undefined ? datasetPlan(args, warnings) : splitPlan(args, warnings);
}

function datasetPlan(args: CellmapArguments, warnings: CellmapWarning[]): CellmapPlan {
  refuse(args, ["train_raw_value_transforms", "val_raw_value_transforms", "filter_by_scale"], "a split");
  const spec: DatasetSpec = {
    raw: text(args.input_path, "input_path"),
    ...(isGiven(args.target_path) && { target: bracketed(text(args.target_path, "target_path")) }),
    ...sharedSpec(args, warnings),
    ...(args.pad !== undefined && { pad: flag(args.pad, "pad", false) }),
    missingClasses: "unknown",
  };
  const usage = flag(args.is_train, "is_train", true) ? "train" : "validation";
  const isShuffled = usage === "train" || args.iterations_per_epoch !== undefined;
  const sampler = isShuffled ? shuffledSampler(args) : samplers.sequential();
  const transforms = {
    ...rawTransforms(args, "raw_value_transforms", []),
    ...targetTransforms(args, [], warnings),
  };
  const loaderOptions = { ...loaderOptionsOf(args, usage, sampler, warnings), ...transforms };
  return { kind: "dataset", spec, loaderOptions, warnings };
}

function splitPlan(args: CellmapArguments, warnings: CellmapWarning[]): CellmapPlan {
  refuse(args, ["target_path", "is_train"], "a single dataset");
  const { csv_path: csv, dataset_dict: dict, filter_by_scale: filter } = args;
  const spec: DataSplitSpec = {
    ...(csv !== undefined ? { csv: text(csv, "csv_path") } : { datasetDict: datasetDictOf(dict) }),
    ...sharedSpec(args, warnings),
    ...(args.pad !== undefined && { pad: splitPad(args.pad) }),
    ...(filter !== undefined && { filterByScale: filter as boolean | number }),
    problems: "skip",
  };
  const raw = (part: "train" | "val") => {
    const own = `${part}_raw_value_transforms` as const;
    const both = args.raw_value_transforms !== undefined;
    if (both && args[own] !== undefined)
      throw invalid(own, "left out when raw_value_transforms is given", args[own]);
    return rawTransforms(args, both ? "raw_value_transforms" : own, defaultRawTransforms);
  };
  const targets = targetTransforms(args, defaultTargetTransforms, warnings);
  const train = {
    ...loaderOptionsOf(args, "train", shuffledSampler(args), warnings),
    ...raw("train"),
    ...targets,
  };
  // An epoch of validation is every tile once, however long one of training is.
  const once = { ...args, iterations_per_epoch: undefined, drop_last: undefined };
  const validation = {
    ...loaderOptionsOf(once, "validation", samplers.grid(), []),
    ...raw("val"),
    ...targets,
  };
  return { kind: "split", spec, loaderOptions: { train, validation }, warnings };
}

function splitPad(pad: unknown): boolean | SplitUsage {
  if (typeof pad === "boolean") return pad;
  const usage = typeof pad === "string" ? usageOf(pad) : undefined;
  if (usage === undefined) throw invalid("pad", 'true, false, "train" or "validate"', pad);
  return usage;
}

function refuse(args: CellmapArguments, names: readonly (keyof CellmapArguments)[], kind: string): void {
  const given = names.find((name) => args[name] !== undefined);
  if (given !== undefined) throw invalid(given, `left out: it is an argument of ${kind}`, args[given]);
}
