/** Shard indexes: where a shard keeps each of its chunks. */
import { raceAbort } from "../abort.js";
import { VoxelfeedError } from "../errors.js";
import { SharedAbort } from "../shared-abort.js";
import type { ByteStore } from "./byte-store.js";
import type { ShardSpec } from "./metadata.js";
import { elementCount } from "./sizes.js";
import { stripCrc32c } from "./strip-crc32c.js";
import { messagePath } from "./url.js";

/** Indexes kept per reader; the least recently used go first. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Marks a chunk that was not written. */
const ABSENT = 0xffff_ffff_ffff_ffffn;

/** Where one chunk lies in its object, in bytes, by an index of a version of it. */
export interface ShardEntry {
  readonly offset: number;
  readonly length: number;
  /** The version of the object that the index was read from, where the server names one. */
  readonly version?: string;
}

interface KeptIndex {
  readonly view: DataView;
  readonly version: string | undefined;
}

/** One shard: a whole object, or the part of one that lies in another shard. */
interface Shard {
  readonly path: string;
  readonly place: ShardEntry | undefined;
}

interface Loading {
  readonly abort: SharedAbort;
  readonly promise: Promise<KeptIndex | undefined>;
}

/**
 * Reads and keeps the indexes of one array's shards. All who want the same index share one request; it is
 * cancelled when the last of them leaves, and a failure is not kept.
 */
export class ShardIndexes {
  readonly #store: ByteStore;
  readonly #shard: ShardSpec;
  readonly #maxChunkBytes: number;
  readonly #loading = new Map<string, Loading>();
  /** Least recently used first; `undefined` for a shard that is not stored. */
  readonly #kept = new Map<string, KeptIndex | undefined>();

  /** @param maxChunkBytes the most that one chunk of a shard can have; an index that tells of more is damaged. */
  constructor(store: ByteStore, shard: ShardSpec, maxChunkBytes: number) {
    this.#store = store;
    this.#shard = shard;
    this.#maxChunkBytes = maxChunkBytes;
  }

  /**
   * Where a chunk lies in its object.
   *
   * @param path of the object.
   * @param chunk number of the chunk in its shard, C order.
   * @param place where the shard lies, when it is a part of the object.
   * @returns `undefined` for a chunk, or a whole shard, that is not stored.
   * @throws `decode` for an index whose checksum or entry is wrong.
   */
  async find(
    path: string,
    chunk: number,
    signal: AbortSignal | undefined,
    place?: ShardEntry,
  ): Promise<ShardEntry | undefined> {
    const index = await this.#index({ path, place }, signal);
    if (index === undefined) return undefined;
    const { view, version } = index;
    const isLittle = isLittleEndian(this.#shard);
    const offset = view.getBigUint64(16 * chunk, isLittle);
    const length = view.getBigUint64(16 * chunk + 8, isLittle);
    if (offset === ABSENT && length === ABSENT) return undefined;
    if (!this.#isInside(offset, length, place)) {
      throw new VoxelfeedError(
        "decode",
        `the shard index places chunk ${chunk} at ${offset} with ${length} bytes`,
        { url: messagePath(this.#store.url, path) },
      );
    }
    return { offset: (place?.offset ?? 0) + Number(offset), length: Number(length), version };
  }

  /** Forgets what is known of an object, and of the shards in it. */
  forget(path: string): void {
    for (const key of this.#kept.keys()) {
      if (key === path || key.startsWith(`${path} `)) this.#kept.delete(key);
    }
  }

  /** Whether a chunk can lie there: in its shard, beside the index, and no larger than it can be. */
  #isInside(offset: bigint, length: bigint, place: ShardEntry | undefined): boolean {
    const isAtStart = this.#shard.indexLocation === "start";
    const size = indexBytes(this.#shard);
    const first = BigInt(isAtStart ? size : 0);
    const end = place === undefined ? Number.MAX_SAFE_INTEGER : place.length - (isAtStart ? 0 : size);
    const isSized = length > 0n && length <= BigInt(Math.floor(this.#maxChunkBytes));
    return isSized && offset >= first && offset + length <= BigInt(end);
  }

  async #index(shard: Shard, signal: AbortSignal | undefined): Promise<KeptIndex | undefined> {
    signal?.throwIfAborted();
    const key = shardKey(shard);
    if (this.#kept.has(key)) {
      const index = this.#kept.get(key);
      this.#keep(key, index);
      return index;
    }
    const loading = this.#loading.get(key) ?? this.#startLoading(shard);
    const leave = loading.abort.join();
    try {
      return await raceAbort(loading.promise, signal);
    } finally {
      // The last to leave cancels the request; nobody may join it after that.
      leave(signal?.reason);
      const isOver = loading.abort.signal.aborted;
      if (isOver && this.#loading.get(key) === loading) this.#loading.delete(key);
    }
  }

  #startLoading(shard: Shard): Loading {
    const abort = new SharedAbort();
    const loading = { abort, promise: this.#load(shard, abort.signal) };
    this.#loading.set(shardKey(shard), loading);
    return loading;
  }

  async #load(shard: Shard, signal: AbortSignal): Promise<KeptIndex | undefined> {
    const { path, place } = shard;
    const size = indexBytes(this.#shard);
    const url = messagePath(this.#store.url, path);
    if (place !== undefined && place.length < size) throw tooShort(place.length, size, url);
    const isAtStart = this.#shard.indexLocation === "start";
    const atStart = { offset: place?.offset ?? 0, length: size };
    const atEnd =
      place === undefined
        ? { suffixLength: size }
        : { offset: place.offset + place.length - size, length: size };
    let version: string | undefined;
    const onVersion = (told: string): void => {
      version = told;
    };
    const bytes = await this.#store.getRange(path, isAtStart ? atStart : atEnd, { signal, onVersion });
    const index = bytes && { view: parseIndex(bytes, this.#shard, url), version };
    if (!signal.aborted) this.#keep(shardKey(shard), index);
    return index;
  }

  #keep(key: string, index: KeptIndex | undefined): void {
    this.#kept.delete(key);
    this.#kept.set(key, index);
    const limit = Math.max(1, Math.floor(MAX_KEPT_BYTES / indexBytes(this.#shard)));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= limit) break;
      this.#kept.delete(oldest);
    }
  }
}

function shardKey({ path, place }: Shard): string {
  return place === undefined ? path : `${path} ${place.offset} ${place.length}`;
}

/** Bytes of a shard's index. */
export function indexBytes(shard: ShardSpec): number {
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
    throw tooShort(bytes.byteLength, indexBytes(shard), url);
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

function tooShort(bytes: number, needed: number, url: string): VoxelfeedError {
  return new VoxelfeedError("decode", `the shard is shorter than its index: ${bytes} of ${needed} bytes`, {
    url,
  });
}
