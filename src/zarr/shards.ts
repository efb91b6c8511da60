/** Shard indexes: where a shard keeps each of its chunks. */
import { raceAbort, SharedAbort } from "../abort.js";
import { VoxelfeedError } from "../errors.js";
import type { ByteStore } from "./byte-store.js";
import { stripCrc32c } from "./crc32c.js";
import type { ShardSpec } from "./metadata.js";
import { elementCount } from "./sizes.js";
import { messagePath } from "./url.js";

/** Indexes kept per reader; the least recently used go first. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Marks a chunk that was not written. */
const ABSENT = 0xffff_ffff_ffff_ffffn;

/** Where one chunk lies in its shard, in bytes. */
export interface ShardEntry {
  readonly offset: number;
  readonly length: number;
}

interface Loading {
  readonly abort: SharedAbort;
  readonly promise: Promise<DataView | undefined>;
}

/**
 * Reads and keeps the indexes of one array's shards. All who want the same index share one request; it is
 * cancelled when the last of them leaves, and a failure is not kept.
 */
export class ShardIndexes {
  readonly #store: ByteStore;
  readonly #shard: ShardSpec;
  readonly #loading = new Map<string, Loading>();
  /** Least recently used first; `undefined` for a shard that is not stored. */
  readonly #kept = new Map<string, DataView | undefined>();

  constructor(store: ByteStore, shard: ShardSpec) {
    this.#store = store;
    this.#shard = shard;
  }

  /**
   * Where a chunk lies.
   *
   * @param path of the shard.
   * @param chunk number of the chunk in its shard, C order.
   * @returns `undefined` for a chunk, or a whole shard, that is not stored.
   * @throws `decode` for an index whose checksum or entry is wrong.
   */
  async find(path: string, chunk: number, signal?: AbortSignal): Promise<ShardEntry | undefined> {
    const index = await this.#index(path, signal);
    if (index === undefined) return undefined;
    const isLittle = isLittleEndian(this.#shard);
    const offset = index.getBigUint64(16 * chunk, isLittle);
    const length = index.getBigUint64(16 * chunk + 8, isLittle);
    if (offset === ABSENT && length === ABSENT) return undefined;
    if (offset + length > BigInt(Number.MAX_SAFE_INTEGER) || length === 0n) {
      throw new VoxelfeedError(
        "decode",
        `the shard index places chunk ${chunk} at ${offset} with ${length} bytes`,
        {
          url: messagePath(this.#store.url, path),
        },
      );
    }
    return { offset: Number(offset), length: Number(length) };
  }

  async #index(path: string, signal: AbortSignal | undefined): Promise<DataView | undefined> {
    signal?.throwIfAborted();
    if (this.#kept.has(path)) {
      const index = this.#kept.get(path);
      this.#keep(path, index);
      return index;
    }
    const loading = this.#loading.get(path) ?? this.#startLoading(path);
    const leave = loading.abort.join();
    try {
      return await raceAbort(loading.promise, signal);
    } finally {
      // The last to leave cancels the request; nobody may join it after that.
      leave(signal?.reason);
      const isOver = loading.abort.signal.aborted;
      if (isOver && this.#loading.get(path) === loading) this.#loading.delete(path);
    }
  }

  #startLoading(path: string): Loading {
    const abort = new SharedAbort();
    const loading = { abort, promise: this.#load(path, abort.signal) };
    this.#loading.set(path, loading);
    return loading;
  }

  async #load(path: string, signal: AbortSignal): Promise<DataView | undefined> {
    const size = indexBytes(this.#shard);
    const isAtStart = this.#shard.indexLocation === "start";
    const range = isAtStart ? { offset: 0, length: size } : { suffixLength: size };
    const bytes = await this.#store.getRange(path, range, { signal });
    const index = bytes && parseIndex(bytes, this.#shard, messagePath(this.#store.url, path));
    if (!signal.aborted) this.#keep(path, index);
    return index;
  }

  #keep(path: string, index: DataView | undefined): void {
    this.#kept.delete(path);
    this.#kept.set(path, index);
    const limit = Math.max(1, Math.floor(MAX_KEPT_BYTES / indexBytes(this.#shard)));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= limit) break;
      this.#kept.delete(oldest);
    }
  }
}

function indexBytes(shard: ShardSpec): number {
  return 16 * elementCount(shard.chunksPerShard) + (hasChecksum(shard) ? 4 : 0);
}

function hasChecksum({ indexCodecs }: ShardSpec): boolean {
  return indexCodecs.some(({ name }) => name === "crc32c");
}

function isLittleEndian({ indexCodecs }: ShardSpec): boolean {
  return indexCodecs[0]?.configuration?.endian !== "big";
}

function parseIndex(bytes: Uint8Array, shard: ShardSpec, url: string): DataView {
  if (bytes.byteLength !== indexBytes(shard)) {
    throw new VoxelfeedError(
      "decode",
      `the shard is shorter than its index: ${bytes.byteLength} of ${indexBytes(shard)} bytes`,
      { url },
    );
  }
  const body = hasChecksum(shard) ? stripCrc32c(bytes) : bytes;
  if (body === undefined) {
    throw new VoxelfeedError(
      "decode",
      "the checksum of the shard's index does not match; the shard is damaged",
      { url },
    );
  }
  return new DataView(body.buffer, body.byteOffset, body.byteLength);
}
