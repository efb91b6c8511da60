/** Voxels of a box that reaches beyond the volume's faces, from those within. Twin: `tap_voxel` of `shaders/sample.wgsl`. */
import { map3 } from "../math/vec.js";
import { reflectIndex, shownVoxels } from "../plan/reflect.js";
import type { Vec3 } from "../types.js";
import type { VoxelBox } from "./blocks.js";
import type { VoxelArray } from "./scratch.js";

/** The box within the volume whose voxels and mirror images fill `box`; null when `box` is within the volume itself. */
export function shownBox({ start, shape }: VoxelBox, volumeShape: Vec3): VoxelBox | null {
  const runs = ([0, 1, 2] as const).map((axis) => {
    const run = { first: start[axis], last: start[axis] + shape[axis] - 1 };
    return shownVoxels(run, volumeShape[axis], true);
  });
  const shown = {
    start: map3((axis) => runs[axis]!.first),
    shape: map3((axis) => runs[axis]!.last - runs[axis]!.first + 1),
  };
  const same = [0, 1, 2].every((axis) => {
    return shown.start[axis] === start[axis] && shown.shape[axis] === shape[axis];
  });
  return same ? null : shown;
}

/**
 * Fills `target` with the voxels of `box`.
 *
 * @param values those of `shown`, the {@link shownBox} of `box`; C order z, y, x
 */
export function reflectVoxels(
  values: VoxelArray,
  shown: VoxelBox,
  target: VoxelArray,
  box: VoxelBox,
  volumeShape: Vec3,
): void {
  const [indexZ, indexY, indexX] = ([0, 1, 2] as const).map((axis) =>
    Int32Array.from({ length: box.shape[axis] }, (_, i) => {
      return reflectIndex(box.start[axis] + i, volumeShape[axis]) - shown.start[axis];
    }),
  ) as [Int32Array, Int32Array, Int32Array];
  let at = 0;
  for (let z = 0; z < indexZ.length; z++) {
    for (let y = 0; y < indexY.length; y++) {
      const row = (indexZ[z]! * shown.shape[1] + indexY[y]!) * shown.shape[2];
      for (let x = 0; x < indexX.length; x++, at++) target[at] = values[row + indexX[x]!]!;
    }
  }
}
