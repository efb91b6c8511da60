/** Decodes chunks to bricks. */
import { VoxelfeedError } from "../errors.js";
import type { Vec3 } from "../types.js";
import { brickLayout, gatherBrick, isContiguous } from "./brick.js";
import { chunkIndex, keyOf } from "./chunk-key.js";
import { WasmZstd } from "./decoders/wasm-zstd.js";
import { toBrickElements } from "./elements.js";
import type { ArrayMeta } from "./metadata.js";
import { loadPipeline } from "./pipeline.js";
import { elementCount } from "./sizes.js";

/** A decoded brick. */
export interface DecodedBrick {
  /** Owns its whole buffer, so that it can be transferred. */
  readonly bytes: Uint8Array;
  /** Whether a checksum was held against the chunk: one of its codecs', or the digest that its reader verified. */
  readonly isVerified: boolean;
}

/**
 * Decodes the encoded bytes of one chunk to a brick: C order z, y, x over the chunk's spatial axes, at the
 * selected index of the others, little-endian `BrickDType`. Edge bricks are full: what lies outside the
 * volume is as stored.
 *
 * @param bytes read only: neither changed nor kept.
 * @param where for messages.
 * @throws `decode` with url, array, level and chunk; the codec's own error is the cause.
 */
export interface BrickDecoder {
  (bytes: Uint8Array, where: { readonly url: string; readonly brick: Vec3 }): Promise<DecodedBrick>;
  /**
   * Loads the codecs, best while the first chunk is on its way. It settles when they are there, or not: a failure shows
   * when a chunk is decoded.
   */
  preload(): Promise<void>;
}

/**
 * Makes the decoder of an array. Its codecs are loaded once, with the first chunk or by `preload`.
 *
 * @param wasmZstd shared by all decoders of a thread.
 */
export function createBrickDecoder(array: ArrayMeta, wasmZstd = new WasmZstd()): BrickDecoder {
  let loading: Promise<(bytes: Uint8Array) => Promise<DecodedBrick>> | undefined;

  async function load() {
    loading ??= loadDecoder(array, wasmZstd);
    try {
      return await loading;
    } catch (error) {
      // A codec's module that could not be fetched may be there the next time.
      loading = undefined;
      throw error;
    }
  }

  const decodeBrick = async (
    bytes: Uint8Array,
    where: Parameters<BrickDecoder>[1],
  ): Promise<DecodedBrick> => {
    try {
      const decode = await load();
      const { bytes: brick, isVerified } = await decode(bytes);
      const isListed = array.digests?.chunks.has(keyOf(array, chunkIndex(array, where.brick))) ?? false;
      return { bytes: ownBuffer(brick, bytes), isVerified: isVerified || isListed };
    } catch (cause) {
      throw new VoxelfeedError(
        "decode",
        `the chunk cannot be decoded: ${(cause as Error)?.message ?? cause}`,
        {
          url: where.url,
          array: array.path,
          level: array.level,
          chunk: where.brick,
          cause,
        },
      );
    }
  };
  const preload = async (): Promise<void> => {
    await load().catch(() => {});
  };
  return Object.assign(decodeBrick, { preload });
}

async function loadDecoder(
  array: ArrayMeta,
  wasmZstd: WasmZstd,
): Promise<(bytes: Uint8Array) => Promise<DecodedBrick>> {
  const pipeline = await loadPipeline(array, wasmZstd);
  const layout = brickLayout(array, pipeline.storageOrder);
  const isWholeChunk = elementCount(layout.shape) === elementCount(array.chunkShape) && isContiguous(layout);
  return async (bytes) => {
    const { bytes: chunk, isVerified } = await pipeline.decode(bytes);
    const brick = isWholeChunk ? chunk : gatherBrick(chunk, layout);
    return { bytes: toBrickElements(brick, array.dtype), isVerified };
  };
}

/** Copies unless the bytes fill a buffer of their own that is not the encoded chunk's. */
function ownBuffer(brick: Uint8Array, encoded: Uint8Array): Uint8Array {
  const { buffer } = brick;
  const isOwn =
    buffer !== encoded.buffer && buffer instanceof ArrayBuffer && buffer.byteLength === brick.byteLength;
  return isOwn ? brick : brick.slice();
}
