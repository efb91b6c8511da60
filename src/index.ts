/**
 * voxelfeed streams multi-scale volumes (OME-Zarr over HTTP) into ready-to-train batches on the GPU, inside a
 * web page.
 *
 * @example
 * import { createLoader, openDataset } from "voxelfeed";
 *
 * const dataset = await openDataset({
 *   raw: "https://example.org/volume.zarr/recon-1/em/fibsem-uint8",
 *   target: "https://example.org/volume.zarr/recon-1/labels/groundtruth/crop1/[membrane,mito]",
 *   inputArrays: { raw: { shape: [64, 64, 64], scale: [8, 8, 8] } },
 *   targetArrays: { labels: { shape: [64, 64, 64], scale: [8, 8, 8] } },
 * });
 * const loader = createLoader(dataset, { batchSize: 4, seed: 42 });
 * for await (const batch of loader) {
 *   const { raw, labels } = batch.arrays;
 *   await train(await raw.data(), await labels.data());
 *   batch.release();
 * }
 *
 * @module
 */
export { type Preset, presets } from "./augment/presets.js";
export type { NormalRange, ParameterRange } from "./augment/range.js";
export {
  type CubeSpec,
  type ElasticSpec,
  type MagnificationSpec,
  type MirrorSpec,
  type PerAxis,
  type Random2dSpec,
  type RotateSpec,
  type SectionSpec,
  type ShearAxes,
  type ShearSpec,
  type SpatialOperation,
  type SpatialSpecs,
  type SpatialTransforms,
  spatial,
  type TranslateSpec,
  type TransposeSpec,
} from "./augment/spatial.js";
export type { SamplePlace } from "./augment/spatial-draw.js";
export { type DrawnOperation, type DrawnSpatial, spatialMatrix } from "./augment/spatial-matrix.js";
export {
  type AffinitiesTarget,
  type BinarizeTarget,
  type BoundaryTarget,
  type DilateTarget,
  type ErodeTarget,
  type LsdTarget,
  type NeighbourReach,
  type OneHotTarget,
  type RemapTarget,
  type SignedDistanceTarget,
  type TargetTransform,
  type TargetTransforms,
  targets,
  type UnionTarget,
  type WeightsTarget,
} from "./augment/targets.js";
export { type ValueName, type ValueTransform, values } from "./augment/values.js";
export type { DrawnArrays, DrawnValue, DrawnValues } from "./augment/values-list.js";
export type { Priority } from "./cache/budget.js";
export type { CacheReport } from "./cache/disk/contents.js";
export { cacheReport, clearCache } from "./cache/disk/report.js";
export type { TierUse } from "./cache/ledger.js";
export type { BudgetEvent, LimitAction, Tier } from "./cache/limits.js";
export type { CellmapWarning } from "./cellmap/arguments.js";
export { type CellmapPlan, fromCellmapConfig } from "./cellmap/from-config.js";
export { toCellmapConfig } from "./cellmap/to-config.js";
export type { ClassSpec } from "./dataset/class-images.js";
export { cellmapClasses } from "./dataset/class-table.js";
export { type ClassTree, relationsFromTree } from "./dataset/class-tree.js";
export type { CombinedDataset } from "./dataset/combined.js";
export { combineDatasets } from "./dataset/combined.js";
export type { ClassCount, ClassCounts, CountClassesOptions, VoxelCount } from "./dataset/counts.js";
export type { Dataset, SampleTurn } from "./dataset/dataset.js";
export type { GetOptions, Sample, SampleArray, SampleBatch } from "./dataset/get.js";
export type { Image, ReadOptions, ReadResult } from "./dataset/image.js";
export type { OpenImageOptions } from "./dataset/image-options.js";
export type { DatasetProblem, MissingPolicy } from "./dataset/missing.js";
export { type NeuroglancerOptions, neuroglancerLink } from "./dataset/neuroglancer.js";
export { openDataset } from "./dataset/open.js";
export { openImage } from "./dataset/open-image.js";
export type { ReadRequest } from "./dataset/read-request.js";
export type { ClassRelations } from "./dataset/relations.js";
export type { SampleDraw, SampleOrigin, TilePlace } from "./dataset/sample.js";
export type { SamplingWeights } from "./dataset/sampling-weights.js";
export type { DatasetSpec } from "./dataset/spec.js";
export { type SubsetDataset, subset } from "./dataset/subset.js";
export type { DeviceLostEvent } from "./engine/backend-choice.js";
export type { BatchArray, BatchMask } from "./engine/batch-array.js";
export { Engine, type EngineEvents, type EngineStats } from "./engine/engine.js";
export type { EngineOptions } from "./engine/options.js";
export { type ErrorCode, isVoxelfeedError, VoxelfeedError } from "./errors.js";
export type { Batch } from "./loader/batch.js";
export { type BatchSizeOptions, suggestBatchSize } from "./loader/batch-size.js";
export type { LoaderEvents } from "./loader/events.js";
export { type AttachOptions, createLoader, type Loader, type LoaderStats } from "./loader/loader.js";
export type { LoaderOptions } from "./loader/options.js";
export type { LoaderState } from "./loader/state.js";
export type { RawValueTransforms } from "./loader/value-options.js";
export { GiB, MiB } from "./math/bytes.js";
export { rotation } from "./math/rotation.js";
export type { IdTable } from "./plan/ids.js";
export type { Tile } from "./plan/tiles.js";
export type { WorkerDeadlines } from "./pool/deadlines.js";
export type { PoolStats } from "./pool/pool.js";
export {
  type BlockShuffleSampler,
  type ClassBalancedSampler,
  type ForegroundSampler,
  type GridSampler,
  type MixtureSampler,
  type Sampler,
  type SequentialSampler,
  type SubsetRandomSampler,
  samplers,
  type UniformSampler,
  type WeightedSampler,
} from "./sampling/samplers.js";
export { openDataSplit } from "./split/open.js";
export type { LeftOutRow, SplitUsage } from "./split/row.js";
export type { BaseUrl, DatasetDict, DatasetDictEntry, SplitPair } from "./split/rows.js";
export type { DataSplitSpec } from "./split/spec.js";
export type { DataSplit } from "./split/split.js";
export type { BatchSpan, RequestPlace, Span, SpanPart, Spans, Stage } from "./timing/spans.js";
export type {
  Antialias,
  ArraySpec,
  AxisName,
  Backend,
  Box,
  Budget,
  CoalesceOptions,
  Interpolation,
  Layout,
  Mat3,
  OutputDType,
  Revalidate,
  SourceDType,
  TypedArray,
  Vec2,
  Vec3,
} from "./types.js";
export type { VerifyOptions } from "./verify/options.js";
export {
  type CropReport,
  reportText,
  type Severity,
  type VerifyCode,
  type VerifyProblem,
  type VerifyReport,
} from "./verify/report.js";
export { verify } from "./verify/verify.js";
export type { FetchCallback, HttpOptions } from "./zarr/access.js";
export type { HttpSource, ImageSource, UrlSource } from "./zarr/byte-store.js";
export type { HeadersCallback, HeadersRequest } from "./zarr/headers.js";
export type { DigestAlgorithm, IntegrityManifest } from "./zarr/integrity.js";
export type { Annotation, AxisInfo, ImageMeta, Level } from "./zarr/metadata.js";
export type { Timeouts } from "./zarr/timeouts.js";
