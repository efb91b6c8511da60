/** What a read of an image may ask for, checked and with defaults. */
import { determinant } from "../math/vec.js";
import { checkKeys, finiteVec3, invalid, oneOf, positiveVec3, shapeVec3 } from "../options.js";
import type { PatchRequest } from "../plan/patch.js";
import type { Antialias, Interpolation, Mat3, OutputDType, SourceDType, Vec3 } from "../types.js";

/** A patch of an image in world terms. */
export interface ReadRequest {
  /** World centre, nanometres, z, y, x. */
  readonly center: Vec3;
  /** Patch shape in voxels, z, y, x. */
  readonly shape: Vec3;
  /** Voxel size of the patch, nanometres, z, y, x. */
  readonly scale: Vec3;
  /** Pull map about the centre, output → world, in physical units, rows z, y, x. Default: identity. */
  readonly matrix?: Mat3;
  /** Default `linear`. */
  readonly interpolation?: Interpolation;
  /** Default `box` for linear reads, `none` for nearest. */
  readonly antialias?: Antialias;
  /** Value outside the volume. Default 0. */
  readonly padValue?: number;
  /** Default: `float32` for linear reads; for nearest ones the integer type that holds the stored values. */
  readonly dtype?: OutputDType;
}

const requestKeys = [
  "center",
  "shape",
  "scale",
  "matrix",
  "interpolation",
  "antialias",
  "padValue",
  "dtype",
] as const;

/** The dtype that holds a source's values unchanged, as far as one of 32 bits can. */
function nearestDType(source: SourceDType): OutputDType {
  if (source === "bool" || source === "uint8") return "uint8";
  if (source.startsWith("uint")) return "uint32";
  return source.startsWith("int") ? "int32" : "float32";
}

/** @throws VoxelfeedError `unknown-option`, `invalid-option` */
export function resolveRequest(request: ReadRequest, source: SourceDType): PatchRequest {
  checkKeys(request, requestKeys, "the read request");
  const interpolation = oneOf(
    request.interpolation,
    "interpolation",
    ["nearest", "linear", "linear-argmax"],
    "linear",
  );
  const { matrix, padValue = 0 } = request;
  if (matrix !== undefined) {
    if (!Array.isArray(matrix) || matrix.length !== 3)
      throw invalid("matrix", "three rows of three numbers", matrix);
    matrix.forEach((row, i) => void finiteVec3(row, `matrix[${i}]`));
    if (determinant(matrix) === 0) throw invalid("matrix", "an invertible matrix", matrix);
  }
  if (typeof padValue !== "number") throw invalid("padValue", "a number", padValue);
  return {
    center: finiteVec3(request.center, "center"),
    shape: shapeVec3(request.shape, "shape"),
    scale: positiveVec3(request.scale, "scale", "nanometres per voxel"),
    matrix,
    interpolation,
    antialias: oneOf(
      request.antialias,
      "antialias",
      ["box", "none"],
      interpolation === "linear" ? "box" : "none",
    ),
    padValue,
    dtype: oneOf(
      request.dtype,
      "dtype",
      ["float32", "float16", "uint8", "int32", "uint32"],
      interpolation === "linear" ? "float32" : nearestDType(source),
    ),
  };
}
