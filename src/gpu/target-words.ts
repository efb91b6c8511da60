/** Target volumes on the GPU, and the words that their shaders read. Pure. */
import {
  cityBlock,
  type DistanceStage,
  type LsdStage,
  neighbourOffsets,
  type StageWork,
  type WeightsStage,
} from "../augment/targets-stages.js";
import { map3 } from "../math/vec.js";
import { voxelCount } from "../plan/reads.js";
import type { Vec3 } from "../types.js";

/** Channels of 32-bit words and their mask of packed bytes, see `shaders/target-volume.wgsl`. */
export interface GpuVolume {
  readonly values: GPUBufferBinding;
  readonly mask: GPUBufferBinding;
  readonly channels: number;
  /** Of one channel, voxels. */
  readonly shape: Vec3;
  /** Whether the words are floats. */
  readonly floats: boolean;
}

/** Voxels from one channel to the next: whole words of the mask. */
export function channelStride(shape: Vec3): number {
  return Math.ceil(voxelCount(shape) / 4) * 4;
}

/** Of `shaders/target-distance.wgsl`. */
export function distanceWords(
  { voxelSizeNm, inPlane, clipNm, tanhNm }: DistanceStage,
  halo: Vec3,
  source: GpuVolume,
  output: GpuVolume,
  channel: number,
): number[] {
  const voxel = map3((axis) => (axis === 0 && inPlane ? 0 : voxelSizeNm[axis]));
  const most = clipNm ?? Math.hypot(...voxel.map((size, axis) => size * source.shape[axis]!));
  const reach = map3((axis) =>
    axis === 0 && inPlane ? 0 : clipNm === null ? source.shape[axis] : halo[axis],
  );
  return [
    ...source.shape,
    channel * channelStride(source.shape),
    ...output.shape,
    channel * channelStride(output.shape),
    ...halo,
    floatBits(most * most),
    ...voxel.map(floatBits),
    floatBits(tanhNm ?? 0),
    ...reach,
    0,
  ];
}

/** What every stage of `shaders/target-volume.wgsl` begins with. */
export function volumeWords(source: GpuVolume, output: GpuVolume, halo: Vec3): number[] {
  return [
    ...source.shape,
    channelStride(source.shape),
    ...output.shape,
    channelStride(output.shape),
    ...halo,
    0,
  ];
}

/** What a stage needs beside that, see its shader. */
export function stageWords(
  work: Exclude<StageWork, DistanceStage | LsdStage | WeightsStage>,
  shape: Vec3,
): number[] {
  switch (work.kind) {
    case "infer":
      return listWords(work.exclusive);
    case "union":
      return listWords(work.members);
    case "binarize":
      return [floatBits(work.threshold)];
    case "oneHot":
      return [work.ids.length, ...work.ids];
    case "remap": {
      const { from, to, other } = work;
      const others = other === "keep" ? [1, 0, 0] : [0, other === null ? 0 : 1, other ?? 0];
      return [from.length, ...others, ...from.flatMap((id, i) => [id, to[i] === null ? 0 : 1, to[i] ?? 0])];
    }
    default: {
      const offsets = work.kind === "affinities" ? work.offsets : neighbourOffsets(work);
      const step = ([z, y, x]: Vec3) => (z * shape[1] + y) * shape[2] + x;
      return [offsets.length, ...offsets.flatMap((offset) => [step(offset), cityBlock(offset)])];
    }
  }
}

/** First word and end of each list, then the lists. */
function listWords(lists: readonly (readonly number[])[]): number[] {
  let end = 2 * lists.length;
  const bounds = lists.flatMap((list) => [end, (end += list.length)]);
  return [...bounds, ...lists.flat()];
}

export function packed(words: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.from(words).buffer);
}

export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}
