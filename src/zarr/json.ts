/** Reads metadata documents: bounded in size, with clear words for what is no JSON. */
import { VoxelfeedError } from "../errors.js";
import type { ByteStore, GetOptions } from "./byte-store.js";
import { messagePath } from "./url.js";

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** A JSON object as it came: nothing about its members is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Strings and numbers as JSON writes them, and the words that Python's `json` writes for what is no number. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity/gs;

/**
 * Reads a JSON object; `undefined` when it is not there.
 *
 * Integers beyond ±(2⁵³ − 1) come as decimal strings, exactly; bare `NaN` and `±Infinity` as strings.
 *
 * @throws `invalid-metadata` for HTML, invalid JSON and what is no object; `unsupported` beyond 16 MiB.
 */
export async function readJson(
  store: ByteStore,
  path: string,
  signal: AbortSignal | undefined,
  onVersion?: GetOptions["onVersion"],
): Promise<JsonObject | undefined> {
  const bytes = await store.get(path, { signal, maxBytes: MAX_JSON_BYTES, onVersion });
  return bytes && parseJson(bytes, messagePath(store.url, path));
}

/** Parses the bytes of a JSON object, see {@link readJson}. */
export function parseJson(bytes: Uint8Array, url: string): JsonObject {
  const text = new TextDecoder().decode(bytes);
  if (/^\s*</.test(text)) {
    throw new VoxelfeedError(
      "invalid-metadata",
      "expected JSON, but an HTML (or XML) page came; the server answers missing files with a page, or the URL is not the data's",
      { url },
    );
  }
  let document: unknown;
  try {
    document = JSON.parse(/\d{16}|NaN|Infinity/.test(text) ? text.replace(tokens, quoteUnsafe) : text);
  } catch (cause) {
    throw new VoxelfeedError("invalid-metadata", `expected JSON: ${(cause as Error).message}`, {
      url,
      cause,
    });
  }
  if (!isObject(document)) {
    throw new VoxelfeedError("invalid-metadata", "expected a JSON object", { url });
  }
  return document;
}

/** Whether a value is a JSON object (no array, no null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quoteUnsafe(token: string): string {
  const isExact = token.startsWith('"') || (/[\d]/.test(token) && !isUnsafeInteger(token));
  return isExact ? token : `"${token}"`;
}

function isUnsafeInteger(token: string): boolean {
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
}
