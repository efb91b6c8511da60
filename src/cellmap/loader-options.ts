/** What a configuration says about the loader. */
import type { TargetTransform } from "../augment/targets.js";
import type { ValueTransform } from "../augment/values.js";
import type { LoaderOptions } from "../loader/options.js";
import { flag, invalid, wholeNumber } from "../options.js";
import { type Sampler, samplers } from "../sampling/samplers.js";
import type { SplitUsage } from "../split/row.js";
import type { Vec3 } from "../types.js";
import type { CellmapArguments, CellmapWarning } from "./arguments.js";
import { rawTransformsOf } from "./raw-transforms.js";
import { spatialTransformsOf } from "./spatial.js";
import { targetTransformsOf } from "./target-transforms.js";

export function loaderOptionsOf(
  args: CellmapArguments,
  usage: SplitUsage,
  sampler: Sampler,
  warnings: CellmapWarning[],
): LoaderOptions {
  const { batch_size, num_workers, iterations_per_epoch, drop_last, spatial_transforms: spatial } = args;
  const seed = seedOf(args);
  const workers = wholeNumber(num_workers, "num_workers", 0, 0, 64);
  return {
    sampler,
    ...(batch_size !== undefined && { batchSize: wholeNumber(batch_size, "batch_size", 1, 1) }),
    ...(seed !== undefined && { seed }),
    // 0 means "in the main process" there; here it would leave nobody to read.
    ...(workers > 0 && { workers }),
    ...backendOf(args.device, warnings),
    ...(iterations_per_epoch !== undefined && {
      iterationsPerEpoch: wholeNumber(iterations_per_epoch, "iterations_per_epoch", 1, 1),
    }),
    ...(drop_last !== undefined && { dropLast: flag(drop_last, "drop_last", false) }),
    ...(usage === "train" &&
      spatial !== undefined && { spatialTransforms: spatialTransformsOf(spatial, warnings) }),
  };
}

/** The transforms of raw values that an argument names, or those given where it is absent. */
export function rawTransforms(
  args: CellmapArguments,
  name: "raw_value_transforms" | "train_raw_value_transforms" | "val_raw_value_transforms",
  absent: readonly ValueTransform[],
): Pick<LoaderOptions, "rawValueTransforms"> {
  const arrays = args.input_arrays as Readonly<Record<string, { readonly scale: Vec3 }>>;
  const voxelSizesNm = Object.values(arrays).map(({ scale }) => scale);
  const list = args[name] === undefined ? absent : rawTransformsOf(args[name], name, voxelSizesNm);
  return list.length === 0 ? {} : { rawValueTransforms: list };
}

/** The transforms of targets, or those given where there are labels and the argument is absent. */
export function targetTransforms(
  { target_arrays, target_value_transforms: value, classes }: CellmapArguments,
  absent: readonly TargetTransform[],
  warnings: CellmapWarning[],
): Pick<LoaderOptions, "targetTransforms"> {
  if (target_arrays === undefined) return {};
  const list = value !== undefined ? targetTransformsOf(value, warnings) : classes === null ? [] : absent;
  return list.length === 0 ? {} : { targetTransforms: list };
}

/** What PyTorch's `shuffle=True` does, or the class balance of `weighted_sampler`. */
export function shuffledSampler(args: CellmapArguments): Sampler {
  if (flag(args.weighted_sampler, "weighted_sampler", false)) return samplers.classBalanced();
  if (!flag(args.shuffle, "shuffle", true)) return samplers.sequential();
  return samplers.uniform({ replacement: false });
}

function seedOf({ rng, seed }: CellmapArguments): number | undefined {
  if (rng === undefined && seed === undefined) return undefined;
  if (rng !== undefined && seed !== undefined) throw invalid("rng", "left out when seed is given", rng);
  const path = seed === undefined ? "rng" : "seed";
  return wholeNumber(seed ?? rng, path, 0, 0);
}

function backendOf(device: unknown, warnings: CellmapWarning[]): Pick<LoaderOptions, "backend"> {
  if (device === undefined) return {};
  if (device === "cpu") return { backend: "cpu" };
  const message = `device has no effect unless it is "cpu": WebGPU is taken where there is a GPU; for a device of yours pass the loader's device option.`;
  warnings.push({ path: "device", message });
  return {};
}
