/** Parses `sharding_indexed`: chunks packed into one object with an index. */
import { parseCodecs, SHARDING } from "./codec-names.js";
import type { CodecSpec, ShardSpec } from "./metadata.js";
import { invalidMember, memberOf, unsupportedMember } from "./pointer.js";
import { elementCount, parseSizes } from "./sizes.js";

/** Each level costs a request. */
const MAX_DEPTH = 4;

/** A shard's index is read and kept whole. */
const MAX_INDEX_BYTES = 2 ** 26;

/**
 * What a shard's codec list means for its inner chunks; `undefined` when there is no sharding.
 *
 * @param place of the codec list.
 * @param depth how many shards this one lies in.
 * @throws `unsupported` for codecs around the shard, compressed indexes and deep nesting; `invalid-metadata`.
 */
export function parseSharding(
  codecs: readonly CodecSpec[],
  shardShape: readonly number[],
  place: string,
  depth = 0,
): { chunkShape: readonly number[]; codecs: readonly CodecSpec[]; shard: ShardSpec } | undefined {
  const at = codecs.findIndex(({ name }) => name === SHARDING);
  if (at < 0) return undefined;
  if (codecs.length > 1) {
    const names = codecs.map(({ name }) => name);
    throw unsupportedMember(place, `"${SHARDING}" must be the only codec`, names);
  }
  if (depth === MAX_DEPTH) {
    throw unsupportedMember(place, `shards may lie in shards ${MAX_DEPTH} deep`, depth + 1);
  }
  const { configuration = {} } = codecs[at]!;
  const member = (name: string) => memberOf(place, at, "configuration", name);
  const inner = parseCodecs(configuration.codecs, member("codecs"));
  const { chunk_shape: innerShape, index_location: indexLocation = "end" } = configuration;
  const chunkShape = parseSizes(innerShape, member("chunk_shape"), shardShape.length);
  const chunksPerShard = shardShape.map((size, axis) => size / chunkShape[axis]!);
  if (!chunksPerShard.every(Number.isInteger)) {
    const expected = `sizes that divide the shard's [${shardShape.join(", ")}] into whole chunks`;
    throw invalidMember(member("chunk_shape"), expected, chunkShape);
  }
  if (indexLocation !== "start" && indexLocation !== "end") {
    throw invalidMember(member("index_location"), '"start" or "end"', indexLocation);
  }
  const indexCodecs = parseIndexCodecs(configuration.index_codecs, member("index_codecs"));
  if (16 * elementCount(chunksPerShard) > MAX_INDEX_BYTES) {
    throw unsupportedMember(
      member("chunk_shape"),
      "a shard index may have 64 MiB, four million chunks",
      chunkShape,
    );
  }
  const shard: ShardSpec = { chunksPerShard, indexLocation, indexCodecs };
  const nested = parseSharding(inner, chunkShape, member("codecs"), depth + 1);
  if (nested === undefined) return { chunkShape, codecs: inner, shard };
  return { ...nested, shard: { ...shard, inner: nested.shard } };
}

/** The index must have a known size: `bytes`, and `crc32c` behind it or not. */
function parseIndexCodecs(value: unknown, place: string): CodecSpec[] {
  const codecs = parseCodecs(value, place);
  const names = codecs.map(({ name }) => name);
  if (names.join() !== "bytes" && names.join() !== "bytes,crc32c") {
    throw unsupportedMember(place, "shard indexes must be encoded by bytes and crc32c", names);
  }
  const endian = codecs[0]?.configuration?.endian;
  if (endian === "little" || endian === "big") return codecs;
  throw invalidMember(memberOf(place, 0, "configuration", "endian"), '"little" or "big"', endian);
}
