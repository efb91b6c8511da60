/** Which voxels have an unknown one in the box around them. */
import type { Vec3 } from "../../types.js";

/**
 * @param known - 1 where a voxel is known
 * @param radius - of the box, voxels
 * @returns 1 where an unknown voxel is within the box, a new array
 */
export function nearUnknown(known: Uint8Array, shape: Vec3, radius: Vec3): Uint8Array {
  let near = known.map((bit) => 1 - bit);
  if (!near.includes(1)) return near;
  const strides = [shape[1] * shape[2], shape[2], 1];
  for (let axis = 0; axis < 3; axis++) {
    const spread = new Uint8Array(near.length);
    const [stride, length, reach] = [strides[axis]!, shape[axis]!, radius[axis]!];
    for (let i = 0; i < near.length; i++) {
      if (near[i] === 0) continue;
      const at = Math.floor(i / stride) % length;
      const to = Math.min(at + reach, length - 1);
      // Runs of unknown voxels overlap; what the voxel before has marked is not marked again.
      const from = at > 0 && near[i - stride] === 1 ? to : Math.max(at - reach, 0);
      for (let k = from; k <= to; k++) spread[i + (k - at) * stride] = 1;
    }
    near = spread;
  }
  return near;
}
