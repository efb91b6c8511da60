/** Exact Euclidean distances on anisotropic voxels. Twin: `shaders/target-distance.wgsl`. */
import type { Vec3 } from "../../types.js";

/**
 * Squared distance from each voxel's centre to the nearest seed's, one axis after the other.
 *
 * Source: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing 8, 2012.
 *
 * @param isSeed - index → whether the voxel is a seed
 * @param voxelSizeNm - an axis of size 0 is left out: distances stay within its sections
 * @returns nm², Infinity where there is no seed; C order, a new array
 */
export function squaredDistances(
  isSeed: (index: number) => boolean,
  shape: Vec3,
  voxelSizeNm: Vec3,
): Float64Array {
  const field = new Float64Array(shape[0] * shape[1] * shape[2]);
  for (let i = 0; i < field.length; i++) field[i] = isSeed(i) ? 0 : Number.POSITIVE_INFINITY;
  const strides = [shape[1] * shape[2], shape[2], 1];
  const envelope = new Envelope(Math.max(...shape));
  for (const axis of [2, 1, 0]) {
    const size = voxelSizeNm[axis]!;
    if (size === 0) continue;
    const length = shape[axis]!;
    const stride = strides[axis]!;
    for (let outer = 0; outer < field.length; outer += stride * length) {
      for (let inner = 0; inner < stride; inner++) envelope.lower(field, outer + inner, stride, length, size);
    }
  }
  return field;
}

/** The lower envelope of the parabolas that rise from the values of a line. */
class Envelope {
  /** Values of the line. */
  readonly #line: Float64Array;
  /** Positions of the parabolas of the envelope, and where each begins to be the lowest. */
  readonly #apex: Int32Array;
  readonly #from: Float64Array;

  constructor(maxLength: number) {
    this.#line = new Float64Array(maxLength);
    this.#apex = new Int32Array(maxLength);
    this.#from = new Float64Array(maxLength);
  }

  /** Replaces each value of a line by the least of `value[j] + ((i - j) · size)²`. */
  lower(field: Float64Array, first: number, stride: number, length: number, size: number): void {
    const line = this.#line;
    const apex = this.#apex;
    const from = this.#from;
    const square = size * size;
    let count = 0;
    for (let i = 0; i < length; i++) {
      const value = field[first + i * stride]!;
      line[i] = value;
      if (value === Number.POSITIVE_INFINITY) continue;
      let start = Number.NEGATIVE_INFINITY;
      while (count > 0) {
        const j = apex[count - 1]!;
        start = (value - line[j]! + square * (i * i - j * j)) / (2 * square * (i - j));
        if (start > from[count - 1]!) break;
        count--;
        start = Number.NEGATIVE_INFINITY;
      }
      apex[count] = i;
      from[count] = start;
      count++;
    }
    if (count === 0) return;
    let k = 0;
    for (let i = 0; i < length; i++) {
      while (k + 1 < count && from[k + 1]! < i) k++;
      const j = apex[k]!;
      field[first + i * stride] = line[j]! + square * (i - j) * (i - j);
    }
  }
}
