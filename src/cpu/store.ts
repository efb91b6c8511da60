/** Output arrays and the conversion of sampled values. Twin: `shaders/encode.wgsl`. */
import { halfBitsOfFloatBits } from "../math/half.js";
import type { BrickDType, OutputDType, TypedArray } from "../types.js";

/** Whether each value of a source dtype is the same number in the output, so that rows can be copied. */
export function isLossless(source: BrickDType, output: OutputDType): boolean {
  if (output === "float32") return source !== "int64" && source !== "uint64";
  if (output === "uint8") return source === "uint8";
  if (source === "uint8" || source === "uint16") return output !== "float16";
  if (output === "int32") return source === "int8" || source === "int16" || source === "int32";
  return output === "uint32" && source === "uint32";
}

/**
 * Converts a row and writes it: integers round by `floor(v + 0.5)` and saturate, NaN becoming 0;
 * floats round to nearest even.
 *
 * @param row - float64 values; the first `length` are written
 * @param out - of the dtype of `outputArray`
 * @param at - element of `out` to start at
 */
export function storeRow(
  row: Float64Array,
  length: number,
  dtype: OutputDType,
  out: TypedArray,
  at: number,
): void {
  switch (dtype) {
    case "float32":
      for (let x = 0; x < length; x++) out[at + x] = row[x]!;
      return;
    case "float16": {
      const bits = new Int32Array(Float32Array.from(row.subarray(0, length)).buffer);
      for (let x = 0; x < length; x++) out[at + x] = halfBitsOfFloatBits(bits[x]!);
      return;
    }
    case "uint8":
      storeIntegers(row, length, 0, 255, out, at);
      return;
    case "int32":
      storeIntegers(row, length, -0x80000000, 0x7fffffff, out, at);
      return;
    case "uint32":
      storeIntegers(row, length, 0, 0xffffffff, out, at);
  }
}

function storeIntegers(
  row: Float64Array,
  length: number,
  min: number,
  max: number,
  out: TypedArray,
  at: number,
): void {
  for (let x = 0; x < length; x++) {
    const value = row[x]!;
    // NaN fails every comparison and ends as 0.
    out[at + x] = value >= max ? max : value > min ? Math.floor(value + 0.5) : value <= min ? min : 0;
  }
}
