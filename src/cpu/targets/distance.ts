/** Signed distance to the surface of the foreground. Twin: `shaders/target-distance.wgsl`. */
import type { DistanceStage } from "../../augment/targets-stages.js";
import type { Vec3 } from "../../types.js";
import { squaredDistances } from "./edt.js";
import { channelSize, emptyVolume, forEachRow, shrunk, type TargetVolume } from "./volume.js";

/** Of squared distances: what float32 makes of two that are equal differs by less. */
const tieShare = 1e-5;

export function signedDistance(input: TargetVolume, stage: DistanceStage, halo: Vec3): TargetVolume {
  const { channels, shape, values, mask } = input;
  const { clipNm, tanhNm } = stage;
  const [sizeZ, sizeY, sizeX] = stage.voxelSizeNm;
  const voxel: Vec3 = [stage.inPlane ? 0 : sizeZ, sizeY, sizeX];
  const most = clipNm ?? Math.hypot(...voxel.map((size, axis) => size * shape[axis]!));
  const inner = shrunk(shape, halo);
  const output = emptyVolume(channels, inner, true);
  const [outerSize, innerSize] = [channelSize(shape), channelSize(inner)];
  for (let channel = 0; channel < channels; channel++) {
    const first = channel * outerSize;
    const distancesTo = (kind: (at: number) => boolean) =>
      squaredDistances((i) => kind(first + i), shape, voxel);
    const toForeground = distancesTo((at) => values[at] !== 0);
    const toBackground = distancesTo((at) => mask[at] === 1 && values[at] === 0);
    const open = clipNm !== null && mask.subarray(first, first + outerSize).includes(0);
    const toUnknown = open ? distancesTo((at) => mask[at] === 0) : null;
    forEachRow(shape, halo, (innerRow, outerRow) => {
      for (let x = 0; x < inner[2]; x++) {
        const at = outerRow + x;
        if (mask[first + at] === 0) continue;
        const inside = values[first + at] !== 0;
        const square = Math.min((inside ? toBackground : toForeground)[at]!, most * most);
        if (toUnknown !== null && toUnknown[at]! < square * (1 - tieShare)) continue;
        const distance = inside ? Math.sqrt(square) : -Math.sqrt(square);
        const to = channel * innerSize + innerRow + x;
        output.mask[to] = 1;
        output.values[to] = tanhNm === null ? distance : Math.tanh(distance / tanhNm);
      }
    });
  }
  return output;
}
