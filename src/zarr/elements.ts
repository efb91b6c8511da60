/** Little-endian elements of a chunk: byte order, typed views, conversion to the brick's dtype. */
import type { SourceDType } from "../types.js";

/** Reverses the bytes of every element into new memory. */
export function swapBytes(bytes: Uint8Array, itemSize: number): Uint8Array {
  const swapped = new Uint8Array(bytes.byteLength);
  for (let start = 0; start < bytes.byteLength; start += itemSize) {
    for (let i = 0; i < itemSize; i++) swapped[start + i] = bytes[start + itemSize - 1 - i]!;
  }
  return swapped;
}

const arrayTypes = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} satisfies Readonly<Record<SourceDType, unknown>>;

/** The elements as a typed array (`float16` as bit patterns); copies where the bytes are not aligned. */
export function toTypedArray(
  bytes: Uint8Array,
  dtype: SourceDType,
): InstanceType<(typeof arrayTypes)[SourceDType]> {
  const TypedArray = arrayTypes[dtype];
  const isAligned = bytes.byteOffset % TypedArray.BYTES_PER_ELEMENT === 0;
  const aligned = isAligned ? bytes : bytes.slice();
  return new TypedArray(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / TypedArray.BYTES_PER_ELEMENT,
  );
}

/**
 * Converts elements to the brick's dtype: `bool` to 0 and 1, `float64` to `float32`; others stay as they are.
 *
 * @returns the input itself where nothing changes.
 */
export function toBrickElements(bytes: Uint8Array, dtype: SourceDType): Uint8Array {
  if (dtype === "bool") return toZeroOne(bytes);
  if (dtype !== "float64") return bytes;
  return new Uint8Array(new Float32Array(toTypedArray(bytes, "float64") as Float64Array).buffer);
}

function toZeroOne(bytes: Uint8Array): Uint8Array {
  let isClean = true;
  for (let i = 0; i < bytes.length && isClean; i++) isClean = bytes[i]! <= 1;
  return isClean ? bytes : bytes.map((byte) => (byte === 0 ? 0 : 1));
}
