/** Which codecs a stored array uses, checked when the array is opened rather than at its first chunk. */
import { registry } from "zarrita";
import { VoxelfeedError } from "../errors.js";
import type { SourceDType } from "../types.js";
import { isObject } from "./json.js";
import type { CodecSpec } from "./metadata.js";
import { invalidMember, memberOf, show, unsupportedMember } from "./pointer.js";

/** Name of the codec that packs chunks into shards. */
export const SHARDING = "sharding_indexed";

/** Codecs that make text or objects: never the way to voxels. */
const notForVoxels = ["vlen-utf8", "json2", "numcodecs.vlen-utf8", "numcodecs.json2"];

/** Codecs that turn arrays into arrays, but for `transpose`, which is only a question of strides. */
export const valueCodecs: readonly string[] = [
  "bitround",
  "numcodecs.bitround",
  "numcodecs.delta",
  "cast_value",
  "scale_offset",
];

/** The codecs of a chain that make bytes of bytes. */
export function byteCodecs(codecs: readonly CodecSpec[]): CodecSpec[] {
  return codecs.filter(({ name }) => name !== "bytes" && name !== "transpose" && !valueCodecs.includes(name));
}

/** Whether chunks may be decoded by a module in wasm, which keeps the memory that it once needed. */
export function decodesInWasm(codecs: readonly CodecSpec[]): boolean {
  return codecs.some(({ name }) => /(^|\.)(zstd|blosc)$/.test(name));
}

/** A chain longer than this is no chain of codecs. */
export const MAX_CODECS = 32;

/**
 * Parses a v3 codec list; a codec without configuration may be written as its bare name.
 *
 * @throws `invalid-metadata` when it is no list of named codecs, or has not one `bytes` or `sharding_indexed` between
 * those that change arrays and those that change bytes.
 */
export function parseCodecs(value: unknown, place: string): CodecSpec[] {
  if (!Array.isArray(value) || value.length > MAX_CODECS) {
    throw invalidMember(place, `a list of at most ${MAX_CODECS} codecs`, value);
  }
  const codecs = value.map((codec: unknown, i): CodecSpec => {
    if (typeof codec === "string") return { name: codec };
    if (!isObject(codec) || typeof codec.name !== "string") {
      throw invalidMember(memberOf(place, i), "a codec with a name", codec);
    }
    const { name, configuration } = codec;
    if (configuration !== undefined && !isObject(configuration)) {
      throw invalidMember(memberOf(place, i, "configuration"), "an object", configuration);
    }
    return configuration === undefined ? { name } : { name, configuration };
  });
  checkOrder(codecs, place);
  return codecs;
}

function checkOrder(codecs: readonly CodecSpec[], place: string): void {
  const isSerializer = ({ name }: CodecSpec) => name === "bytes" || name === SHARDING;
  const isOfArrays = ({ name }: CodecSpec) => name === "transpose" || valueCodecs.includes(name);
  const at = codecs.findIndex(isSerializer);
  const isOrdered =
    at >= 0 && codecs.every((codec, i) => i === at || (!isSerializer(codec) && isOfArrays(codec) === i < at));
  // What a codec that is not known does is not known either; it is refused by its name.
  const isKnown = codecs.every((codec) => isSerializer(codec) || registry.has(codec.name));
  if (isOrdered || !isKnown) return;
  const expected =
    'one "bytes" or "sharding_indexed", codecs of arrays before it and codecs of bytes behind it';
  throw invalidMember(
    place,
    expected,
    codecs.map(({ name }) => name),
  );
}

/**
 * Checks that every codec can be run, and that `transpose` permutes the array's axes.
 *
 * @throws `unknown-codec` for a name zarrita's registry does not hold; `unsupported`, `invalid-metadata`.
 */
export function checkCodecs(
  codecs: readonly CodecSpec[],
  dtype: SourceDType,
  rank: number,
  place: string,
): void {
  let seenValueCodec = false;
  let storedDType: unknown = dtype;
  for (const codec of codecs) {
    const { name } = codec;
    checkKnown(name, place);
    if (name === "transpose") {
      checkPermutation(codec, rank, place);
      if (seenValueCodec) {
        throw unsupportedMember(place, '"transpose" goes before codecs that change values', name);
      }
    }
    if (valueCodecs.includes(name)) {
      seenValueCodec = true;
      // Both are decoded as integers of the same size.
      if (dtype === "bool" || dtype === "float16") {
        throw unsupportedMember(place, `codecs that change values are not supported for ${dtype}`, name);
      }
      storedDType = codec.configuration?.data_type ?? storedDType;
    }
    if (name === "bytes") checkEndian(codec, storedDType, place);
  }
}

function checkKnown(name: string, place: string): void {
  if (notForVoxels.includes(name)) {
    throw unsupportedMember(place, "codecs that store text are not the way to voxels", name);
  }
  if (name === "bytes" || registry.has(name)) return;
  throw new VoxelfeedError(
    "unknown-codec",
    `the codec ${show(name)} is not known; known are ${[...registry.keys()].join(", ")}; rewrite the array with one of ` +
      "these, or register the codec in zarrita's registry (in the worker, too)",
    { url: place },
  );
}

/** Elements of one byte have no byte order; all others must state theirs. */
function checkEndian({ configuration }: CodecSpec, dtype: unknown, place: string): void {
  const endian = configuration?.endian;
  if (endian === "little" || endian === "big") return;
  const isByte = dtype === "bool" || dtype === "int8" || dtype === "uint8";
  if (endian === undefined && isByte) return;
  throw invalidMember(place, '"bytes" with an "endian" of "little" or "big"', endian);
}

/** The axis permutation of a `transpose` codec: stored axis i is array axis `order[i]`. */
export function transposeOrder(codec: CodecSpec, rank: number): readonly number[] {
  const order = codec.configuration?.order ?? "C";
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  if (order === "C") return axes;
  return order === "F" ? axes.reverse() : (order as readonly number[]);
}

function checkPermutation(codec: CodecSpec, rank: number, place: string): void {
  const order: unknown = transposeOrder(codec, rank);
  const isPermutation =
    Array.isArray(order) && order.length === rank && order.every((_, axis) => order.includes(axis));
  if (!isPermutation) throw invalidMember(place, `a "transpose" that permutes ${rank} axes`, order);
}
