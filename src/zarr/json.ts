/** Reads metadata documents: bounded in size, with clear words for what is no JSON. */
import { VoxelfeedError } from "../errors.js";
import type { ByteStore, GetOptions } from "./byte-store.js";
import { type JsonFault, parseJsonText } from "./json-reader.js";
import { messagePath } from "./url.js";

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** A JSON object as it came: nothing about its members is known yet, and it inherits none. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON object; `undefined` when it is not there.
 *
 * Integers beyond ±(2⁵³ − 1) come as decimal strings, exactly; bare `NaN` and `±Infinity` as strings.
 *
 * @throws `invalid-metadata` for HTML, invalid JSON and what is no object; `unsupported` beyond 16 MiB, for more than
 * 200,000 values and for deep nesting.
 */
export async function readJson(
  store: ByteStore,
  path: string,
  signal: AbortSignal | undefined,
  onVersion?: GetOptions["onVersion"],
): Promise<JsonObject | undefined> {
  const bytes = await store.get(path, { signal, maxBytes: MAX_JSON_BYTES, onVersion, isDocument: true });
  return bytes && parseJson(bytes, messagePath(store.url, path));
}

/** Parses the bytes of a JSON object, see {@link readJson}. */
export function parseJson(bytes: Uint8Array, url: string): JsonObject {
  const text = decodeText(bytes, url);
  if (/^\s*</.test(text)) {
    throw new VoxelfeedError(
      "invalid-metadata",
      "expected JSON, but an HTML (or XML) page came; the server answers missing files with a page, or the URL is not the data's",
      { url },
    );
  }
  const document = parse(text, url);
  if (!isObject(document)) {
    throw new VoxelfeedError("invalid-metadata", "expected a JSON object", { url });
  }
  return document;
}

/** Whether a value is a JSON object (no array, no null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeText(bytes: Uint8Array, url: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new VoxelfeedError("invalid-metadata", "expected JSON, but the bytes are no UTF-8 text", {
      url,
      cause,
    });
  }
}

function parse(text: string, url: string): unknown {
  try {
    return parseJsonText(text);
  } catch (cause) {
    const { message, isLimit } = cause as JsonFault;
    const code = isLimit ? "unsupported" : "invalid-metadata";
    throw new VoxelfeedError(code, `expected JSON within limits: ${message}`, { url, cause });
  }
}
