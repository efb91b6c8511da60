/** cellmap-data's transforms of raw values, and voxelfeed's: one becomes the other, both ways. */
import { type ValueTransform, values } from "../augment/values.js";
import { invalid } from "../options.js";
import type { AxisName, Vec3 } from "../types.js";
import { type CellmapWarning, warnLeftOut } from "./arguments.js";
import {
  type PythonTransform,
  TransformArguments,
  type Translations,
  translate,
} from "./python-transforms.js";

/** What `CellMapDataSplit` does when nothing is said: `ToDtype(torch.float, scale=True)` and `NaNtoNum`. */
export const defaultRawTransforms: readonly ValueTransform[] = [values.normalize(), values.nanToNum()];

/** Voxel sizes of the input arrays: cellmap-data's blur counts in voxels, ours in nanometres. */
export type VoxelSizes = readonly Vec3[];

/**
 * @param path of the argument
 * @throws VoxelfeedError `unsupported`, `unknown-option`, `invalid-option`
 */
export function rawTransformsOf(value: unknown, path: string, voxelSizesNm: VoxelSizes): ValueTransform[] {
  const translations: Translations<ValueTransform> = {
    Normalize: readNormalize,
    ToDtype: readToDtype,
    NaNtoNum: readNaNtoNum,
    Binarize: (args) => [values.binarize({ threshold: args.only("threshold").number("threshold", 0) })],
    // Both end by clamping to [0, 1].
    RandomContrast: (args) => [
      values.contrast(args.only("contrast_range").range("contrast_range", [0.5, 1.5]), { about: "mean" }),
      values.clip(),
    ],
    RandomGamma: (args) => [
      values.gamma(args.only("gamma_range").range("gamma_range", [0.5, 1.5])),
      values.clip(),
    ],
    GaussianNoise: readGaussianNoise,
    GaussianBlur: (args) => readGaussianBlur(args, voxelSizesNm),
  };
  return translate(value, path, translations);
}

/** `(x + shift) · scale`. */
function readNormalize(args: TransformArguments): ValueTransform[] {
  const shift = args.only("shift", "scale").number("shift", 0);
  const scale = args.number("scale", 1 / 255);
  if (scale <= 0) throw invalid(`${args.path}.scale`, "a number > 0", scale);
  return [values.normalize({ range: [0 - shift, 1 / scale - shift] })];
}

/** Integers are divided by their dtype's largest value with `scale`; floats stay. */
function readToDtype(args: TransformArguments, before: readonly ValueTransform[]): ValueTransform[] {
  const { dtype = "float32", scale = false } = args.only("dtype", "scale").values;
  if (!/^(torch\.)?float(16|32)?$/.test(String(dtype)))
    throw invalid(`${args.path}.dtype`, '"float32": raw arrays are floats', dtype);
  return scale === true && before.length === 0 ? [values.normalize()] : [];
}

function readNaNtoNum({ values: given, path }: TransformArguments): ValueTransform[] {
  const { params, ...rest } = given;
  const place = params === undefined ? path : `${path}.params`;
  const args = new TransformArguments((params ?? rest) as Readonly<Record<string, unknown>>, place);
  const { nan, posinf, neginf } = args.only("nan", "posinf", "neginf").values;
  const isSet = (value: unknown): boolean => value !== undefined && value !== null;
  return [
    values.nanToNum({
      ...(isSet(nan) && nan !== 0 && { nan: args.number("nan", 0) }),
      ...(isSet(posinf) && { positiveInfinity: args.number("posinf", 1) }),
      ...(isSet(neginf) && { negativeInfinity: args.number("neginf", 0) }),
    }),
  ];
}

function readGaussianNoise(args: TransformArguments): ValueTransform[] {
  const mean = args.only("mean", "std").number("mean", 0);
  return [values.gaussianNoise(args.number("std", 1), mean === 0 ? {} : { mean })];
}

/** σ there is in voxels, of the last two axes or of all three; the kernel's size does not matter where it holds ±4σ. */
function readGaussianBlur(args: TransformArguments, voxelSizesNm: VoxelSizes): ValueTransform[] {
  const { path } = args.only("kernel_size", "sigma", "dim");
  const dim = args.number("dim", 2);
  if (dim !== 2 && dim !== 3) throw invalid(`${path}.dim`, "2 or 3", dim);
  const size = blurredVoxelNm(voxelSizesNm, dim);
  if (size === null) {
    const expected =
      "left out: it counts in voxels, and the input arrays' voxels differ along the blurred axes";
    throw invalid(`${path}.sigma`, expected, args.values.sigma, "Use values.gaussianBlur, in nanometres.");
  }
  const axes: readonly AxisName[] = ["y", "x"];
  return [values.gaussianBlur(args.number("sigma", Number.NaN) * size, dim === 2 ? { axes } : {})];
}

/** The one voxel size along the last `dim` axes of all arrays; null where there is none. */
function blurredVoxelNm(voxelSizesNm: VoxelSizes, dim: number): number | null {
  const sizes = new Set(voxelSizesNm.flatMap((voxelSize) => voxelSize.slice(-dim)));
  return sizes.size === 1 ? [...sizes][0]! : null;
}

/**
 * The same transforms as cellmap-data has them, with a warning for each that it does not have.
 *
 * @param path of the list in voxelfeed's options
 */
export function rawTransformsTo(
  list: readonly ValueTransform[],
  path: string,
  voxelSizesNm: VoxelSizes,
  warnings: CellmapWarning[],
): PythonTransform[] {
  return list.flatMap((transform, i): PythonTransform[] => {
    const previous = list[i - 1];
    // The clamp that RandomContrast and RandomGamma end with.
    if (isPlainClip(transform) && previous !== undefined && endsInClamp(previous)) return [];
    const { p = 1, ...certain } = transform;
    const written = p === 1 ? write(certain, i, isPlainClip(list[i + 1]), voxelSizesNm) : null;
    if (written === null) warnLeftOut(`${path}[${i}]`, warnings);
    return written === null ? [] : [written];
  });
}

function isPlainClip(transform: ValueTransform | undefined): boolean {
  return transform?.op === "clip" && transform.range === undefined && (transform.p ?? 1) === 1;
}

function endsInClamp({ op }: ValueTransform): boolean {
  return op === "contrast" || op === "gamma";
}

function write(
  transform: ValueTransform,
  index: number,
  isClamped: boolean,
  voxelSizesNm: VoxelSizes,
): PythonTransform | null {
  switch (transform.op) {
    case "normalize":
      return writeNormalize(transform, index);
    case "nanToNum": {
      const { nan = 0, positiveInfinity: posinf, negativeInfinity: neginf } = transform;
      return { class: "NaNtoNum", params: { nan, posinf: posinf ?? null, neginf: neginf ?? null } };
    }
    case "binarize": {
      const { threshold = 0.5 } = transform;
      return typeof threshold === "number" ? { class: "Binarize", threshold } : null;
    }
    case "contrast": {
      const isSame = isClamped && transform.about === "mean" && Array.isArray(transform.range);
      return isSame ? { class: "RandomContrast", contrast_range: transform.range } : null;
    }
    case "gamma": {
      const isSame = isClamped && transform.over === undefined && Array.isArray(transform.range);
      return isSame ? { class: "RandomGamma", gamma_range: transform.range } : null;
    }
    case "gaussianNoise": {
      const { sigma, mean = 0 } = transform;
      return typeof sigma === "number" ? { class: "GaussianNoise", mean, std: sigma } : null;
    }
    case "gaussianBlur":
      return writeGaussianBlur(transform, voxelSizesNm);
    default:
      return null;
  }
}

function writeNormalize(
  { range, mean, percentiles }: Extract<ValueTransform, { op: "normalize" }>,
  index: number,
): PythonTransform | null {
  if (range !== undefined)
    return { class: "Normalize", shift: 0 - range[0], scale: 1 / (range[1] - range[0]) };
  if (mean !== undefined || percentiles !== undefined || index > 0) return null;
  return { class: "ToDtype", dtype: "float32", scale: true };
}

function writeGaussianBlur(
  { sigmaNm, axes }: Extract<ValueTransform, { op: "gaussianBlur" }>,
  voxelSizesNm: VoxelSizes,
): PythonTransform | null {
  const dim = axes === undefined ? 3 : 2;
  const size = blurredVoxelNm(voxelSizesNm, dim);
  if (typeof sigmaNm !== "number" || size === null) return null;
  if (axes !== undefined && (axes.length !== 2 || axes.includes("z"))) return null;
  const sigma = sigmaNm / size;
  return { class: "GaussianBlur", kernel_size: 2 * Math.ceil(4 * sigma) + 1, sigma, dim };
}
