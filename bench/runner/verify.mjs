/** Whether two contenders returned the same voxels. */

/**
 * @typedef {object} SeenPatches
 * @property {number[]} checksums One per patch.
 * @property {number[][]} probes Some voxels of each patch.
 */

/**
 * @param {SeenPatches} expected
 * @param {SeenPatches} got
 * @param {number} tolerance Mean difference of the probed voxels that is allowed, grey values; 0: equal to the bit.
 * @returns {string | null} What is different, null where nothing is.
 */
export function findDifference(expected, got, tolerance) {
  const [wanted, came] = [expected.checksums.length, got.checksums.length];
  if (wanted !== came) return `returned ${came} patches instead of ${wanted}`;
  if (tolerance === 0) {
    const patch = expected.checksums.findIndex((sum, i) => sum !== got.checksums[i]);
    return patch === -1 ? null : `returned other voxels in patch ${patch} of ${wanted}`;
  }
  for (const [patch, probe] of expected.probes.entries()) {
    const difference = meanDifference(probe, got.probes[patch]);
    // Written so that NaN counts as different.
    if (!(difference <= tolerance))
      return `differs by ${difference.toFixed(3)} on average in patch ${patch} of ${wanted}`;
  }
  return null;
}

function meanDifference(a, b) {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
