/** Small pure helpers on z, y, x vectors and 3×3 matrices, in float64. */
import type { Mat3, Vec3 } from "../types.js";

export const identity: Mat3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export function map3(f: (axis: 0 | 1 | 2) => number): Vec3 {
  return [f(0), f(1), f(2)];
}

export function column(m: Mat3, axis: 0 | 1 | 2): Vec3 {
  return [m[0][axis], m[1][axis], m[2][axis]];
}

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function multiplyVector(m: Mat3, v: Vec3): Vec3 {
  return [dot(m[0], v), dot(m[1], v), dot(m[2], v)];
}

/** The matrix product `a · b`: `b` acts first. */
export function multiply(a: Mat3, b: Mat3): Mat3 {
  const row = (i: 0 | 1 | 2): Vec3 => map3((j) => dot(a[i], column(b, j)));
  return [row(0), row(1), row(2)];
}

export function determinant(m: Mat3): number {
  return dot(m[0], cross(m[1], m[2]));
}

/** The inverse, or null of a matrix without one. */
export function inverse(m: Mat3): Mat3 | null {
  const size = determinant(m);
  if (size === 0) return null;
  const [z, y, x] = [cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])];
  const row = (i: 0 | 1 | 2): Vec3 => [z[i] / size, y[i] / size, x[i] / size];
  return [row(0), row(1), row(2)];
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Elements from one to the next along each axis, in C order. */
export function stridesOf([, sizeY, sizeX]: Vec3): Vec3 {
  return [sizeY * sizeX, sizeX, 1];
}
