/** The arrays a user asks for, checked and with their defaults. */
import { checkKeys, flag, invalid, oneOf, positiveVec3, shapeVec3 } from "../options.js";
import type { ArraySpec, OutputDType, ResolvedArraySpec, Vec2, Vec3 } from "../types.js";

/** What an array is made from: `input` and `rawTarget` from the raw image, `labels` from the class images. */
export type ArrayKind = "input" | "rawTarget" | "labels";

export type ArraySpecs = Readonly<Record<string, ArraySpec>>;

const keys = [
  "shape",
  "scale",
  "dtype",
  "interpolation",
  "antialias",
  "padValue",
  "mask",
  "unknown",
  "squeeze",
] as const;

/** @throws VoxelfeedError `invalid-option`, `unknown-option`, with the path into the configuration */
export function resolveArrays(specs: ArraySpecs, kind: ArrayKind, path: string): ResolvedArraySpec[] {
  if (typeof specs !== "object" || specs === null) {
    throw invalid(path, "an object of array name → { shape, scale }", specs);
  }
  return Object.entries(specs).map(([name, spec]) => resolveArray(name, spec, kind, `${path}.${name}`));
}

/**
 * Whether the arrays are slices, which all of them must be or none.
 *
 * @throws VoxelfeedError `invalid-option` where they differ
 */
export function areSlices(inputs: ArraySpecs, targets: ArraySpecs): boolean {
  const all = [
    ...Object.entries(inputs).map(([name, spec]) => [`inputArrays.${name}`, spec] as const),
    ...Object.entries(targets).map(([name, spec]) => [`targetArrays.${name}`, spec] as const),
  ];
  const slices = all.filter(([, { shape }]) => shape.length === 2);
  if (slices.length === 0) return false;
  const other = all.find(([, { shape }]) => shape.length !== 2);
  if (other !== undefined) {
    const hint = "A slice beside volumes is a patch with a 1 in its shape: [1, height, width].";
    throw invalid(`${other[0]}.shape`, `two numbers, as ${slices[0]![0]}.shape has`, other[1].shape, hint);
  }
  return true;
}

function resolveArray(name: string, spec: ArraySpec, kind: ArrayKind, path: string): ResolvedArraySpec {
  checkKeys(spec, keys, path);
  const labels = kind === "labels";
  const interpolation = oneOf(
    spec.interpolation,
    `${path}.interpolation`,
    ["nearest", "linear", "linear-argmax"],
    labels ? "nearest" : "linear",
  );
  const { padValue = 0 } = spec;
  if (typeof padValue !== "number") throw invalid(`${path}.padValue`, "a number", padValue);
  const dtype = oneOf(
    spec.dtype,
    `${path}.dtype`,
    ["float32", "float16", "uint8", "int32", "uint32"],
    labels ? "uint8" : "float32",
  );
  return {
    name,
    ...resolveSize(spec, path),
    dtype,
    interpolation,
    antialias: oneOf(
      spec.antialias,
      `${path}.antialias`,
      ["box", "none"],
      interpolation === "linear" ? "box" : "none",
    ),
    padValue,
    mask: flag(spec.mask, `${path}.mask`, kind !== "input"),
    unknown: resolveUnknown(spec, kind, dtype, path),
    squeeze: flag(spec.squeeze, `${path}.squeeze`, false),
  };
}

/** Shape and scale along all three axes of the patch. */
function resolveSize(
  { shape, scale }: ArraySpec,
  path: string,
): { readonly shape: Vec3; readonly scale: Vec3 } {
  const isSlice = Array.isArray(shape) && shape.length === 2;
  if (!isSlice) {
    return {
      shape: shapeVec3(shape, `${path}.shape`),
      scale: positiveVec3(scale, `${path}.scale`, "nanometres per voxel"),
    };
  }
  if (!Array.isArray(scale) || scale.length !== 2) {
    throw invalid(
      `${path}.scale`,
      "two positive nanometres per voxel [rows, columns], as the shape has",
      scale,
    );
  }
  const [rows, columns] = scale as unknown as Vec2;
  const [height, width] = shape as Vec2;
  return {
    shape: shapeVec3([1, height, width], `${path}.shape`),
    scale: positiveVec3([Math.min(rows, columns), rows, columns], `${path}.scale`, "nanometres per voxel"),
  };
}

function resolveUnknown(
  { unknown }: ArraySpec,
  kind: ArrayKind,
  dtype: OutputDType,
  path: string,
): ResolvedArraySpec["unknown"] {
  if (unknown !== undefined && kind !== "labels") {
    throw invalid(`${path}.unknown`, "left out: only labels know what is unknown", unknown);
  }
  const way = oneOf(unknown, `${path}.unknown`, ["mask", "nan"], "mask");
  if (way === "nan" && !dtype.startsWith("float")) {
    throw invalid(`${path}.dtype`, 'float32 or float16 with unknown: "nan"', dtype);
  }
  return way;
}
