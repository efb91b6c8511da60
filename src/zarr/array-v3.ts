/** Parses `zarr.json` of an array. Source: Zarr core specification version 3. */
import { parseCodecs } from "./codec-names.js";
import { parseV3DType } from "./dtype.js";
import { fillBytes } from "./fill.js";
import { isObject, type JsonObject } from "./json.js";
import type { StoredArray } from "./metadata.js";
import { invalidMember, memberOf, unsupportedMember } from "./pointer.js";
import { parseSharding } from "./sharding.js";
import { parseSizes } from "./sizes.js";

const knownMembers = [
  "zarr_format",
  "node_type",
  "shape",
  "data_type",
  "chunk_grid",
  "chunk_key_encoding",
  "fill_value",
  "codecs",
  "attributes",
  "storage_transformers",
  "dimension_names",
];

/** The array that a document describes. @throws `invalid-metadata`, `unsupported` */
export function parseV3(document: JsonObject, url: string): StoredArray {
  refuseUnknownMembers(document, knownMembers, url);
  const { node_type: nodeType, storage_transformers: transformers = [] } = document;
  if (nodeType !== "array") throw invalidMember(memberOf(url, "node_type"), '"array"', nodeType);
  if (!Array.isArray(transformers) || transformers.length > 0) {
    const place = memberOf(url, "storage_transformers");
    throw unsupportedMember(place, "storage transformers are not supported", transformers);
  }
  const dtype = parseV3DType(document.data_type, memberOf(url, "data_type"));
  const shape = parseSizes(document.shape, memberOf(url, "shape"));
  const gridShape = parseGrid(document.chunk_grid, shape.length, memberOf(url, "chunk_grid"));
  const codecs = parseCodecs(document.codecs, memberOf(url, "codecs"));
  checkDimensionNames(document.dimension_names, shape.length, memberOf(url, "dimension_names"));
  if (document.fill_value === undefined) {
    throw invalidMember(memberOf(url, "fill_value"), "a fill value", undefined);
  }
  return {
    zarrFormat: 3,
    dtype,
    shape,
    chunkKey: parseKeyEncoding(document.chunk_key_encoding, memberOf(url, "chunk_key_encoding")),
    fillBytes: fillBytes(document.fill_value, dtype, memberOf(url, "fill_value")),
    ...(parseSharding(codecs, gridShape, memberOf(url, "codecs")) ?? { chunkShape: gridShape, codecs }),
  };
}

/**
 * Members that the specification does not know are extensions, which must be understood unless they say that they
 * need not be.
 *
 * @throws `unsupported`
 */
export function refuseUnknownMembers(document: JsonObject, known: readonly string[], url: string): void {
  for (const [name, value] of Object.entries(document)) {
    if (known.includes(name) || (isObject(value) && value.must_understand === false)) continue;
    throw unsupportedMember(
      memberOf(url, name.slice(0, 100)),
      "this extension must be understood, and is not (only members with must_understand: false are passed over)",
      value,
    );
  }
}

function parseGrid(grid: unknown, rank: number, place: string): readonly number[] {
  if (!isObject(grid) || grid.name !== "regular" || !isObject(grid.configuration)) {
    throw unsupportedMember(place, 'only the "regular" chunk grid is supported', grid);
  }
  return parseSizes(grid.configuration.chunk_shape, memberOf(place, "configuration", "chunk_shape"), rank);
}

function parseKeyEncoding(encoding: unknown, place: string): StoredArray["chunkKey"] {
  const name = isObject(encoding) ? encoding.name : encoding;
  if (name !== "default" && name !== "v2") {
    throw unsupportedMember(place, 'only the chunk key encodings "default" and "v2" are supported', encoding);
  }
  const configuration = isObject(encoding) && isObject(encoding.configuration) ? encoding.configuration : {};
  const { separator = name === "v2" ? "." : "/" } = configuration;
  if (separator === "." || separator === "/") return { style: name, separator };
  throw invalidMember(memberOf(place, "configuration", "separator"), '"." or "/"', separator);
}

function checkDimensionNames(names: unknown, rank: number, place: string): void {
  if (names === undefined || names === null) return;
  const isName = (name: unknown) => name === null || typeof name === "string";
  if (Array.isArray(names) && names.length === rank && names.every(isName)) return;
  throw invalidMember(place, `${rank} names or nulls, one per axis`, names);
}
