/** Which classes a split has. */
import { VoxelfeedError } from "../errors.js";
import { invalid, nearestName } from "../options.js";
import type { SplitRow } from "./row.js";

/**
 * The classes asked for, or else those that the rows name, in order of appearance.
 *
 * @throws VoxelfeedError `class-not-found` for a class that no row names; `invalid-option` when they are not
 * given and a row's target has no brackets
 */
export function splitClasses(rows: readonly SplitRow[], wanted?: readonly string[]): readonly string[] {
  const named = [...new Set(rows.flatMap(({ classes }) => classes ?? []))];
  const open = rows.find(({ target, classes }) => target !== null && classes === null);
  if (wanted === undefined) {
    if (open !== undefined) {
      throw invalid("classes", `a list of names, since ${open.where} names none in brackets`, null);
    }
    return named;
  }
  const missing = open === undefined ? wanted.filter((name) => !named.includes(name)) : [];
  if (missing.length === 0) return wanted;
  const hints = missing.flatMap((name) => nearestName(name, named) ?? []);
  const hint = hints.length > 0 ? ` Did you mean ${hints.map((name) => `"${name}"`).join(", ")}?` : "";
  throw new VoxelfeedError(
    "class-not-found",
    `No row names class ${missing.map((name) => `"${name}"`).join(", ")}; they name ${named.join(", ") || "none"}.${hint}`,
    { path: "classes" },
  );
}
