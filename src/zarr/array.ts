/** Parses the metadata document of one Zarr array (v2 `.zarray`, v3 `zarr.json`) into one form. */
import { VoxelfeedError } from "../errors.js";
import { checkCodecs, parseCodecs } from "./codec-names.js";
import { parseV2DType, parseV3DType, sourceItemSize } from "./dtype.js";
import { fillBytes } from "./fill.js";
import { isObject, type JsonObject } from "./json.js";
import type { ArrayMeta, CodecSpec } from "./metadata.js";
import { parseSharding } from "./sharding.js";
import { elementCount, parseSizes } from "./sizes.js";

/** What an array's own document says; axes and level come from the multiscale around it. */
export type StoredArray = Omit<ArrayMeta, "path" | "level" | "spatialAxes" | "select">;

/** Chunks are decoded in one piece; typed arrays and wasm memories end near here. */
const MAX_CHUNK_BYTES = 2 ** 31;

/**
 * Parses an array's metadata and checks that its chunks can be decoded.
 *
 * @param url the document's, for messages.
 * @throws `invalid-metadata`, `unsupported`, `unknown-codec`.
 */
export function parseArray(document: JsonObject, url: string): StoredArray {
  const array = document.zarr_format === 3 ? parseV3(document, url) : parseV2(document, url);
  const { shape, chunkShape, dtype, codecs } = array;
  if (chunkShape.length !== shape.length) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `the chunk shape [${chunkShape.join(", ")}] has ${chunkShape.length} axes, the shape [${shape.join(", ")}] has ${shape.length}`,
      { url },
    );
  }
  const chunkBytes = elementCount(chunkShape) * sourceItemSize[dtype];
  if (chunkBytes >= MAX_CHUNK_BYTES) {
    throw new VoxelfeedError(
      "unsupported",
      `one chunk [${chunkShape.join(", ")}] of ${dtype} has ${chunkBytes} bytes; rewrite the array with chunks below 2 GiB`,
      { url },
    );
  }
  checkCodecs(codecs, dtype, shape.length, url);
  return array;
}

function parseV2(document: JsonObject, url: string): StoredArray {
  if (document.zarr_format !== 2) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `expected "zarr_format" 2 or 3, got ${JSON.stringify(document.zarr_format)}`,
      { url },
    );
  }
  const { dtype, endian } = parseV2DType(document.dtype, url);
  const separator = document.dimension_separator ?? ".";
  return {
    zarrFormat: 2,
    dtype,
    shape: parseSizes(document.shape, "shape", url),
    chunkShape: parseSizes(document.chunks, "chunks", url),
    chunkKey: { style: "v2", separator: parseSeparator(separator, url) },
    codecs: v2Codecs(document, endian, url),
    fillBytes: fillBytes(document.fill_value, dtype, url),
  };
}

/** F order, filters, byte order and compressor of v2, as the pipeline v3 would write. */
function v2Codecs(document: JsonObject, endian: "little" | "big", url: string): CodecSpec[] {
  const { order = "C", filters, compressor } = document;
  if (order !== "C" && order !== "F") {
    throw new VoxelfeedError("invalid-metadata", `"order" must be "C" or "F", got ${JSON.stringify(order)}`, {
      url,
    });
  }
  if (filters !== null && filters !== undefined && !Array.isArray(filters)) {
    throw new VoxelfeedError("invalid-metadata", `"filters" must be a list or null`, { url });
  }
  const toSpec = (codec: unknown): CodecSpec => {
    if (!isObject(codec) || typeof codec.id !== "string") {
      throw new VoxelfeedError(
        "invalid-metadata",
        `expected a codec with an id, got ${JSON.stringify(codec)}`,
        { url },
      );
    }
    const { id, ...configuration } = codec;
    return { name: `numcodecs.${id}`, configuration };
  };
  return [
    ...(order === "F" ? [{ name: "transpose", configuration: { order: "F" } }] : []),
    ...((filters as unknown[] | null | undefined) ?? []).map(toSpec),
    { name: "bytes", configuration: { endian } },
    ...(compressor === null || compressor === undefined ? [] : [toSpec(compressor)]),
  ];
}

function parseV3(document: JsonObject, url: string): StoredArray {
  const { chunk_grid: grid, chunk_key_encoding: encoding, storage_transformers: transformers } = document;
  if (Array.isArray(transformers) && transformers.length > 0) {
    throw new VoxelfeedError("unsupported", "storage transformers are not supported", { url });
  }
  if (!isObject(grid) || grid.name !== "regular" || !isObject(grid.configuration)) {
    throw new VoxelfeedError("unsupported", `expected a "regular" chunk grid, got ${JSON.stringify(grid)}`, {
      url,
    });
  }
  const dtype = parseV3DType(document.data_type, url);
  const gridShape = parseSizes(grid.configuration.chunk_shape, "chunk_shape", url);
  const codecs = parseCodecs(document.codecs, url);
  return {
    zarrFormat: 3,
    dtype,
    shape: parseSizes(document.shape, "shape", url),
    chunkKey: parseKeyEncoding(encoding, url),
    fillBytes: fillBytes(document.fill_value, dtype, url),
    ...(parseSharding(codecs, gridShape, url) ?? { chunkShape: gridShape, codecs }),
  };
}

function parseKeyEncoding(encoding: unknown, url: string): StoredArray["chunkKey"] {
  const name = isObject(encoding) ? encoding.name : encoding;
  if (name !== "default" && name !== "v2") {
    throw new VoxelfeedError(
      "unsupported",
      `the chunk key encoding ${JSON.stringify(encoding)} is not supported`,
      { url },
    );
  }
  const configuration = isObject(encoding) && isObject(encoding.configuration) ? encoding.configuration : {};
  const separator = configuration.separator ?? (name === "v2" ? "." : "/");
  return { style: name, separator: parseSeparator(separator, url) };
}

function parseSeparator(value: unknown, url: string): "." | "/" {
  if (value === "." || value === "/") return value;
  throw new VoxelfeedError(
    "invalid-metadata",
    `the separator must be "." or "/", got ${JSON.stringify(value)}`,
    { url },
  );
}
