/** The public names, so that adding or losing one is a decision. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as api from "../../src/index.js";

it("exports exactly these values", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "Engine",
      "GiB",
      "MiB",
      "VoxelfeedError",
      "cacheReport",
      "clearCache",
      "combineDatasets",
      "createLoader",
      "isVoxelfeedError",
      "neuroglancerLink",
      "openDataSplit",
      "openDataset",
      "openImage",
      "reportText",
      "rotation",
      "samplers",
      "spatialMatrix",
      "verify",
    ]
  `);
});

it("exports exactly these types", () => {
  const source = readFileSync(join(import.meta.dirname, "../../src/index.ts"), "utf8");
  const blocks = [...source.matchAll(/export (type )?\{([^}]*)\}/g)];
  const names = blocks.flatMap(([, isType, list]) =>
    list!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && (isType !== undefined || name.startsWith("type ")))
      .map((name) => name.replace(/^type /, "")),
  );
  expect(names.sort()).toMatchInlineSnapshot(`
    [
      "Antialias",
      "ArraySpec",
      "AxisInfo",
      "AxisName",
      "Backend",
      "BaseUrl",
      "Batch",
      "BatchArray",
      "BatchMask",
      "BlockShuffleSampler",
      "Box",
      "Budget",
      "CacheReport",
      "ClassBalancedSampler",
      "CombinedDataset",
      "CropReport",
      "DataSplit",
      "DataSplitSpec",
      "Dataset",
      "DatasetDict",
      "DatasetDictEntry",
      "DatasetSpec",
      "DrawnSpatial",
      "EngineOptions",
      "EngineStats",
      "ErrorCode",
      "ForegroundSampler",
      "GridSampler",
      "IdTable",
      "Image",
      "ImageMeta",
      "ImageSource",
      "Interpolation",
      "Layout",
      "LeftOutRow",
      "Level",
      "Loader",
      "LoaderOptions",
      "LoaderState",
      "LoaderStats",
      "Mat3",
      "MirrorSpec",
      "MixtureSampler",
      "NeuroglancerOptions",
      "NormalRange",
      "OpenImageOptions",
      "OutputDType",
      "ParameterRange",
      "ReadOptions",
      "ReadRequest",
      "ReadResult",
      "Revalidate",
      "RotateSpec",
      "Sample",
      "SampleArray",
      "SampleOrigin",
      "Sampler",
      "SequentialSampler",
      "Severity",
      "SourceDType",
      "SpatialTransforms",
      "SplitPair",
      "SplitUsage",
      "SubsetRandomSampler",
      "TilePlace",
      "TransposeSpec",
      "TypedArray",
      "UniformSampler",
      "Vec3",
      "VerifyCode",
      "VerifyOptions",
      "VerifyProblem",
      "VerifyReport",
      "WeightedSampler",
    ]
  `);
});
