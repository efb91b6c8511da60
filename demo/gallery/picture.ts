/** One slice of one sample, rendered by the library and copied out. */
import {
  type AxisName,
  type BatchArray,
  createLoader,
  type Dataset,
  type Engine,
  type SampleOrigin,
  samplers,
} from "../../src/index.js";
import type { LabelSlice, Slice } from "../slice.js";
import type { Augmentation } from "./operation.js";

export interface Picture {
  readonly raw: Slice;
  /** Channels of the array that is shown over it, in order. */
  readonly labels: readonly LabelSlice[];
  /** Whether the labels are measurements rather than classes or ids. */
  readonly isMeasured: boolean;
  readonly origin: SampleOrigin;
}

export interface Shot {
  /** The slice is the middle one across this axis. */
  readonly cut: AxisName;
  /** Everything that is drawn follows from it. */
  readonly seed: number;
  /** Name of the array that is shown over the raw slice. */
  readonly array: string;
}

/** Renders the one sample of a dataset. @throws what making a loader and reading throw */
export async function takePicture(
  dataset: Dataset,
  engine: Engine,
  augmentation: Augmentation,
  { cut, seed, array }: Shot,
): Promise<Picture> {
  const options = { engine, seed, sampler: samplers.sequential(), prefetch: 0, batchSize: 1 };
  const loader = createLoader(dataset, { ...options, ...augmentation });
  try {
    for await (const batch of loader) {
      try {
        const { raw, [array]: labels } = batch.arrays;
        const [[grey], shown] = await Promise.all([slicesOf(raw!, cut), slicesOf(labels!, cut)]);
        return {
          raw: grey!,
          labels: shown.map((slice, channel) => ({ name: labels!.channels[channel]!, slice })),
          isMeasured: labels!.dtype.startsWith("float"),
          origin: batch.samples[0]!,
        };
      } finally {
        batch.release();
      }
    }
  } finally {
    loader.dispose();
  }
  throw new Error("The loader ended without a batch.");
}

/** The middle slice of every channel of `[1, C, D, H, W]`. */
async function slicesOf(array: BatchArray, cut: AxisName): Promise<Slice[]> {
  const [values, known] = await Promise.all([array.data(), array.mask?.data() ?? null]);
  const [, channels, depth, height, width] = array.shape as [number, number, number, number, number];
  // Along rows, along columns, and from the first voxel of a channel to that of its slice.
  const [z, y, x] = [height * width, width, 1];
  const [rows, columns, rowStride, columnStride, first] = {
    z: [height, width, y, x, Math.floor(depth / 2) * z] as const,
    y: [depth, width, z, x, Math.floor(height / 2) * y] as const,
    x: [depth, height, z, y, Math.floor(width / 2) * x] as const,
  }[cut];
  return Array.from({ length: channels }, (_, channel) => {
    const start = channel * depth * height * width + first;
    const cutOut = <T extends typeof values>(from: T): T => {
      const out = from.slice(0, rows * columns) as T;
      for (let row = 0, i = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, i++) {
          out[i] = from[start + row * rowStride + column * columnStride]!;
        }
      }
      return out;
    };
    return { width: columns, height: rows, values: cutOut(values), known: known && cutOut(known) };
  });
}
