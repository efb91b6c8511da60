/** Where bytes come from: HTTP, a local directory or a custom store, behind one interface. */
import { VoxelfeedError } from "../errors.js";
import type { ByteStore, ImageSource, StoreSpec } from "./byte-store.js";
import { openCustomStore } from "./custom.js";
import { openDirectoryStore } from "./directory.js";
import { type HttpOptions, openHttpStore } from "./http.js";
import { sourceUrl } from "./url.js";

/**
 * Opens a source, or the spec of a store that another thread has opened. No request is made.
 *
 * @throws `invalid-option` for what is no http(s) URL, directory handle or store.
 */
export function openStore(source: ImageSource | StoreSpec, http: HttpOptions = {}): ByteStore {
  if (typeof source === "string" || source instanceof URL) return openHttpStore(sourceUrl(source), http);
  if (isList(source)) return openMirrors(source, http);
  if (typeof source === "object" && source !== null) {
    if (isSpec(source))
      return source.kind === "http"
        ? openMirrors([source.url, ...(source.mirrors ?? [])], http)
        : openDirectoryStore(source);
    if (isDirectoryHandle(source)) {
      return openDirectoryStore({ kind: "directory", handle: source, url: `directory:${source.name}` });
    }
    if ("get" in source && typeof source.get === "function") return openCustomStore(source);
  }
  throw new VoxelfeedError(
    "invalid-option",
    "expected a URL, a list of them, a FileSystemDirectoryHandle or a store with get(key) as source",
  );
}

/** `Array.isArray`, which TypeScript does not let tell a readonly array from the rest of a union. */
function isList(source: object): source is readonly (string | URL)[] {
  return Array.isArray(source);
}

function openMirrors(urls: readonly (string | URL)[], http: HttpOptions): ByteStore {
  const [first, ...mirrors] = urls.map(sourceUrl);
  if (first === undefined) throw new VoxelfeedError("invalid-option", "expected at least one URL as source");
  return openHttpStore(first, { ...http, mirrors });
}

function isSpec(source: object): source is StoreSpec {
  const { kind, handle, url } = source as Record<string, unknown>;
  return typeof url === "string" && (kind === "http" || (kind === "directory" && typeof handle === "object"));
}

function isDirectoryHandle(source: object): source is FileSystemDirectoryHandle {
  const { kind, getFileHandle } = source as Record<string, unknown>;
  return kind === "directory" && typeof getFileHandle === "function";
}
