/** Parses `.zarray`, the document of a Zarr v2 array. Source: Zarr storage specification version 2. */
import { MAX_CODECS } from "./codec-names.js";
import { parseV2DType } from "./dtype.js";
import { fillBytes } from "./fill.js";
import { isObject, type JsonObject } from "./json.js";
import type { CodecSpec, StoredArray } from "./metadata.js";
import { invalidMember, memberOf } from "./pointer.js";
import { parseSizes } from "./sizes.js";

/** The array that a document describes. @throws `invalid-metadata`, `unsupported` */
export function parseV2(document: JsonObject, url: string): StoredArray {
  const { dtype, endian } = parseV2DType(document.dtype, memberOf(url, "dtype"));
  const shape = parseSizes(document.shape, memberOf(url, "shape"));
  const { dimension_separator: separator = "." } = document;
  if (separator !== "." && separator !== "/") {
    throw invalidMember(memberOf(url, "dimension_separator"), '"." or "/"', separator);
  }
  return {
    zarrFormat: 2,
    dtype,
    shape,
    chunkShape: parseSizes(document.chunks, memberOf(url, "chunks"), shape.length),
    chunkKey: { style: "v2", separator },
    codecs: parseCodecs(document, endian, url),
    fillBytes: fillBytes(document.fill_value, dtype, memberOf(url, "fill_value")),
  };
}

/** F order, filters, byte order and compressor, as the pipeline v3 would write. */
function parseCodecs(document: JsonObject, endian: "little" | "big", url: string): CodecSpec[] {
  const { order = "C", filters = null, compressor = null } = document;
  if (order !== "C" && order !== "F") throw invalidMember(memberOf(url, "order"), '"C" or "F"', order);
  if (filters !== null && (!Array.isArray(filters) || filters.length > MAX_CODECS)) {
    throw invalidMember(memberOf(url, "filters"), `null or a list of at most ${MAX_CODECS} filters`, filters);
  }
  return [
    ...(order === "F" ? [{ name: "transpose", configuration: { order: "F" } }] : []),
    ...(filters ?? []).map((filter: unknown, i) => parseCodec(filter, memberOf(url, "filters", i))),
    { name: "bytes", configuration: { endian } },
    ...(compressor === null ? [] : [parseCodec(compressor, memberOf(url, "compressor"))]),
  ];
}

function parseCodec(codec: unknown, place: string): CodecSpec {
  if (!isObject(codec) || typeof codec.id !== "string")
    throw invalidMember(place, "a codec with an id", codec);
  const { id, ...configuration } = codec;
  return { name: `numcodecs.${id}`, configuration };
}
