/** The option `rawValueTransforms`: one list for every input array, or a list by array name. */
import type { ValueTransform } from "../augment/values.js";
import { checkValues, type DrawnArrays, drawValues, normalizes } from "../augment/values-list.js";
import type { DatasetArray } from "../dataset/sample.js";
import { checkKeys, invalid } from "../options.js";
import type { NoiseKey } from "../plan/values.js";

export type RawValueTransforms =
  | readonly ValueTransform[]
  | Readonly<Record<string, readonly ValueTransform[]>>;

/** Lists by the name of their array; arrays without one are not named. */
export type ValueLists = Readonly<Record<string, readonly ValueTransform[]>>;

const path = "rawValueTransforms";

/** @throws VoxelfeedError `unknown-option`, `invalid-option`, with the path into the configuration */
export function resolveValueLists(
  option: RawValueTransforms | undefined,
  arrays: readonly DatasetArray[],
): ValueLists | null {
  if (option === undefined) return null;
  const inputs = arrays.filter(({ role }) => role === "input").map(({ spec }) => spec);
  const byName = isList(option) ? null : option;
  if (byName !== null) {
    checkKeys(
      byName,
      inputs.map(({ name }) => name),
      path,
    );
  }
  const lists = inputs.flatMap((spec) => {
    const given = byName === null ? option : byName[spec.name];
    if (given === undefined) return [];
    const place = byName === null ? path : `${path}.${spec.name}`;
    const list = checkValues(given, place, spec);
    if (normalizes(list) && spec.dtype !== "float32" && spec.dtype !== "float16") {
      const hint = "Normalised values lie in [0, 1], where integers are only 0 and 1.";
      throw invalid(`inputArrays.${spec.name}.dtype`, `float32 or float16 with ${place}`, spec.dtype, hint);
    }
    return list.length === 0 ? [] : [[spec.name, list] as const];
  });
  return lists.length === 0 ? null : Object.fromEntries(lists);
}

function isList(option: RawValueTransforms): option is readonly ValueTransform[] {
  return Array.isArray(option);
}

/** What is drawn for each array of a sample. */
export function drawValueLists(
  lists: ValueLists,
  arrays: readonly DatasetArray[],
  sample: Omit<NoiseKey, "array" | "channel">,
): DrawnArrays {
  const drawn = arrays.flatMap(({ spec }, index) => {
    const list = lists[spec.name];
    return list === undefined ? [] : [[spec.name, drawValues(list, sample, { ...spec, index })] as const];
  });
  return Object.fromEntries(drawn);
}
