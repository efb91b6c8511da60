/** Reads chunks out of shards, which may lie in shards themselves. */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import type { ByteStore, GetOptions } from "./byte-store.js";
import type { ShardSpec } from "./metadata.js";
import { indexBytes, type ShardEntry, ShardIndexes } from "./shards.js";
import { elementCount } from "./sizes.js";
import { messagePath } from "./url.js";

/** A shard that is replaced while it is read is read again, so often in all. */
const maxTurns = 3;

/** One level of shards: which chunk of it holds a brick, and where that chunk lies. */
interface ShardLevel {
  readonly chunksPerShard: readonly number[];
  /** Bricks along every axis in one chunk of this level. */
  readonly bricksPerChunk: readonly number[];
  readonly indexes: ShardIndexes;
}

/** Reads chunks of one array's shards; it keeps the indexes it has met. */
export class ShardReader {
  readonly #store: ByteStore;
  readonly #levels: readonly ShardLevel[];

  /** @param maxChunkBytes the most that one stored chunk can have. */
  constructor(store: ByteStore, shard: ShardSpec, maxChunkBytes: number) {
    this.#store = store;
    this.#levels = makeLevels(store, shard, maxChunkBytes);
  }

  /**
   * The bytes of one chunk. An index and the bytes that it points to are of one version of the object, as far as the
   * server names versions.
   *
   * @param path of the outermost shard.
   * @param index of the chunk along every source axis, over the whole array.
   * @returns `undefined` for what is not stored.
   * @throws `decode` for an index whose checksum or entry is wrong; `range` for a shard that changes all the time; what
   * the store throws.
   */
  async read(path: string, index: readonly number[], options: GetOptions): Promise<Uint8Array | undefined> {
    for (let turn = 1; ; turn++) {
      const place = await this.#find(path, index, options.signal);
      if (place === undefined) return undefined;
      const part = place === "changed" ? "changed" : await this.#readPart(path, place, options, turn);
      if (part !== "changed") return part;
      this.forget(path);
      if (turn < maxTurns) continue;
      const url = messagePath(this.#store.url, path);
      const message = `the shard was another one at each request, ${maxTurns} times over`;
      throw new VoxelfeedError("range", message, { url, retryable: true });
    }
  }

  /** Forgets what is known of an object, which is then asked for anew. */
  forget(path: string): void {
    for (const { indexes } of this.#levels) indexes.forget(path);
  }

  async #find(path: string, index: readonly number[], signal: AbortSignal | undefined) {
    let place: ShardEntry | undefined;
    for (const { indexes, chunksPerShard, bricksPerChunk } of this.#levels) {
      const chunk = chunksPerShard.reduce(
        (sum, count, axis) => sum * count + (Math.floor(index[axis]! / bricksPerChunk[axis]!) % count),
        0,
      );
      const found: ShardEntry | undefined = await indexes.find(path, chunk, signal, place);
      if (found === undefined) return undefined;
      if (!isSameVersion(place?.version, found.version)) return "changed";
      place = found;
    }
    return place;
  }

  async #readPart(path: string, place: ShardEntry, options: GetOptions, turn: number) {
    let version: string | undefined;
    const onVersion = (told: string): void => {
      version = told;
      options.onVersion?.(told);
    };
    const { offset, length } = place;
    try {
      const bytes = await this.#store.getRange(path, { offset, length }, { ...options, onVersion });
      // The index knows the chunk: an object that is gone, or ends before it, is not the one that it is of.
      return bytes === undefined || !isSameVersion(place.version, version) ? "changed" : bytes;
    } catch (error) {
      if (turn === maxTurns || options.signal?.aborted || !isVoxelfeedError(error, "range")) throw error;
      return "changed";
    }
  }
}

/** Whether two versions may be the same; servers need not name one. */
function isSameVersion(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** Chunks along every source axis in one stored object. */
export function chunksPerObject(shard: ShardSpec): readonly number[] {
  const { chunksPerShard, inner } = shard;
  if (inner === undefined) return chunksPerShard;
  const perInner = chunksPerObject(inner);
  return chunksPerShard.map((count, axis) => count * perInner[axis]!);
}

/** Outermost first. */
function makeLevels(store: ByteStore, shard: ShardSpec, maxChunkBytes: number): ShardLevel[] {
  const { chunksPerShard, inner } = shard;
  const bricksPerChunk = inner === undefined ? chunksPerShard.map(() => 1) : chunksPerObject(inner);
  const maxBytes = inner === undefined ? maxChunkBytes : maxShardBytes(inner, maxChunkBytes);
  const level = { chunksPerShard, bricksPerChunk, indexes: new ShardIndexes(store, shard, maxBytes) };
  return inner === undefined ? [level] : [level, ...makeLevels(store, inner, maxChunkBytes)];
}

/** The most that a stored shard can have. */
function maxShardBytes(shard: ShardSpec, maxChunkBytes: number): number {
  const { chunksPerShard, inner } = shard;
  const perChunk = inner === undefined ? maxChunkBytes : maxShardBytes(inner, maxChunkBytes);
  return elementCount(chunksPerShard) * perChunk + indexBytes(shard);
}
