/** Checks of what users pass in: one clear error with the path into their configuration. */
import { VoxelfeedError } from "./errors.js";
import type { Vec3 } from "./types.js";

/**
 * @throws VoxelfeedError `unknown-option` for a key that is not in `known`, naming the nearest known one;
 * `invalid-option` when `value` is no plain object
 */
export function checkKeys(value: object, known: readonly string[], path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(path, "an object", value);
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = nearestName(key, known);
    const hint = near === undefined ? `Known: ${known.join(", ")}.` : `Did you mean "${near}"?`;
    throw new VoxelfeedError(
      "unknown-option",
      `Unknown option "${key}" in ${path || "the options"}. ${hint}`,
      {
        path: path === "" ? key : `${path}.${key}`,
      },
    );
  }
}

/** An `invalid-option` error: what was expected and what came. */
export function invalid(path: string, expected: string, value: unknown, hint = ""): VoxelfeedError {
  const shown = typeof value === "number" || typeof value === "bigint" ? String(value) : show(value);
  const message = `${path} must be ${expected}, got ${shown}.${hint === "" ? "" : ` ${hint}`}`;
  return new VoxelfeedError("invalid-option", message, { path });
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const json = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "number" && !Number.isFinite(inner) ? String(inner) : inner,
  );
  const text = json ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Three positive finite numbers (z, y, x), checked. */
export function positiveVec3(value: unknown, path: string, unit: string): Vec3 {
  const ok = isNumbers(value) && value.every((n) => Number.isFinite(n) && n > 0);
  if (!ok) throw invalid(path, `three positive ${unit} [z, y, x]`, value);
  return value;
}

/** Three positive whole numbers (z, y, x), checked. */
export function shapeVec3(value: unknown, path: string): Vec3 {
  const ok = isNumbers(value) && value.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!ok) throw invalid(path, "three positive whole numbers [z, y, x]", value);
  return value;
}

/** Three finite numbers (z, y, x), checked. */
export function finiteVec3(value: unknown, path: string): Vec3 {
  if (!isNumbers(value) || !value.every(Number.isFinite))
    throw invalid(path, "three finite numbers [z, y, x]", value);
  return value;
}

/** A whole number in [min, max], or the default when absent. */
export function wholeNumber(
  value: unknown,
  path: string,
  min: number,
  fallback: number,
  max = 2 ** 53,
): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalid(path, `a whole number ≥ ${min}${max < 2 ** 53 ? ` and ≤ ${max}` : ""}`, value);
}

/** One of the listed words, or the default when absent. */
export function oneOf<T extends string>(value: unknown, path: string, words: readonly T[], fallback: T): T {
  if (value === undefined) return fallback;
  if (words.includes(value as T)) return value as T;
  throw invalid(path, `one of ${words.map((word) => `"${word}"`).join(", ")}`, value);
}

/** `true` or `false`, or the default when absent. */
export function flag(value: unknown, path: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw invalid(path, "true or false", value);
}

function isNumbers(value: unknown): value is Vec3 {
  return Array.isArray(value) && value.length === 3 && value.every((n) => typeof n === "number");
}

/** The known name within a third of its length in edits, if there is one. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const scored = known
    .map((word) => ({ word, edits: editDistance(name.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = scored[0];
  return best !== undefined && best.edits <= Math.max(2, best.word.length / 3) ? best.word : undefined;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
