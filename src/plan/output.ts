/** What an array of a batch looks like in memory. */
import type { Layout, OutputDType, TypedArray, Vec3 } from "../types.js";

export interface OutputLayout {
  /** Samples. */
  readonly samples: number;
  readonly channels: number;
  /** z, y, x. */
  readonly shape: Vec3;
  readonly dtype: OutputDType;
  readonly layout: Layout;
  /** Leave spatial axes of one voxel out of the reported shape; the voxels are the same. Default false. */
  readonly squeeze?: boolean;
}

/** Bytes of one element. */
export const outputItemSize: Readonly<Record<OutputDType, number>> = {
  float32: 4,
  float16: 2,
  uint8: 1,
  int32: 4,
  uint32: 4,
};

const constructors = {
  float32: Float32Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

export function outputElements({ samples, channels, shape }: OutputLayout): number {
  return samples * channels * shape[0] * shape[1] * shape[2];
}

/** Buffers are padded to whole 16 bytes, which `writeBuffer` and vector loads in a consumer's shaders want. */
export function paddedBytes(elements: number, itemSize: number): number {
  return Math.ceil((elements * itemSize) / 16) * 16;
}

/** A typed array of the dtype: over a buffer's elements from `first` on, or freshly zeroed. */
export function outputArray(dtype: OutputDType, length: number, buffer?: ArrayBuffer, first = 0): TypedArray {
  const Constructor = constructors[dtype];
  if (buffer === undefined) return new Constructor(length);
  return new Constructor(buffer, first * outputItemSize[dtype], length);
}

/** Where voxels are rendered to, in memory that other voxels may share; of any content before. */
export interface OutputMemory {
  readonly values: ArrayBuffer;
  /** A byte per voxel, where a mask is wanted. */
  readonly mask: ArrayBuffer | null;
  /** The first voxel's element in both. */
  readonly first: number;
}

/** `[N, C, D, H, W]` or `[N, D, H, W, C]`; squeezed, without the spatial axes of one voxel. */
export function outputShape({ samples, channels, shape, layout, squeeze }: OutputLayout): number[] {
  const spatial = squeeze === true ? shape.filter((size) => size !== 1) : shape;
  return layout === "ncdhw" ? [samples, channels, ...spatial] : [samples, ...spatial, channels];
}

/** Where the voxels of one sample's channel go: first element and step from voxel to voxel. */
export function outputPlace(
  { channels, shape, layout }: OutputLayout,
  sample: number,
  channel: number,
): { readonly offset: number; readonly stride: number } {
  const voxels = shape[0] * shape[1] * shape[2];
  if (layout === "ncdhw") return { offset: (sample * channels + channel) * voxels, stride: 1 };
  return { offset: sample * voxels * channels + channel, stride: channels };
}

/** Voxels copied at a stretch: a millisecond or two where the memory is fresh. */
const voxelsPerStep = 2 ** 18;

/** Copies one channel's voxels to its place; can be paused after each step. */
export function* placeVoxelsInSteps(
  target: TypedArray,
  voxels: TypedArray,
  { offset, stride }: { readonly offset: number; readonly stride: number },
): Generator<void, void> {
  for (let from = 0; from < voxels.length; from += voxelsPerStep) {
    const part = voxels.subarray(from, from + voxelsPerStep);
    const first = offset + from * stride;
    if (stride === 1) target.set(part, first);
    else for (let i = 0, at = first; i < part.length; i++, at += stride) target[at] = part[i]!;
    yield;
  }
}
