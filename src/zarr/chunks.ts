/** Reads encoded chunks: which object holds a brick, and which part of it. */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import type { Vec3 } from "../types.js";
import type { ByteStore, GetOptions } from "./byte-store.js";
import { chunkIndex, keyOf } from "./chunk-key.js";
import { maxStoredBytes } from "./decoders/limits.js";
import { verifyChunk } from "./integrity.js";
import type { ArrayMeta } from "./metadata.js";
import { withPlace } from "./place.js";
import { chunksPerObject, ShardReader } from "./shard-reader.js";
import { messagePath } from "./url.js";

/**
 * Reads the encoded bytes of the chunk that holds a brick.
 *
 * @param brick index in the brick grid, z, y, x; z is 0 for a 2-D image.
 * @returns the bytes, read only; `undefined` for a chunk that is not stored (it reads as the fill value).
 * @throws what the store throws, `decode` for a damaged shard and bytes that fail their digest; all name array, level and chunk.
 */
export type ChunkReader = (brick: Vec3, options?: ReadChunkOptions) => Promise<Uint8Array | undefined>;

export interface ReadChunkOptions extends Pick<GetOptions, "signal" | "priority" | "onVersion"> {
  /** Ask for the shard's index anew: what was read by the one that is kept made no sense. */
  readonly isFresh?: boolean;
}

/**
 * Makes the reader of an array; it keeps the indexes of shards it has met.
 *
 * @param store rooted where `array.path` starts.
 */
export function createChunkReader(store: ByteStore, array: ArrayMeta): ChunkReader {
  const maxBytes = maxStoredBytes(array);
  const shards = array.shard && new ShardReader(store, array.shard, maxBytes);
  return async (brick, { isFresh = false, ...options } = {}) => {
    const { signal } = options;
    const path = chunkPath(array, brick);
    if (isFresh) shards?.forget(path);
    try {
      const index = chunkIndex(array, brick);
      const bytes = await (shards === undefined
        ? store.get(path, { ...options, maxBytes })
        : shards.read(path, index, options));
      const { digests } = array;
      if (digests) await verifyChunk(digests, keyOf(array, index), bytes, messagePath(store.url, path));
      return bytes;
    } catch (error) {
      signal?.throwIfAborted();
      const url = messagePath(store.url, path);
      const isTooLarge = shards === undefined && isVoxelfeedError(error, "unsupported");
      throw withPlace(isTooLarge ? tooLarge(maxBytes, url, error) : error, {
        array: array.path,
        level: array.level,
        chunk: brick,
      });
    }
  };
}

/** Reads one chunk; for more than one of the same array use {@link createChunkReader}. */
export async function readChunk(
  store: ByteStore,
  array: ArrayMeta,
  brick: Vec3,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Uint8Array | undefined> {
  return createChunkReader(store, array)(brick, options);
}

/** Path below the store's root of the object (chunk or shard) that holds a brick. */
export function chunkPath(array: ArrayMeta, brick: Vec3): string {
  const perObject = array.shard && chunksPerObject(array.shard);
  const index = chunkIndex(array, brick);
  return keyOf(array, perObject ? index.map((i, axis) => Math.floor(i / perObject[axis]!)) : index);
}

/** The address of a brick's object as messages show it. */
export function chunkUrl(storeUrl: string, array: ArrayMeta, brick: Vec3): string {
  return messagePath(storeUrl, chunkPath(array, brick));
}

function tooLarge(maxBytes: number, url: string, cause: unknown): VoxelfeedError {
  const message = `the stored chunk has more than ${maxBytes} bytes, which no chunk of this array can have`;
  return new VoxelfeedError("decode", message, { url, cause });
}
