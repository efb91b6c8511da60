/** Where each label of a channel is. */
import type { Vec3 } from "../../types.js";
import type { TargetVolume } from "./volume.js";

/** A box of voxels, never empty; z, y, x. */
export interface VoxelBox {
  readonly start: Vec3;
  readonly size: Vec3;
}

/** The bounding box of every label but 0. */
export function labelBoxes(labels: TargetVolume["values"], shape: Vec3): Map<number, VoxelBox> {
  const corners = new Map<
    number,
    { readonly min: [number, number, number]; readonly max: [number, number, number] }
  >();
  let last = 0;
  let corner = { min: [0, 0, 0] as [number, number, number], max: [0, 0, 0] as [number, number, number] };
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, i++) {
        const label = labels[i]!;
        if (label === 0) continue;
        // Labels come in runs: the map is asked once per run.
        if (label !== last) {
          last = label;
          const known = corners.get(label);
          corner = known ?? { min: [z, y, x], max: [z, y, x] };
          if (known === undefined) corners.set(label, corner);
        }
        const { min, max } = corner;
        if (z > max[0]) max[0] = z;
        if (y < min[1]) min[1] = y;
        if (y > max[1]) max[1] = y;
        if (x < min[2]) min[2] = x;
        if (x > max[2]) max[2] = x;
      }
    }
  }
  return new Map(
    [...corners].map(([label, { min, max }]) => [
      label,
      { start: min, size: [max[0] - min[0] + 1, max[1] - min[1] + 1, max[2] - min[2] + 1] },
    ]),
  );
}
