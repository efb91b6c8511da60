/** Where bytes come from: HTTP, a local directory or a custom store, behind one interface. */
import { VoxelfeedError } from "../errors.js";
import { checkHttpOptions, type HttpOptions } from "./access.js";
import type { ByteStore, HttpSource, ImageSource, StoreSpec, UrlSource } from "./byte-store.js";
import { openCustomStore } from "./custom.js";
import { FetchQueue } from "./fetch-queue.js";
import { checkedHeaders, keepHeaders } from "./headers.js";
import { openHttpStore } from "./http.js";
import type { Network } from "./request.js";
import { httpSpec, urlSpec } from "./source.js";
import { openSpec } from "./spec-store.js";

/**
 * Opens a source, or the spec of a store that another thread has opened. No request is made.
 *
 * @throws `invalid-option` for what is no http(s) URL, directory handle or store; `unknown-option`
 */
export function openStore(source: ImageSource | StoreSpec, network: Partial<Network> = {}): ByteStore {
  if (typeof source === "string" || source instanceof URL) return openHttpStore(urlSpec(source), network);
  if (isList(source)) return openHttpStore(urlSpec(...source), network);
  if (typeof source === "object" && source !== null) {
    if (isSpec(source)) return openSpec(source, network);
    if (isDirectoryHandle(source)) {
      return openSpec({ kind: "directory", handle: source, url: `directory:${source.name}` });
    }
    if ("get" in source && typeof source.get === "function") return openCustomStore(source);
    if (isHttpSource(source)) return openHttpStore(httpSpec(source), network);
  }
  throw new VoxelfeedError(
    "invalid-option",
    "expected a URL, a list of them, { url, ... }, a FileSystemDirectoryHandle or a store with get(key) as source",
  );
}

/**
 * Opens a source on the page, with what the page gives to requests. No request is made.
 *
 * @throws as {@link openStore}, and for options that cannot be used
 */
export function openSource(source: ImageSource, http: HttpOptions = {}): ByteStore {
  checkHttpOptions(http);
  const { headers, fetch, ...defaults } = http;
  const network = {
    ...(headers && { headers: keepHeaders(checkedHeaders(headers)) }),
    ...(fetch && { fetch, queue: new FetchQueue(1) }),
  };
  return openStore(withDefaults(source, defaults), network);
}

/** What a source over HTTP does not say itself. */
function withDefaults(source: ImageSource, defaults: Omit<HttpSource, "url" | "urls">): ImageSource {
  if (Object.keys(defaults).length === 0) return source;
  if (typeof source === "string" || source instanceof URL) return { ...defaults, url: source };
  if (typeof source !== "object" || source === null) return source;
  const { credentials } = defaults;
  const withCredentials = (entry: string | URL | UrlSource): UrlSource =>
    typeof entry === "string" || entry instanceof URL
      ? { credentials, url: entry }
      : { credentials, ...entry };
  if (isList(source)) return { ...defaults, urls: source.map(withCredentials) };
  if (!isHttpSource(source)) return source;
  const { urls } = source;
  return { ...defaults, ...source, ...(urls && { urls: urls.map(withCredentials) }) };
}

/** Whether a source is a URL with options, or several. */
export function isHttpSource(source: ImageSource): source is HttpSource {
  return (
    typeof source === "object" &&
    source !== null &&
    !("get" in source) &&
    ("url" in source || "urls" in source)
  );
}

/** `Array.isArray`, which TypeScript does not let tell a readonly array from the rest of a union. */
function isList(source: object): source is readonly (string | URL)[] {
  return Array.isArray(source);
}

function isSpec(source: object): source is StoreSpec {
  const { kind, handle, url } = source as Record<string, unknown>;
  return typeof url === "string" && (kind === "http" || (kind === "directory" && typeof handle === "object"));
}

function isDirectoryHandle(source: object): source is FileSystemDirectoryHandle {
  const { kind, getFileHandle } = source as Record<string, unknown>;
  return kind === "directory" && typeof getFileHandle === "function";
}
