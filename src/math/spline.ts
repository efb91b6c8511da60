/** The uniform cubic B-spline. Twin: `shaders/warp.wgsl`. */

/**
 * Writes the weights of the four control points around a coordinate: of `floor(g) - 1` to `floor(g) + 2`.
 *
 * Source: Rueckert et al., "Nonrigid registration using free-form deformations", IEEE TMI 18(8), 1999.
 *
 * @param fraction `g - floor(g)`
 * @param weights four numbers, written; they sum to 1
 */
export function cubicWeights(fraction: number, weights: Float64Array): void {
  const t = fraction;
  const s = 1 - t;
  weights[0] = (s * s * s) / 6;
  weights[1] = (4 + t * t * (3 * t - 6)) / 6;
  weights[2] = (4 + s * s * (3 * s - 6)) / 6;
  weights[3] = (t * t * t) / 6;
}
