/** Parses `sharding_indexed`: chunks packed into one object with an index. */
import { VoxelfeedError } from "../errors.js";
import { parseCodecs } from "./codec-names.js";
import { isObject } from "./json.js";
import type { CodecSpec, ShardSpec } from "./metadata.js";
import { elementCount, parseSizes } from "./sizes.js";

const SHARDING = "sharding_indexed";

/** Each level costs a request. */
const MAX_DEPTH = 4;

/** A shard's index is read and kept whole. */
const MAX_INDEX_BYTES = 2 ** 28;

/**
 * What a shard's codec list means for its inner chunks; `undefined` when there is no sharding.
 *
 * @param depth how many shards this one lies in.
 * @throws `unsupported` for codecs around the shard, compressed indexes and deep nesting; `invalid-metadata`.
 */
export function parseSharding(
  codecs: readonly CodecSpec[],
  shardShape: readonly number[],
  url: string,
  depth = 0,
): { chunkShape: readonly number[]; codecs: readonly CodecSpec[]; shard: ShardSpec } | undefined {
  const sharding = codecs.find(({ name }) => name === SHARDING);
  if (sharding === undefined) return undefined;
  if (codecs.length > 1) {
    throw new VoxelfeedError(
      "unsupported",
      `codecs around "${SHARDING}" are not supported; it must be the only one`,
      {
        url,
      },
    );
  }
  const configuration = sharding.configuration ?? {};
  const inner = parseCodecs(configuration.codecs, url);
  if (depth === MAX_DEPTH) {
    throw new VoxelfeedError("unsupported", `shards within shards are supported ${MAX_DEPTH} deep`, { url });
  }
  const chunkShape = parseSizes(configuration.chunk_shape, "chunk_shape", url);
  const chunksPerShard = shardShape.map((size, axis) => size / (chunkShape[axis] ?? 0));
  if (chunkShape.length !== shardShape.length || !chunksPerShard.every(Number.isInteger)) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `the shard [${shardShape.join(", ")}] is no whole number of chunks [${chunkShape.join(", ")}] on every axis`,
      { url },
    );
  }
  const { index_location: indexLocation = "end" } = configuration;
  if (indexLocation !== "start" && indexLocation !== "end") {
    throw new VoxelfeedError("invalid-metadata", `"index_location" must be "start" or "end"`, { url });
  }
  const indexCodecs = parseIndexCodecs(configuration.index_codecs, url);
  if (16 * elementCount(chunksPerShard) > MAX_INDEX_BYTES) {
    throw new VoxelfeedError("unsupported", "a shard index of more than 256 MiB is not supported", { url });
  }
  const shard: ShardSpec = { chunksPerShard, indexLocation, indexCodecs };
  const nested = parseSharding(inner, chunkShape, url, depth + 1);
  if (nested === undefined) return { chunkShape, codecs: inner, shard };
  return { ...nested, shard: { ...shard, inner: nested.shard } };
}

/** The index must have a known size: `bytes`, and `crc32c` behind it or not. */
function parseIndexCodecs(value: unknown, url: string): CodecSpec[] {
  const codecs = parseCodecs(value, url);
  const names = codecs.map(({ name }) => name).join(" ");
  if (names !== "bytes" && names !== "bytes crc32c") {
    throw new VoxelfeedError(
      "unsupported",
      `the shard index codecs "${names}" are not supported; use bytes and crc32c`,
      {
        url,
      },
    );
  }
  const endian = codecs[0]?.configuration?.endian ?? "little";
  if (!isObject(codecs[0]) || (endian !== "little" && endian !== "big")) {
    throw new VoxelfeedError("invalid-metadata", `the shard index must be "little" or "big" endian`, { url });
  }
  return codecs;
}
