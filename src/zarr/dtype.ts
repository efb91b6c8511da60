/** Data types: how Zarr v2 and v3 write them, and what a decoded brick makes of them. */
import type { VoxelfeedError } from "../errors.js";
import type { BrickDType, SourceDType } from "../types.js";
import { isObject } from "./json.js";
import { invalidMember, unsupportedMember } from "./pointer.js";

const v2Types: Readonly<Record<string, SourceDType>> = {
  b1: "bool",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/** Bytes of one stored voxel. */
export const sourceItemSize: Readonly<Record<SourceDType, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** The dtype a brick has: `bool` as `uint8`, `float64` as `float32`, the others as stored. */
export function brickDTypeOf(dtype: SourceDType): BrickDType {
  if (dtype === "bool") return "uint8";
  return dtype === "float64" ? "float32" : dtype;
}

/**
 * Parses a v2 `dtype` such as `"<u2"`.
 *
 * @throws `unsupported` for strings, complex numbers, structures, times and objects.
 */
export function parseV2DType(
  value: unknown,
  place: string,
): { dtype: SourceDType; endian: "little" | "big" } {
  const match = typeof value === "string" ? /^([<>|])([a-z]\d+)$/.exec(value) : null;
  const dtype = match?.[2] !== undefined && Object.hasOwn(v2Types, match[2]) ? v2Types[match[2]] : undefined;
  if (match === null || dtype === undefined) throw unsupported(value, place);
  if (match[1] === "|" && sourceItemSize[dtype] > 1)
    throw invalidMember(place, 'a byte order "<" or ">"', value);
  return { dtype, endian: match[1] === ">" ? "big" : "little" };
}

/**
 * Parses a v3 `data_type`: its name, or an object that holds the name.
 *
 * @throws `unsupported` for everything but booleans, integers and real floats.
 */
export function parseV3DType(value: unknown, place: string): SourceDType {
  const name = isObject(value) ? value.name : value;
  if (typeof name !== "string" || !Object.hasOwn(sourceItemSize, name)) throw unsupported(value, place);
  return name as SourceDType;
}

function unsupported(value: unknown, place: string): VoxelfeedError {
  const names = Object.keys(sourceItemSize).join(", ");
  return unsupportedMember(place, `the data type must be one of ${names}`, value);
}
