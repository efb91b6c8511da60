/** Reads chunks out of shards, which may lie in shards themselves. */
import type { ByteStore, GetOptions } from "./byte-store.js";
import type { ShardSpec } from "./metadata.js";
import { indexBytes, ShardIndexes } from "./shards.js";
import { elementCount } from "./sizes.js";

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
   * The bytes of one chunk.
   *
   * @param path of the outermost shard.
   * @param index of the chunk along every source axis, over the whole array.
   * @returns `undefined` for what is not stored.
   * @throws `decode` for an index whose checksum or entry is wrong, and what the store throws.
   */
  async read(path: string, index: readonly number[], options: GetOptions): Promise<Uint8Array | undefined> {
    let place: { offset: number; length: number } | undefined;
    for (const { indexes, chunksPerShard, bricksPerChunk } of this.#levels) {
      const chunk = chunksPerShard.reduce(
        (sum, count, axis) => sum * count + (Math.floor(index[axis]! / bricksPerChunk[axis]!) % count),
        0,
      );
      place = await indexes.find(path, chunk, options.signal, place);
      if (place === undefined) return undefined;
    }
    return place && (await this.#store.getRange(path, place, options));
  }
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
