/** Which classes exclude each other, so that the presence of one tells the absence of another. */
import { VoxelfeedError } from "../errors.js";
import { invalid } from "../options.js";

/**
 * Per class, the classes that are never present where it is. A class that is unknown in a voxel becomes known to be
 * absent there when one of its classes is present. Read as written: `{ a: ["b"] }` says nothing about `b`.
 */
export type ClassRelations = Readonly<Record<string, readonly string[]>>;

/**
 * Classes and what they are made of, as nested plain data. A name may stand in several places, with its parts in
 * any of them; a class without parts is a leaf: `{ mito: ["mito_mem", "mito_lum"], cell: { mito: {}, er: {} } }`.
 */
export interface ClassTree {
  readonly [name: string]: ClassTree | readonly string[];
}

/** How one target array infers absence, see `DatasetArray`. */
export interface InferencePlan {
  readonly hidden: readonly string[];
  readonly exclusive: readonly (readonly number[])[];
}

/** @throws VoxelfeedError `invalid-option` */
export function checkRelations(relations: ClassRelations, path: string): ClassRelations {
  if (typeof relations !== "object" || relations === null || Array.isArray(relations)) {
    throw invalid(path, "an object of class → mutually exclusive classes", relations);
  }
  for (const [name, others] of Object.entries(relations)) {
    const at = `${path}.${name}`;
    if (!Array.isArray(others) || others.some((other) => typeof other !== "string")) {
      throw invalid(at, "a list of class names", others);
    }
    if (others.includes(name)) throw invalid(at, `classes other than "${name}" itself`, others);
  }
  return relations;
}

/** Which further classes must be read for the relations of the wanted ones, and who excludes whom. */
export function planInference(classes: readonly string[], relations: ClassRelations): InferencePlan {
  const excluding = classes.map((name) =>
    Object.hasOwn(relations, name) ? [...new Set(relations[name])] : [],
  );
  const hidden = [...new Set(excluding.flat())].filter((name) => !classes.includes(name));
  const all = [...classes, ...hidden];
  return { hidden, exclusive: excluding.map((names) => names.map((name) => all.indexOf(name))) };
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
