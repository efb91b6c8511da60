/** Local shape descriptors; formula in `LsdTarget`. Twin: `shaders/target-lsd.wgsl`. */
import { type LsdStage, lsdWindow } from "../../augment/targets-stages.js";
import type { Vec3 } from "../../types.js";
import { labelBoxes, type VoxelBox } from "./label-boxes.js";
import { nearUnknown } from "./near-unknown.js";
import { channelSize, emptyVolume, forEachRow, shrunk, type TargetVolume } from "./volume.js";

/** Variances count as at least this, so that flat objects have correlations. Source: lsds. */
const leastVarianceNm2 = 1e-3;

/** A window's weights along one axis times the 0th, 1st and 2nd power of the way from its centre in nanometres. */
type AxisKernels = readonly [Float64Array, Float64Array, Float64Array];

/** Powers of x and y in the moments after the passes along x and y. */
const planeMoments = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [2, 0],
] as const;

/** The moments 1, z, y, x, zz, yy, xx, zy, zx, yx: which plane moment, and which power of z. */
const volumeMoments = [
  [0, 0],
  [0, 1],
  [1, 0],
  [3, 0],
  [0, 2],
  [2, 0],
  [5, 0],
  [1, 1],
  [3, 1],
  [4, 0],
] as const;

export function lsd(input: TargetVolume, stage: LsdStage, halo: Vec3): TargetVolume {
  const { channels, shape, values, mask } = input;
  const inner = shrunk(shape, halo);
  const output = emptyVolume(channels * 10, inner, true);
  const [outerSize, innerSize] = [channelSize(shape), channelSize(inner)];
  const kernels = [0, 1, 2].map((axis) => axisKernels(stage, axis));
  for (let channel = 0; channel < channels; channel++) {
    const labels = values.subarray(channel * outerSize, (channel + 1) * outerSize);
    const known = mask.subarray(channel * outerSize, (channel + 1) * outerSize);
    const open = nearUnknown(known, shape, halo);
    const first = channel * 10 * innerSize;
    forEachRow(shape, halo, (innerRow, outerRow) => {
      for (let x = 0; x < inner[2]; x++) {
        const at = outerRow + x;
        if (known[at] === 0 || (labels[at] !== 0 && open[at] === 1)) continue;
        for (let k = 0; k < 10; k++) output.mask[first + k * innerSize + innerRow + x] = 1;
      }
    });
    for (const [label, box] of labelBoxes(labels, shape)) {
      const object = { labels, label, shape, box, plane: planeMomentsOf(labels, label, shape, box, kernels) };
      describe(object, halo, kernels[0]!, stage.sigmaNm, (voxel, k, value) => {
        const at = first + k * innerSize + voxel;
        if (output.mask[at] === 1) output.values[at] = value;
      });
    }
  }
  return output;
}

/** One label of a channel, and the plane moments in its box. */
interface LabelledObject {
  readonly labels: TargetVolume["values"];
  readonly label: number;
  /** Of the channel. */
  readonly shape: Vec3;
  readonly box: VoxelBox;
  readonly plane: readonly Float32Array[];
}

function axisKernels({ sigmaNm, voxelSizeNm }: LsdStage, axis: number): AxisKernels {
  const size = voxelSizeNm[axis]!;
  const weights = lsdWindow(sigmaNm[axis]! / size);
  const radius = (weights.length - 1) / 2;
  const power = (exponent: number) => weights.map((weight, i) => weight * ((i - radius) * size) ** exponent);
  return [weights, power(1), power(2)];
}

/** The plane moments of a label at every voxel of its box: each of its rows adds to the rows near it. */
function planeMomentsOf(
  labels: TargetVolume["values"],
  label: number,
  shape: Vec3,
  { start, size }: VoxelBox,
  kernels: readonly AxisKernels[],
): Float32Array[] {
  const plane = planeMoments.map(() => new Float32Array(channelSize(size)));
  const radius = (kernels[1]![0].length - 1) / 2;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const first = ((start[0] + z) * shape[1] + start[1] + y) * shape[2] + start[2];
      const row = rowMoments(labels.subarray(first, first + size[2]), label, kernels[2]!);
      if (row === null) continue;
      for (let to = Math.max(y - radius, 0); to <= Math.min(y + radius, size[1] - 1); to++) {
        for (const [k, [powerX, powerY]] of planeMoments.entries()) {
          const weight = kernels[1]![powerY][y - to + radius]!;
          addRow(plane[k]!, (z * size[1] + to) * size[2], row[powerX], weight);
        }
      }
    }
  }
  return plane;
}

/** Moments along a row: each voxel of the label adds to those near it. Null where there is none. */
function rowMoments(
  row: TargetVolume["values"],
  label: number,
  kernels: AxisKernels,
): readonly [Float64Array, Float64Array, Float64Array] | null {
  if (!row.includes(label)) return null;
  const radius = (kernels[0].length - 1) / 2;
  const moments = [
    new Float64Array(row.length),
    new Float64Array(row.length),
    new Float64Array(row.length),
  ] as const;
  for (let x = 0; x < row.length; x++) {
    if (row[x] !== label) continue;
    for (let to = Math.max(x - radius, 0); to <= Math.min(x + radius, row.length - 1); to++) {
      const way = x - to + radius;
      moments[0][to]! += kernels[0][way]!;
      moments[1][to]! += kernels[1][way]!;
      moments[2][to]! += kernels[2][way]!;
    }
  }
  return moments;
}

function addRow(target: Float32Array, at: number, row: Float64Array, weight: number): void {
  for (let x = 0; x < row.length; x++) target[at + x]! += weight * row[x]!;
}

/** Gives the ten descriptors of each of an object's voxels within the halo: `put(inner index, channel, value)`. */
function describe(
  { labels, label, shape, box: { start, size }, plane }: LabelledObject,
  halo: Vec3,
  kernels: AxisKernels,
  sigmaNm: Vec3,
  put: (voxel: number, channel: number, value: number) => void,
): void {
  const inner = shrunk(shape, halo);
  const radius = (kernels[0].length - 1) / 2;
  const stride = size[1] * size[2];
  const sums = new Float64Array(10);
  const from = [0, 1, 2].map((axis) => Math.max(halo[axis]! - start[axis]!, 0));
  const to = [0, 1, 2].map((axis) => Math.min(halo[axis]! + inner[axis]! - start[axis]!, size[axis]!));
  for (let z = from[0]!; z < to[0]!; z++) {
    for (let y = from[1]!; y < to[1]!; y++) {
      for (let x = from[2]!; x < to[2]!; x++) {
        const [outerZ, outerY, outerX] = [start[0] + z, start[1] + y, start[2] + x];
        if (labels[(outerZ * shape[1] + outerY) * shape[2] + outerX] !== label) continue;
        const at = (z * size[1] + y) * size[2] + x;
        for (const [k, [moment, power]] of volumeMoments.entries()) {
          const source = plane[moment]!;
          const kernel = kernels[power];
          let sum = 0;
          for (let d = Math.max(-radius, -z); d <= Math.min(radius, size[0] - 1 - z); d++) {
            sum += kernel[d + radius]! * source[at + d * stride]!;
          }
          sums[k] = sum;
        }
        const voxel = ((outerZ - halo[0]) * inner[1] + outerY - halo[1]) * inner[2] + outerX - halo[2];
        for (const [k, value] of descriptors(sums, sigmaNm).entries()) put(voxel, k, value);
      }
    }
  }
}

/** From moments in nanometres about the voxel to descriptors. */
function descriptors(moments: Float64Array, sigmaNm: Vec3): number[] {
  const mass = moments[0]!;
  const mean = [moments[1]! / mass, moments[2]! / mass, moments[3]! / mass] as const;
  const variance = [0, 1, 2].map((axis) =>
    Math.max(moments[4 + axis]! / mass - mean[axis]! * mean[axis]!, leastVarianceNm2),
  );
  const correlation = (k: number, a: number, b: number) =>
    (moments[k]! / mass - mean[a]! * mean[b]!) / Math.sqrt(variance[a]! * variance[b]!);
  return [
    ...mean.map((offset, axis) => 0.5 * (offset / sigmaNm[axis]!) + 0.5),
    ...variance.map((value, axis) => value / sigmaNm[axis]! ** 2),
    ...[correlation(7, 0, 1), correlation(8, 0, 2), correlation(9, 1, 2)].map((r) => 0.5 * r + 0.5),
    mass,
  ].map((value) => Math.min(Math.max(value, 0), 1));
}
