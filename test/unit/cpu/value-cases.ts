/** Reads with work on their values, and one list of transforms for every kind; for the CPU and the GPU tests. */
import { type ValueTransform, values } from "../../../src/augment/values.js";
import { type DrawnValues, drawValues, valuesToWork } from "../../../src/augment/values-list.js";
import type { PatchRequest } from "../../../src/plan/patch.js";
import { planPatch } from "../../../src/plan/patch.js";
import { planWorked, type WorkedRead } from "../../../src/plan/worked.js";
import type { BrickDType, Mat3, OutputDType, Vec3 } from "../../../src/types.js";
import type { Level } from "../../../src/zarr/metadata.js";
import { brickOf, type TestVolume, voxelBytes } from "./cases.js";

/** A volume as the only level of an image. */
export function levelOf(volume: TestVolume): Level {
  const { shape, brickShape, voxelSize, translation, dtype } = volume;
  return {
    array: {
      path: "s0",
      level: 0,
      zarrFormat: 2,
      dtype,
      shape,
      chunkShape: brickShape,
      chunkKey: { style: "v2", separator: "/" },
      codecs: [],
      spatialAxes: [0, 1, 2],
      select: [0, 0, 0],
      fillBytes: [...voxelBytes(dtype, 0)],
    },
    shape,
    brickShape,
    brickDType: dtype,
    voxelSizeNm: voxelSize as Vec3,
    translationNm: translation as Vec3,
  };
}

export interface ValueRequest {
  readonly center: Vec3;
  readonly shape: Vec3;
  readonly scale?: Vec3;
  readonly matrix?: Mat3;
  readonly dtype?: OutputDType;
  readonly padValue?: number;
}

export function patchOf(request: ValueRequest): PatchRequest {
  return {
    scale: [1, 1, 1],
    interpolation: "linear",
    antialias: "none",
    padValue: 0,
    dtype: "float32",
    ...request,
  };
}

/** Which sample it is; the seed has more than 32 bits, as seeds may. */
export const sampleKey = { seed: 2 ** 40 + 5, epoch: 3, sample: 2 ** 33 + 7 };

export function drawnFor(
  list: readonly ValueTransform[],
  request: ValueRequest,
  key = sampleKey,
  index = 1,
): DrawnValues {
  const { shape, scale } = patchOf(request);
  return drawValues(list, key, { shape, scale, index });
}

/** A planned read with the work of what was drawn; everything passes through JSON, as it does on its way to a worker. */
export function workedRead(
  volume: TestVolume,
  request: ValueRequest,
  drawn: DrawnValues,
  channel = 0,
): WorkedRead {
  const patch = patchOf(request);
  const work = valuesToWork(JSON.parse(JSON.stringify(drawn)), patch, volume.dtype, channel);
  return planWorked([levelOf(volume)], patch, JSON.parse(JSON.stringify(work)));
}

/** The bricks that a read gathers from. */
export function bricksFor(volume: TestVolume, { plan, gather = plan }: WorkedRead): Map<number, Uint8Array> {
  const [, gy, gx] = gather.gridShape;
  return new Map(
    gather.bricks.map((entry) => {
      const [z, y, x] = [Math.floor(entry / (gy * gx)), Math.floor(entry / gx) % gy, entry % gx];
      const [oz, oy, ox] = gather.gridMin;
      return [entry, brickOf(volume, [oz + z, oy + y, ox + x])] as const;
    }),
  );
}

/** The read without work on its values. */
export function plainRead(volume: TestVolume, request: ValueRequest): WorkedRead {
  return planPatch([levelOf(volume)], patchOf(request));
}

/** The normalisation of a test volume's own range. */
export const unit = (dtype: BrickDType): ValueTransform =>
  dtype === "float32" ? values.normalize({ range: [-1000, 1000] }) : values.normalize();

/** One list for each kind of transform, on voxels of 1 nm; all of them after `normalize`. */
export const kinds: Readonly<Record<string, readonly ValueTransform[]>> = {
  meanStd: [values.normalize({ mean: 0.4, std: 0.3 })],
  percentiles: [values.normalize({ percentiles: [5, 90] })],
  contrast: [values.contrast([0.5, 1.5])],
  contrastAboutMean: [values.contrast([0.5, 1.5], { about: "mean" })],
  brightness: [values.brightness([-0.2, 0.2])],
  gamma: [values.gamma([0.5, 2])],
  gammaOverPatch: [values.brightness(-0.3), values.gamma([0.5, 2], { over: "patch" })],
  invert: [values.invert()],
  clip: [values.clip({ range: [0.2, 0.7] })],
  nanToNum: [values.nanToNum({ nan: 0.5 })],
  quantize: [values.quantize([4, 9])],
  binarize: [values.binarize({ threshold: [0.3, 0.6] })],
  gaussianNoise: [values.gaussianNoise([0.05, 0.1], { mean: 0.02 })],
  poissonNoise: [values.poissonNoise([20, 60])],
  speckle: [values.speckle([0.1, 0.2])],
  gaussianBlur: [values.gaussianBlur([0.6, 1.5])],
  blurInPlane: [values.gaussianBlur(1.2, { axes: ["y", "x"] })],
  sharpen: [values.sharpen([0.5, 1], [0.7, 1.2])],
  lowResolution: [values.lowResolution([1.5, 3.2])],
  missingSections: [values.missingSections(0.4, { fill: 0.25 })],
  lowContrastSections: [values.lowContrastSections(0.5, [0.1, 0.4], { axis: "y", thicknessNm: 2 })],
  artifactSections: [values.artifactSections(0.6, [1, 3], { axis: "x", count: [1, 3], fill: [0, 1] })],
  cutout: [values.cutout([2, 5], { count: 3, fill: [0, 1] })],
  biasField: [values.biasField(0.3)],
  chain: [
    values.contrast([0.8, 1.2], { about: "mean" }),
    values.gaussianNoise(0.05),
    values.gaussianBlur(0.8),
    values.biasField(0.2),
    values.speckle(0.05),
    values.sharpen(0.5, 0.6),
    values.normalize({ percentiles: [0, 100] }),
    values.missingSections(0.2),
    values.clip(),
  ],
};
