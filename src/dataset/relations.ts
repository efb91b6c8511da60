/** Which classes exclude each other, so that the presence of one tells the absence of another. */
import { invalid } from "../options.js";

/**
 * Per class, the classes that are never present where it is. A class that is unknown in a voxel becomes known to be
 * absent there when one of its classes is present. Read as written: `{ a: ["b"] }` says nothing about `b`.
 */
export type ClassRelations = Readonly<Record<string, readonly string[]>>;

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
