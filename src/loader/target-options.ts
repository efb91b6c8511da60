/** The option `targetTransforms`: one list for every target array, or a list by array name. */
import type { TargetTransform, TargetTransforms } from "../augment/targets.js";
import { checkTargetList } from "../augment/targets-check.js";
import { type DatasetArray, type TargetChains, targetChains } from "../dataset/sample.js";
import { checkKeys, invalid } from "../options.js";

/** The option as it was given, checked; null without it. */
export type TargetLists = TargetTransforms | null;

const path = "targetTransforms";

/** @throws VoxelfeedError `unknown-option`, `invalid-option`, with the path into the configuration */
export function resolveTargetLists(
  option: TargetTransforms | undefined,
  arrays: readonly DatasetArray[],
): TargetLists {
  if (option === undefined) return null;
  if (isList(option)) {
    checkTargetList(option, path);
    return option;
  }
  const names = arrays.filter(({ role }) => role === "target").map(({ spec }) => spec.name);
  checkKeys(option, names, path);
  for (const [name, list] of Object.entries(option)) checkTargetList(list, `${path}.${name}`);
  return option;
}

/**
 * What becomes of each target array.
 *
 * @throws VoxelfeedError `invalid-option` where a transform does not fit its array, or two arrays have one name
 */
export function chainsOf(arrays: readonly DatasetArray[], lists: TargetLists): TargetChains {
  const chains = targetChains(arrays, (name) => {
    if (lists === null || isList(lists)) return { transforms: lists ?? [], path };
    return { transforms: lists[name] ?? [], path: `${path}.${name}` };
  });
  const taken = new Set(arrays.map(({ spec }) => spec.name));
  for (const { name } of Object.values(chains).flatMap(({ extras }) => extras)) {
    if (taken.has(name)) throw invalid(path, "weights with names that no other array has", name);
    taken.add(name);
  }
  return chains;
}

function isList(option: TargetTransforms): option is readonly TargetTransform[] {
  return Array.isArray(option);
}
