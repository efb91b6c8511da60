/** The argument names of the Python package cellmap-data, of its mid-2025 release and of its 2026 rewrite. */
import { checkKeys, invalid } from "../options.js";

/** Something in a configuration that has no effect, or another one than its name says. */
export interface CellmapWarning {
  /** Argument, as the configuration names it. */
  readonly path: string;
  readonly message: string;
}

/** Names that mean the same as another; the other is used from there on. */
const aliases: Readonly<Record<string, { readonly name: string; readonly isDeprecated?: boolean }>> = {
  raw_path: { name: "input_path", isDeprecated: true },
  class_relationships: { name: "class_relation_dict" },
  datasplit_path: { name: "csv_path" },
  input_array_info: { name: "input_arrays" },
  target_array_info: { name: "target_arrays" },
};

/** Arguments of the machinery around PyTorch, and why they have no effect here. */
const meaningless: Readonly<Record<string, string>> = {
  context: "it configures TensorStore; caches here are set by the budget option",
  max_workers: "reads are not bound to threads; num_workers is the number of workers",
  force_has_data: "crops are kept whether they have labels or not; verify() tells which have none",
  pin_memory: "it is about PyTorch's host memory",
  pin_memory_device: "it is about PyTorch's host memory",
  persistent_workers: "workers always live as long as their engine",
  prefetch_factor: "it counts per worker; the prefetch option counts batches",
  multiprocessing_context: "workers are web workers",
  timeout: "a loader waits for its batches; pass a signal",
};

/** What a configuration must do without: Python objects. */
const objects: Readonly<Record<string, string>> = {
  datasets: "dataset objects; name the crops in dataset_dict or csv_path",
  sampler: "a sampler object; set weighted_sampler, or the loader's sampler option",
  collate_fn: "a function; batches are laid out by the loader's layout option",
  worker_init_fn: "a function",
  generator: "a generator; set seed",
};

const meant = [
  "input_path",
  "target_path",
  "classes",
  "input_arrays",
  "target_arrays",
  "class_relation_dict",
  "csv_path",
  "dataset_dict",
  "filter_by_scale",
  "pad",
  "empty_value",
  "axis_order",
  "is_train",
  "rng",
  "seed",
  "device",
  "spatial_transforms",
  "raw_value_transforms",
  "train_raw_value_transforms",
  "val_raw_value_transforms",
  "target_value_transforms",
  "batch_size",
  "num_workers",
  "iterations_per_epoch",
  "weighted_sampler",
  "shuffle",
  "drop_last",
] as const;

/** Where `null` says more than leaving the argument out: raw only, and no transforms instead of the default ones. */
const nullable = [
  "classes",
  "raw_value_transforms",
  "train_raw_value_transforms",
  "val_raw_value_transforms",
  "target_value_transforms",
];

/** An argument that has a meaning here, by its current name. */
export type CellmapArgument = (typeof meant)[number];

export type CellmapArguments = Readonly<Partial<Record<CellmapArgument, unknown>>>;

/** Every name that a configuration may hold. */
export const argumentNames: readonly string[] = [
  ...meant,
  ...Object.keys(aliases),
  ...Object.keys(meaningless),
  ...Object.keys(objects),
];

/**
 * The arguments by their current names, without those that have no meaning here. `null`, Python's `None`, is an
 * argument left out, except for `classes`, where it means raw only, and for transforms, where it means none.
 *
 * @throws VoxelfeedError `unknown-option` with the nearest name; `invalid-option` when two names of one thing are
 * given, and for what cannot be JSON
 */
export function currentArguments(
  config: Readonly<Record<string, unknown>>,
  warnings: CellmapWarning[],
): CellmapArguments {
  checkKeys(config, argumentNames, "the cellmap-data configuration");
  const args: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(config)) {
    if (value === null && !nullable.includes(given)) continue;
    if (objects[given] !== undefined)
      throw invalid(given, `left out: JSON cannot hold ${objects[given]}`, value);
    if (meaningless[given] !== undefined) {
      warnings.push({ path: given, message: `${given} has no effect: ${meaningless[given]}.` });
      continue;
    }
    const { name, isDeprecated } = aliases[given] ?? { name: given };
    if (args[name] !== undefined) {
      const both = Object.keys(config).filter((key) => key === name || aliases[key]?.name === name);
      throw invalid(given, `the only one of ${both.join(" and ")}: they name the same`, value);
    }
    if (isDeprecated)
      warnings.push({ path: given, message: `${given} is deprecated; its new name is ${name}.` });
    args[name] = value;
  }
  return args;
}

/** A warning for each option that has no counterpart in cellmap-data. */
export function warnOfRest(rest: object, path: string, warnings: CellmapWarning[]): void {
  for (const [key, value] of Object.entries(rest))
    if (value !== undefined) warnLeftOut(`${path}.${key}`, warnings);
}

/** A warning that what stands at `path` has no counterpart in cellmap-data. */
export function warnLeftOut(path: string, warnings: CellmapWarning[]): void {
  warnings.push({ path, message: `${path} has no counterpart in cellmap-data and is left out.` });
}
