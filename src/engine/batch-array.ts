/** A rendered array as users meet it: a GPU buffer, typed arrays, or both. */
import { VoxelfeedError } from "../errors.js";
import type { IdTable } from "../plan/ids.js";
import { outputArray, outputElements, outputShape } from "../plan/output.js";
import type { Layout, OutputDType, TypedArray } from "../types.js";
import type { RenderedArray } from "./jobs.js";
import type { LivingArrays } from "./living-arrays.js";

/** `uint8`, 1 where a voxel is inside the volume and annotated, 0 elsewhere; shaped like its array. */
export interface BatchMask {
  readonly buffer: GPUBuffer | null;
  readonly shape: readonly number[];
  readonly dtype: "uint8";
  data(): Promise<Uint8Array>;
}

export interface BatchArray {
  /**
   * STORAGE | COPY_SRC | COPY_DST, at least the array's bytes padded to 16; null without a device.
   * Valid until the batch is released; never destroy it. After a lost device it is another one.
   *
   * @throws VoxelfeedError `released`
   */
  readonly buffer: GPUBuffer | null;
  /** `[N, C, D, H, W]`, or `[N, D, H, W, C]` with layout `ndhwc`. */
  readonly shape: readonly number[];
  /** `float16` is held as 16-bit patterns in a `Uint16Array`. */
  readonly dtype: OutputDType;
  readonly layout: Layout;
  /** Names of its channels, in order: classes, or what target transforms made of them. */
  readonly channels: readonly string[];
  readonly mask?: BatchMask;
  /** Per sample and channel (C order): see {@link ReadPlan}; null where ids are unchanged. */
  readonly idTables: readonly (IdTable | null)[];
  /**
   * The values on the CPU, until the batch is released: then its memory goes round, and the array is empty (length 0).
   * Copy what you need longer. @throws VoxelfeedError `released`
   */
  data(): Promise<TypedArray>;
}

/**
 * @param index of the array in `living`
 * @param alive throws once the lease is over
 */
export function toBatchArray(living: LivingArrays, index: number, alive: () => void): BatchArray {
  const current = (): RenderedArray => {
    alive();
    return living.arrays[index]!;
  };
  const { layout, channels, idTables, maskBuffer, maskData } = current();
  const elements = outputElements(layout);
  const shape = outputShape(layout);
  const mask: BatchMask = {
    get buffer() {
      return current().maskBuffer;
    },
    shape,
    dtype: "uint8",
    async data() {
      alive();
      return new Uint8Array(await living.mask(index), 0, elements);
    },
  };
  return {
    get buffer() {
      return current().buffer;
    },
    shape,
    dtype: layout.dtype,
    layout: layout.layout,
    channels,
    idTables,
    ...(maskBuffer !== null || maskData !== null ? { mask } : {}),
    async data() {
      alive();
      return outputArray(layout.dtype, elements, await living.values(index));
    },
  };
}

/** What a released batch says when it is used. */
export function releasedError(): VoxelfeedError {
  return new VoxelfeedError(
    "released",
    "This batch was released: its buffers may already hold another batch. Copy what you need before release().",
  );
}
