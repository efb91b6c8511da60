/** IEEE 754 binary16 ("float16") to and from its 16-bit pattern. Twin: `shaders/sample.wgsl`. */

/**
 * float32 bits → float16 bits, rounding to nearest, ties to even.
 *
 * Values beyond ±65504 become infinite from 65520 on; every NaN becomes the quiet NaN 0x7e00 with its sign.
 *
 * @param bits - a float32's bits as an unsigned or signed 32-bit integer
 * @returns the float16's bits, 0…65535
 */
export function halfBitsOfFloatBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 0x477ff000 is 65520, the first value that rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: drop 13 bits; a carry out of the mantissa raises the exponent, which is what rounding means.
    const odd = (magnitude >>> 13) & 1;
    return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
  }
  // Below 2^-25 (and at it, by the tie to even) the result is zero.
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

/**
 * float16 bits → float32 bits, exact.
 *
 * @param half - a float16's bits, 0…65535
 * @returns the float32's bits as a signed 32-bit integer
 */
export function floatBitsOfHalfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal: mantissa · 2^-24 is a normal float32; move its leading bit to the hidden place.
  const up = Math.clz32(mantissa) - 21;
  return sign | ((113 - up) << 23) | (((mantissa << up) & 0x3ff) << 13);
}

/** A number → float16 bits; the number is first rounded to float32. */
export function floatToHalf(value: number): number {
  return halfBitsOfFloatBits(new Int32Array(new Float32Array([value]).buffer)[0]!);
}

/** float16 bits → the number, exact. */
export function halfToFloat(half: number): number {
  return new Float32Array(new Int32Array([floatBitsOfHalfBits(half)]).buffer)[0]!;
}

/**
 * Decodes a run of float16 values.
 *
 * @param halves - float16 bits
 * @returns a new array of the same length
 */
export function decodeHalves(halves: Uint16Array): Float32Array {
  const bits = new Int32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = floatBitsOfHalfBits(halves[i]!);
  return new Float32Array(bits.buffer);
}

/**
 * Encodes a run of numbers as float16.
 *
 * @param values - rounded to nearest even
 * @returns float16 bits, a new array of the same length
 */
export function encodeHalves(values: Float32Array): Uint16Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfBitsOfFloatBits(bits[i]!);
  return halves;
}
