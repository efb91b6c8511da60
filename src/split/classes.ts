/** Which classes a split has. */
import { discoverClasses } from "../dataset/discover.js";
import { VoxelfeedError } from "../errors.js";
import { nearestName } from "../options.js";
import type { HttpOptions } from "../zarr/access.js";
import { openSource } from "../zarr/store.js";
import { eachRow, parted } from "./each-row.js";
import type { LeftOutRow, SplitRow } from "./row.js";

/**
 * The rows with the classes that their targets hold: those in brackets, else those that the target's group names.
 *
 * @param skip see {@link eachRow}
 * @throws what asking a group throws, see `discoverClasses`, unless `skip`
 */
export async function withClasses(
  rows: readonly SplitRow[],
  skip: boolean,
  http: HttpOptions | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly rows: readonly SplitRow[]; readonly failed: readonly LeftOutRow[] }> {
  const find = async (row: SplitRow, stop: AbortSignal): Promise<SplitRow> => {
    if (row.target === null || row.classes !== null) return row;
    return { ...row, classes: await discoverClasses(openSource(row.target, http), stop) };
  };
  const { done, failed } = parted(await eachRow(rows, find, skip, signal));
  return { rows: done.map(({ value }) => value), failed };
}

/**
 * The classes that the rows name, in order of appearance, or those asked for.
 *
 * @throws VoxelfeedError `class-not-found` for a class asked for that no row names
 */
export function splitClasses(rows: readonly SplitRow[], wanted?: readonly string[]): readonly string[] {
  const named = [...new Set(rows.flatMap(({ classes }) => classes ?? []))];
  if (wanted === undefined) return named;
  // What a target without brackets holds is not known before it is open.
  const isOpen = rows.some(({ target, classes }) => target !== null && classes === null);
  const missing = isOpen ? [] : wanted.filter((name) => !named.includes(name));
  if (missing.length === 0) return wanted;
  const hints = missing.flatMap((name) => nearestName(name, named) ?? []);
  const hint = hints.length > 0 ? ` Did you mean ${hints.map((name) => `"${name}"`).join(", ")}?` : "";
  throw new VoxelfeedError(
    "class-not-found",
    `No row names class ${missing.map((name) => `"${name}"`).join(", ")}; they name ${named.join(", ") || "none"}.${hint}`,
    { path: "classes" },
  );
}
