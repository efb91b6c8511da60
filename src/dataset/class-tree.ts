/** Classes and what they are made of: which of them exclude each other follows. */
import { VoxelfeedError } from "../errors.js";
import { invalid } from "../options.js";
import type { ClassRelations } from "./relations.js";

/**
 * Classes and what they are made of, as nested plain data. A name may stand in several places, with its parts in
 * any of them; a class without parts is a leaf: `{ mito: ["mito_mem", "mito_lum"], cell: { mito: {}, er: {} } }`.
 */
export interface ClassTree {
  readonly [name: string]: ClassTree | readonly string[];
}

/**
 * The relations that a class tree implies: two classes exclude each other when they have no leaf in common.
 *
 * @returns every class of the tree that excludes any, in the order of the tree
 * @throws VoxelfeedError `invalid-option` for a class that is part of itself
 *
 * @example
 * relationsFromTree({ mito: ["mito_mem", "mito_lum"], er: ["er_mem"] }).mito_mem; // ["mito_lum", "er", "er_mem"]
 */
export function relationsFromTree(tree: ClassTree): ClassRelations {
  const parts = new Map<string, Set<string>>();
  collect(tree, parts, "tree");
  const leaves = new Map([...parts.keys()].map((name) => [name, leavesOf(name, parts, [])] as const));
  const relations = [...leaves].map(([name, own]) => {
    const others = [...leaves]
      .filter(([, other]) => [...own].every((leaf) => !other.has(leaf)))
      .map(([other]) => other);
    return [name, others] as const;
  });
  return Object.fromEntries(relations.filter(([, others]) => others.length > 0));
}

/** Every name of the tree with the names of its parts, of all places together. */
function collect(tree: ClassTree | readonly string[], parts: Map<string, Set<string>>, path: string): void {
  if (typeof tree !== "object" || tree === null) {
    throw invalid(path, "an object of class → parts, or a list of class names", tree);
  }
  const isList = Array.isArray(tree);
  for (const [key, value] of Object.entries(tree) as [string, unknown][]) {
    const at = isList ? `${path}[${key}]` : `${path}.${key}`;
    if (isList && typeof value !== "string") throw invalid(at, "a class name", value);
    const name = isList ? (value as string) : key;
    const known = parts.get(name) ?? new Set<string>();
    parts.set(name, known);
    if (isList) continue;
    collect(value as ClassTree, parts, at);
    for (const part of Array.isArray(value) ? (value as string[]) : Object.keys(value as ClassTree))
      known.add(part);
  }
}

function leavesOf(
  name: string,
  parts: ReadonlyMap<string, ReadonlySet<string>>,
  above: readonly string[],
): Set<string> {
  if (above.includes(name)) {
    throw new VoxelfeedError(
      "invalid-option",
      `The class "${name}" is part of itself: ${[...above, name].join(" → ")}.`,
      {
        path: `tree.${name}`,
      },
    );
  }
  const below = parts.get(name)!;
  if (below.size === 0) return new Set([name]);
  return new Set([...below].flatMap((part) => [...leavesOf(part, parts, [...above, name])]));
}
