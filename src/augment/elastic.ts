/** Elastic fields: control points drawn from a key, so that few numbers stand for many. */
import { philox, type Words4 } from "../math/rng.js";
import { map3 } from "../math/vec.js";
import type { ElasticField } from "../plan/warp.js";
import type { Vec3 } from "../types.js";

/** What an elastic field follows from; plain JSON. */
export interface DrawnElastic {
  /** Nanometres from one control point to the next, z, y, x. */
  readonly spacing: Vec3;
  /** Control points, z, y, x. */
  readonly shape: Vec3;
  /** Standard deviation of the displacements along z, y, x, nanometres. */
  readonly sigma: Vec3;
  /** Two unsigned 32-bit words. */
  readonly key: readonly [number, number];
}

/**
 * Largest displacement of a control point, in spacings.
 *
 * Source: Choi and Lee, "Injectivity conditions of 2D and 3D uniform cubic B-spline functions", Graphical Models
 * 62(6), 2000: below 1 / 2.48 = 0.403 the field has no fold.
 */
const maxDisplacement = 0.4;

/** Control points that cover an extent, with those beyond each end that the spline needs. */
export function elasticShape(extentNm: Vec3, spacing: Vec3): Vec3 {
  return map3((i) => Math.ceil(extentNm[i] / spacing[i] - 1e-6) + 3);
}

/**
 * The control points: normal, then shifted to sum to 0 along each axis, then scaled down along an axis where one
 * is further than {@link maxDisplacement}.
 */
export function elasticField({ spacing, shape, sigma, key }: DrawnElastic): ElasticField {
  const count = shape[0] * shape[1] * shape[2];
  const noise = new Float64Array(3 * count);
  let at = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, at += 3) writeNormals(philox([z, y, x, 0], key), noise, at);
    }
  }
  const displacements = new Float32Array(3 * count);
  for (let axis = 0; axis < 3; axis++) {
    let sum = 0;
    for (let i = axis; i < noise.length; i += 3) sum += noise[i]!;
    const mean = sum / count;
    let largest = 0;
    for (let i = axis; i < noise.length; i += 3) largest = Math.max(largest, Math.abs(noise[i]! - mean));
    const factor = Math.min(sigma[axis]!, (maxDisplacement * spacing[axis]!) / Math.max(largest, 1e-300));
    for (let i = axis; i < noise.length; i += 3) displacements[i] = (noise[i]! - mean) * factor;
  }
  return { shape, spacing, displacements };
}

/** Three independent normal numbers of one random block (Box and Muller). */
function writeNormals([a, b, c, d]: Words4, target: Float64Array, at: number): void {
  const radius = (word: number): number => Math.sqrt(-2 * Math.log((word + 1) / 2 ** 32));
  const angle = (word: number): number => (2 * Math.PI * word) / 2 ** 32;
  target[at] = radius(a) * Math.cos(angle(b));
  target[at + 1] = radius(a) * Math.sin(angle(b));
  target[at + 2] = radius(c) * Math.cos(angle(d));
}
