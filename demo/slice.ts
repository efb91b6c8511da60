/** Middle z slices of a batch, copied out so that the batch can be released. */
import type { Batch, Dataset, SampleOrigin, TypedArray, Vec3 } from "../src/index.js";

/** One z slice of one channel: row y downwards, column x to the right. */
export interface Slice {
  readonly width: number;
  readonly height: number;
  readonly values: TypedArray;
  /** 0 where the value is not known (outside the volume, or not annotated); null: known everywhere. */
  readonly known: Uint8Array | null;
}

export interface InputSlice {
  readonly name: string;
  readonly slice: Slice;
  readonly level: number;
  /** Nanometres per voxel. */
  readonly scale: Vec3;
}

export interface LabelSlice {
  readonly name: string;
  readonly slice: Slice;
}

/** What is drawn of one sample. */
export interface SamplePicture {
  readonly batch: number;
  readonly origin: SampleOrigin;
  readonly inputs: readonly InputSlice[];
  readonly labels: readonly LabelSlice[];
}

/** Copies the middle slice of one sample and channel out of a `[N, C, D, H, W]` array. */
export function middleSlice(
  values: TypedArray,
  mask: Uint8Array | null,
  shape: readonly number[],
  sample: number,
  channel: number,
): Slice {
  const [, channels = 1, depth = 1, height = 1, width = 1] = shape;
  const start = ((sample * channels + channel) * depth + Math.floor(depth / 2)) * height * width;
  const end = start + height * width;
  return { width, height, values: values.slice(start, end), known: mask?.slice(start, end) ?? null };
}

/** The pictures of a batch, in order. Reads buffers back where the batch is on the GPU. */
export async function takePictures(batch: Batch, dataset: Dataset): Promise<SamplePicture[]> {
  const arrays = await Promise.all(
    dataset.arrays.map(async ({ spec, role, channels }) => {
      const array = batch.arrays[spec.name]!;
      const [values, mask] = await Promise.all([array.data(), array.mask?.data() ?? null]);
      const cut = (sample: number, channel: number): Slice =>
        middleSlice(values, mask, array.shape, sample, channel);
      return { spec, role, channels, cut };
    }),
  );
  const inputs = arrays.filter(({ role }) => role === "input");
  const targets = arrays.filter(({ role }) => role === "target");
  return batch.samples.map((origin, sample) => ({
    batch: batch.index,
    origin,
    inputs: inputs.map(({ spec, cut }) => ({
      name: spec.name,
      slice: cut(sample, 0),
      level: origin.levels[spec.name]?.[0] ?? 0,
      scale: spec.scale,
    })),
    labels: targets.flatMap(({ channels, cut }) =>
      channels.map((name, channel) => ({ name, slice: cut(sample, channel) })),
    ),
  }));
}
