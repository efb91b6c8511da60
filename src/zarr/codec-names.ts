/** Which codecs a stored array uses, checked when the array is opened rather than at its first chunk. */
import { registry } from "zarrita";
import { VoxelfeedError } from "../errors.js";
import type { SourceDType } from "../types.js";
import { isObject } from "./json.js";
import type { CodecSpec } from "./metadata.js";

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

/**
 * Parses a v3 codec list; a codec without configuration may be written as its bare name.
 *
 * @throws `invalid-metadata` when it is no list of named codecs.
 */
export function parseCodecs(value: unknown, url: string): CodecSpec[] {
  if (!Array.isArray(value))
    throw new VoxelfeedError("invalid-metadata", "expected a list of codecs", { url });
  return value.map((codec: unknown) => {
    if (typeof codec === "string") return { name: codec };
    if (!isObject(codec) || typeof codec.name !== "string") {
      throw new VoxelfeedError(
        "invalid-metadata",
        `expected a codec with a name, got ${JSON.stringify(codec)}`,
        { url },
      );
    }
    const { name, configuration } = codec;
    return isObject(configuration) ? { name, configuration } : { name };
  });
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
  url: string,
): void {
  let seenValueCodec = false;
  for (const codec of codecs) {
    const { name } = codec;
    if (notForVoxels.includes(name)) {
      throw new VoxelfeedError("unsupported", `the codec "${name}" stores text, not voxels`, { url });
    }
    if (name !== "bytes" && !registry.has(name)) {
      throw new VoxelfeedError(
        "unknown-codec",
        `the codec "${name}" is not known; known are ${[...registry.keys()].join(", ")}; rewrite the array with one of ` +
          "these, or register the codec in zarrita's registry (in the worker, too)",
        { url },
      );
    }
    if (name === "transpose") {
      checkPermutation(codec, rank, url);
      if (seenValueCodec) {
        throw new VoxelfeedError(
          "unsupported",
          `"transpose" after a codec that changes values is not supported`,
          { url },
        );
      }
    }
    if (valueCodecs.includes(name)) {
      seenValueCodec = true;
      // Both are decoded as integers of the same size.
      if (dtype === "bool" || dtype === "float16") {
        throw new VoxelfeedError("unsupported", `the codec "${name}" is not supported for ${dtype}`, { url });
      }
    }
  }
  if (codecs.filter(({ name }) => name === "bytes").length > 1) {
    throw new VoxelfeedError("invalid-metadata", `the codec "bytes" comes more than once`, { url });
  }
}

/** The axis permutation of a `transpose` codec: stored axis i is array axis `order[i]`. */
export function transposeOrder(codec: CodecSpec, rank: number): readonly number[] {
  const order = codec.configuration?.order ?? "C";
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  if (order === "C") return axes;
  return order === "F" ? axes.reverse() : (order as readonly number[]);
}

function checkPermutation(codec: CodecSpec, rank: number, url: string): void {
  const order: unknown = transposeOrder(codec, rank);
  const isPermutation =
    Array.isArray(order) && order.length === rank && order.toSorted().every((axis, i) => axis === i);
  if (!isPermutation) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `the order ${JSON.stringify(order)} of "transpose" is no permutation of ${rank} axes`,
      { url },
    );
  }
}
