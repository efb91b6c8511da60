/** The error for classes that a crop does not have. */
import { VoxelfeedError } from "../errors.js";
import { nearestName } from "../options.js";

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
