/** Figures of a patch by which contenders are compared. */

/** Voxels of a patch that are compared one by one. */
const PROBES = 512;

/** FNV-1a over the bits of the voxels: equal for equal patches. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function checksum(voxels: Float32Array): number {
  const words = new Uint32Array(voxels.buffer, voxels.byteOffset, voxels.length);
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  return hash >>> 0;
}

/** Voxels at even distances, for patches that are equal within a tolerance only. */
export function probe(voxels: Float32Array): number[] {
  // One less than a whole part of the patch, so that they do not lie in one plane.
  const step = Math.floor(voxels.length / PROBES) - 1;
  return Array.from({ length: PROBES }, (_, i) => voxels[i * step]!);
}
