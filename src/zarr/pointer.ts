/** Errors that say where in a metadata document they are. */
import { VoxelfeedError } from "../errors.js";

/**
 * The place of a member: the document's URL with a JSON pointer as its fragment.
 *
 * Source: RFC 6901, section 6.
 *
 * @param place of the object or list that holds it.
 */
export function memberOf(place: string, ...names: readonly (string | number)[]): string {
  const pointer = names.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`);
  return `${place}${place.includes("#") ? "" : "#"}${pointer.join("")}`;
}

/** An `invalid-metadata` error: what was expected at a place, and what is there. */
export function invalidMember(place: string, expected: string, value: unknown): VoxelfeedError {
  return new VoxelfeedError("invalid-metadata", `expected ${expected}, got ${show(value)}`, { url: place });
}

/** An `unsupported` error: what is supported at a place, and what is there. */
export function unsupportedMember(place: string, supported: string, value: unknown): VoxelfeedError {
  return new VoxelfeedError("unsupported", `${supported}, got ${show(value)}`, { url: place });
}

/** A value as short JSON: a document may hold megabytes. */
export function show(value: unknown): string {
  const text = JSON.stringify(shorten(value, 0)) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function shorten(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.length > 80 ? `${value.slice(0, 80)}...` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth > 3) return "...";
  if (Array.isArray(value)) {
    const first = value.slice(0, 8).map((item) => shorten(item, depth + 1));
    return value.length > 8 ? [...first, `... ${value.length} in all`] : first;
  }
  const members = Object.entries(value).slice(0, 8);
  return Object.fromEntries(members.map(([name, member]) => [name.slice(0, 40), shorten(member, depth + 1)]));
}
