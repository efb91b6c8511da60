/** A loader's options as cellmap-data's arguments. */
import type { LoaderOptions } from "../loader/options.js";
import type { SplitUsage } from "../split/row.js";
import { type CellmapWarning, warnOfRest } from "./arguments.js";

export function datasetLoaderArguments(
  options: LoaderOptions,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  const { sampler, spatialTransforms, iterationsPerEpoch, ...common } = options;
  // Without shuffling, turning and a number of iterations it is a validation loader.
  const isTrain =
    sampler?.kind !== "sequential" || spatialTransforms !== undefined || iterationsPerEpoch !== undefined;
  return {
    is_train: isTrain,
    ...(isTrain && samplerArguments(sampler, "loaderOptions.sampler", warnings)),
    ...commonArguments(common, "loaderOptions", warnings),
    iterations_per_epoch: iterationsPerEpoch,
    spatial_transforms: spatialTransforms,
  };
}

/** Both parts share one set of arguments: those of the training part. */
export function splitLoaderArguments(
  { train, validation }: Readonly<Record<SplitUsage, LoaderOptions>>,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  const { sampler, spatialTransforms, iterationsPerEpoch, dropLast, ...common } = train;
  const { sampler: tiles, ...rest } = validation;
  if (tiles !== undefined && JSON.stringify(tiles) !== '{"kind":"grid"}')
    warnOfRest({ sampler: tiles }, "loaderOptions.validation", warnings);
  const differing = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => value !== train[key as keyof LoaderOptions]),
  );
  warnOfRest(differing, "loaderOptions.validation", warnings);
  return {
    ...samplerArguments(sampler, "loaderOptions.train.sampler", warnings),
    ...commonArguments({ ...common, dropLast }, "loaderOptions.train", warnings),
    iterations_per_epoch: iterationsPerEpoch,
    spatial_transforms: spatialTransforms,
  };
}

function commonArguments(
  { batchSize, seed, workers, backend, dropLast, ...rest }: LoaderOptions,
  path: string,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  warnOfRest({ ...rest, ...(backend === "webgpu" && { backend }) }, path, warnings);
  return {
    batch_size: batchSize,
    seed,
    num_workers: workers,
    device: backend === "cpu" ? "cpu" : undefined,
    drop_last: dropLast,
  };
}

function samplerArguments(
  sampler: LoaderOptions["sampler"],
  path: string,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  switch (JSON.stringify(sampler)) {
    case undefined:
    case '{"kind":"uniform","replacement":false}':
      return {};
    case '{"kind":"sequential"}':
      return { shuffle: false };
    case '{"kind":"classBalanced"}':
      return { weighted_sampler: true };
    default:
      warnings.push({ path, message: `${path} has no counterpart in cellmap-data and is left out.` });
      return {};
  }
}
