/** Kernels of separable filters, as weights along one axis. Pure, float64. */

/**
 * `gaussian`: σ in voxels, truncated at `radius`, weights normalised.
 * `lowResolution`: averages over boxes of `factor` voxels, then interpolates linearly between the boxes' centres. One box
 * is centred on the patch.
 */
export type FilterKernel =
  | { readonly kind: "gaussian"; readonly sigma: number }
  | { readonly kind: "lowResolution"; readonly factor: number };

/**
 * How far a kernel reaches, in voxels on either side.
 *
 * Source: `scipy.ndimage.gaussian_filter` truncates at `floor(4 σ + 0.5)`.
 */
export function kernelRadius(kernel: FilterKernel): number {
  // Two boxes carry an output voxel: the further one's far edge is at most 1.5 boxes away.
  return kernel.kind === "gaussian"
    ? Math.floor(4 * kernel.sigma + 0.5)
    : Math.ceil(1.5 * kernel.factor - 0.5 - 1e-9);
}

/**
 * The weights of consecutive output voxels: voxel `first + i` of the patch is the sum of the `2 radius + 1` voxels around
 * it, each times `weights[i (2 radius + 1) + t]`.
 *
 * @param first patch voxel of the first output; negative in the halo
 * @param count output voxels
 * @param length of the patch along the axis, voxels
 */
export function filterWeights(
  kernel: FilterKernel,
  radius: number,
  first: number,
  count: number,
  length: number,
): Float64Array {
  const taps = 2 * radius + 1;
  const weights = new Float64Array(count * taps);
  for (let i = 0; i < count; i++) {
    const row = weights.subarray(i * taps, (i + 1) * taps);
    if (kernel.kind === "gaussian") gaussianRow(row, kernel.sigma, radius);
    else lowResolutionRow(row, kernel.factor, radius, first + i - (length - 1) / 2);
  }
  return weights;
}

function gaussianRow(row: Float64Array, sigma: number, radius: number): void {
  let sum = 0;
  for (let t = 0; t < row.length; t++) {
    const d = t - radius;
    row[t] = radius === 0 ? 1 : Math.exp((-0.5 * d * d) / (sigma * sigma));
    sum += row[t]!;
  }
  for (let t = 0; t < row.length; t++) row[t]! /= sum;
}

/** @param at the output voxel, in voxels from the patch's centre */
function lowResolutionRow(row: Float64Array, factor: number, radius: number, at: number): void {
  const low = Math.floor(at / factor);
  const share = at / factor - low;
  for (let t = 0; t < row.length; t++) {
    const voxel = at + t - radius;
    row[t] =
      (1 - share) * overlap(voxel, low * factor, factor) + share * overlap(voxel, (low + 1) * factor, factor);
  }
}

/** The part of a box that a voxel covers; both are given by their centres. */
function overlap(voxel: number, box: number, width: number): number {
  const from = Math.max(voxel - 0.5, box - width / 2);
  const to = Math.min(voxel + 0.5, box + width / 2);
  return Math.max(to - from, 0) / width;
}
