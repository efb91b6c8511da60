/** Which classes a crop has, and where each one's image is. */

import { VoxelfeedError } from "../errors.js";
import { invalid, nearestName } from "../options.js";

/** A crop's target: the group, and the classes it names (null: any class below the group may exist). */
export interface TargetTemplate {
  readonly root: string;
  readonly classes: readonly string[] | null;
}

/**
 * Reads `".../crop1/[membrane,neurite]"`: the group `.../crop1` and its classes. Without brackets the whole
 * string is the group.
 *
 * @throws VoxelfeedError `invalid-option` on brackets that are empty or not at the end
 */
export function parseTarget(target: string): TargetTemplate {
  const match = /^(.*?)\/?\[([^[\]]*)\]\/?(\?.*)?$/s.exec(target);
  if (match === null) {
    if (/[[\]]/.test(target)) {
      throw invalid(
        "target",
        'a URL that ends in one bracketed list, such as ".../crop1/[membrane,neurite]"',
        target,
      );
    }
    return { root: target, classes: null };
  }
  const classes = match[2]!
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (classes.length === 0) throw invalid("target", "at least one class in the brackets", target);
  return { root: `${match[1]}${match[3] ?? ""}`, classes };
}

/** A `class-not-found` error that names the classes there are. */
export function classNotFound(
  missing: readonly string[],
  known: readonly string[],
  url: string,
): VoxelfeedError {
  const hints = missing.flatMap((name) => nearestName(name, known) ?? []);
  const hint = hints.length > 0 ? ` Did you mean ${hints.map((name) => `"${name}"`).join(", ")}?` : "";
  const names = missing.map((name) => `"${name}"`).join(", ");
  return new VoxelfeedError(
    "class-not-found",
    `No annotation for class ${names}; the target has: ${known.join(", ") || "none"}.${hint} ` +
      `Pass missingClasses: "unknown" to read such classes as unknown (mask 0).`,
    { url },
  );
}
