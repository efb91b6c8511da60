/** Where the images of a crop's classes are. */
import { invalid } from "../options.js";

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
