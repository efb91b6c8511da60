/** What the bytes of a brick mean. */
import { decodeHalves } from "../math/half.js";
import { words32 } from "../plan/ids.js";
import type { BrickDType } from "../types.js";
import type { VoxelArray } from "./scratch.js";

/** A brick's values as numbers; 64-bit integers as pairs of low and high words. */
export type BrickValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | VoxelArray;

/** Views a brick as numbers; copies only what is unaligned or float16. */
export function brickValues(bytes: Uint8Array, dtype: BrickDType): BrickValues {
  const itemSize = dtype.endsWith("8") ? 1 : dtype.endsWith("16") ? 2 : 4;
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % itemSize === 0 ? bytes : bytes.slice();
  const length = Math.floor(byteLength / itemSize);
  switch (dtype) {
    case "uint8":
      return bytes;
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "float16":
      return decodeHalves(new Uint16Array(buffer, byteOffset, length));
    case "uint32":
      return new Uint32Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "uint64":
    case "int64":
      return words32(bytes);
  }
}
