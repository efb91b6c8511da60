/** A rendered array as users meet it: a GPU buffer, typed arrays, or both. */
import { VoxelfeedError } from "../errors.js";
import type { IdTable } from "../plan/ids.js";
import { outputArray, outputElements, outputItemSize, outputShape } from "../plan/output.js";
import type { Layout, OutputDType, TypedArray } from "../types.js";
import type { Engine } from "./engine.js";
import type { RenderedArray } from "./jobs.js";

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
   * Valid until the batch is released; never destroy it.
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
  /** The values on the CPU; the caller owns them. @throws VoxelfeedError `released` */
  data(): Promise<TypedArray>;
}

/** @param alive throws once the lease is over */
export function toBatchArray(engine: Engine, rendered: RenderedArray, alive: () => void): BatchArray {
  const { layout, channels, buffer, byteOffset, maskBuffer, data, maskData, idTables } = rendered;
  const elements = outputElements(layout);
  const bytes = elements * outputItemSize[layout.dtype];
  const shape = outputShape(layout);
  const fetch = async (
    held: ArrayBuffer | null,
    from: GPUBuffer | null,
    offset: number,
    length: number,
  ): Promise<ArrayBuffer> => {
    alive();
    return held ?? (await engine.read(from!, offset, length));
  };
  const hasMask = maskBuffer !== null || maskData !== null;
  const mask: BatchMask = {
    buffer: maskBuffer,
    shape,
    dtype: "uint8",
    data: async () => new Uint8Array(await fetch(maskData, maskBuffer, 0, elements), 0, elements),
  };
  return {
    buffer,
    shape,
    dtype: layout.dtype,
    layout: layout.layout,
    channels,
    idTables,
    ...(hasMask ? { mask } : {}),
    data: async () => outputArray(layout.dtype, elements, await fetch(data, buffer, byteOffset, bytes)),
  };
}

/** What a released batch says when it is used. */
export function releasedError(): VoxelfeedError {
  return new VoxelfeedError(
    "released",
    "This batch was released: its buffers may already hold another batch. Copy what you need before release().",
  );
}
