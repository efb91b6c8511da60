/** A loader's options as cellmap-data's arguments. */
import type { LoaderOptions } from "../loader/options.js";
import type { SplitUsage } from "../split/row.js";
import { type CellmapWarning, warnLeftOut, warnOfRest } from "./arguments.js";
import type { PythonTransform } from "./python-transforms.js";
import { rawTransformsTo, type VoxelSizes } from "./raw-transforms.js";
import { spatialTransformsTo } from "./spatial.js";
import { targetTransformsTo } from "./target-transforms.js";

/** @param voxelSizesNm of the input arrays */
export function datasetLoaderArguments(
  options: LoaderOptions,
  voxelSizesNm: VoxelSizes,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  const { sampler, spatialTransforms, rawValueTransforms, targetTransforms, iterationsPerEpoch, ...common } =
    options;
  const path = "loaderOptions";
  // Without shuffling, turning and a number of iterations it is a validation loader.
  const isTrain =
    sampler?.kind !== "sequential" || spatialTransforms !== undefined || iterationsPerEpoch !== undefined;
  return {
    is_train: isTrain,
    ...(isTrain && samplerArguments(sampler, "loaderOptions.sampler", warnings)),
    ...commonArguments(common, "loaderOptions", warnings),
    iterations_per_epoch: iterationsPerEpoch,
    spatial_transforms:
      spatialTransforms &&
      spatialTransformsTo(spatialTransforms, `loaderOptions.spatialTransforms`, warnings),
    raw_value_transforms: rawArgument(rawValueTransforms, path, voxelSizesNm, warnings),
    target_value_transforms: targetArgument(targetTransforms, path, warnings),
  };
}

/** Both parts share one set of arguments: those of the training part. */
export function splitLoaderArguments(
  { train, validation }: Readonly<Record<SplitUsage, LoaderOptions>>,
  voxelSizesNm: VoxelSizes,
  warnings: CellmapWarning[],
): Record<string, unknown> {
  const { sampler, spatialTransforms, rawValueTransforms, targetTransforms, ...others } = train;
  const { iterationsPerEpoch, dropLast, ...common } = others;
  const { sampler: tiles, rawValueTransforms: validationRaw, ...rest } = validation;
  const raw = (list: LoaderOptions["rawValueTransforms"], usage: SplitUsage) =>
    rawArgument(list, `loaderOptions.${usage}`, voxelSizesNm, warnings) ?? null;
  if (tiles !== undefined && JSON.stringify(tiles) !== '{"kind":"grid"}')
    warnOfRest({ sampler: tiles }, "loaderOptions.validation", warnings);
  const differing = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => !isSame(value, train[key as keyof LoaderOptions])),
  );
  warnOfRest(differing, "loaderOptions.validation", warnings);
  return {
    ...samplerArguments(sampler, "loaderOptions.train.sampler", warnings),
    ...commonArguments({ ...common, dropLast }, "loaderOptions.train", warnings),
    iterations_per_epoch: iterationsPerEpoch,
    spatial_transforms:
      spatialTransforms &&
      spatialTransformsTo(spatialTransforms, `loaderOptions.train.spatialTransforms`, warnings),
    // Without them cellmap-data has transforms of its own.
    train_raw_value_transforms: raw(rawValueTransforms, "train"),
    val_raw_value_transforms: raw(validationRaw, "validation"),
    target_value_transforms: targetArgument(targetTransforms, "loaderOptions.train", warnings) ?? null,
  };
}

/** Whether two options are the same object, or the same plain data. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || (Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b));
}

function rawArgument(
  list: LoaderOptions["rawValueTransforms"],
  path: string,
  voxelSizesNm: VoxelSizes,
  warnings: CellmapWarning[],
): PythonTransform[] | undefined {
  if (list === undefined || isList(list)) {
    return list && rawTransformsTo(list, `${path}.rawValueTransforms`, voxelSizesNm, warnings);
  }
  warnOfRest({ rawValueTransforms: list }, path, warnings);
  return undefined;
}

function targetArgument(
  list: LoaderOptions["targetTransforms"],
  path: string,
  warnings: CellmapWarning[],
): PythonTransform[] | undefined {
  if (list === undefined || isList(list)) {
    return list && targetTransformsTo(list, `${path}.targetTransforms`, warnings);
  }
  warnOfRest({ targetTransforms: list }, path, warnings);
  return undefined;
}

/** A list for all arrays, rather than one for each. */
function isList<T>(option: readonly T[] | Readonly<Record<string, readonly T[]>>): option is readonly T[] {
  return Array.isArray(option);
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
      warnLeftOut(path, warnings);
      return {};
  }
}
