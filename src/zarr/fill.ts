/** Fill values: every form Zarr v2 and v3 write them in, as the bytes of one brick voxel. */
import { floatToHalf } from "../math/half.js";
import type { SourceDType } from "../types.js";
import { brickDTypeOf, sourceItemSize } from "./dtype.js";
import { brickItemSize } from "./metadata.js";
import { invalidMember } from "./pointer.js";

const words: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

/**
 * Turns a `fill_value` into little-endian bytes of the brick's dtype.
 *
 * `null` and absent are zero. Floats may be numbers, `"NaN"`, `"Infinity"`, `"-Infinity"` or their bits in
 * hexadecimal (`"0x7fc00000"`), integers numbers or decimal strings, booleans also 0 and 1.
 *
 * @throws `invalid-metadata` for what the dtype cannot hold.
 */
export function fillBytes(fill: unknown, dtype: SourceDType, place: string): number[] {
  const view = new DataView(new ArrayBuffer(brickItemSize[brickDTypeOf(dtype)]));
  if (fill !== null && fill !== undefined && !write(view, fill, dtype)) {
    throw invalidMember(place, `a fill value of ${dtype}`, fill);
  }
  return [...new Uint8Array(view.buffer)];
}

function write(view: DataView, fill: unknown, dtype: SourceDType): boolean {
  if (dtype === "bool") return writeInteger(view, typeof fill === "boolean" ? Number(fill) : fill, 0n, 1n);
  if (dtype === "float16" || dtype === "float32" || dtype === "float64") return writeFloat(view, fill, dtype);
  const bits = BigInt(sourceItemSize[dtype] * 8);
  const isSigned = dtype.startsWith("int");
  const max = 2n ** (isSigned ? bits - 1n : bits) - 1n;
  return writeInteger(view, fill, isSigned ? -max - 1n : 0n, max);
}

function writeInteger(view: DataView, fill: unknown, min: bigint, max: bigint): boolean {
  const isInteger =
    typeof fill === "number" ? Number.isInteger(fill) : typeof fill === "string" && /^-?\d{1,20}$/.test(fill);
  if (!isInteger) return false;
  const value = BigInt(fill as number | string);
  if (value < min || value > max) return false;
  for (let i = 0; i < view.byteLength; i++) view.setUint8(i, Number((value >> BigInt(8 * i)) & 0xffn));
  return true;
}

function writeFloat(view: DataView, fill: unknown, dtype: "float16" | "float32" | "float64"): boolean {
  const bits = typeof fill === "string" ? /^0x([0-9a-f]+)$/i.exec(fill)?.[1] : undefined;
  if (bits !== undefined) {
    if (bits.length !== sourceItemSize[dtype] * 2) return false;
    if (dtype === "float16") view.setUint16(0, Number(`0x${bits}`), true);
    // Bits are kept as they are: a NaN's payload is part of the value.
    else if (dtype === "float32") view.setUint32(0, Number(`0x${bits}`), true);
    else view.setFloat32(0, doubleFromBits(BigInt(`0x${bits}`)), true);
    return true;
  }
  const value = typeof fill === "string" ? floatFromText(fill) : fill;
  if (typeof value !== "number") return false;
  if (dtype === "float16") view.setUint16(0, floatToHalf(value), true);
  else view.setFloat32(0, value, true);
  return true;
}

function floatFromText(text: string): number | undefined {
  if (Object.hasOwn(words, text)) return words[text];
  // Integers beyond 2^53 come from the JSON reader as text.
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function doubleFromBits(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
