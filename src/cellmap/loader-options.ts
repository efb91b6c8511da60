/** What a configuration says about the loader. */
import type { LoaderOptions } from "../loader/options.js";
import { flag, invalid, wholeNumber } from "../options.js";
import { type Sampler, samplers } from "../sampling/samplers.js";
import type { SplitUsage } from "../split/row.js";
import type { CellmapArguments, CellmapWarning } from "./arguments.js";
import { spatialTransformsOf } from "./spatial.js";

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
