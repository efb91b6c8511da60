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
  if (typeof source === "object" && source !== null) {
    if (isSpec(source))
      return source.kind === "http" ? openHttpStore(sourceUrl(source.url), http) : openDirectoryStore(source);
    if (isDirectoryHandle(source)) {
      return openDirectoryStore({ kind: "directory", handle: source, url: `directory:${source.name}` });
    }
    if ("get" in source && typeof source.get === "function") return openCustomStore(source);
  }
  throw new VoxelfeedError(
    "invalid-option",
    "expected a URL, a FileSystemDirectoryHandle or a store with get(key) as source",
  );
}

function isSpec(source: object): source is StoreSpec {
  const { kind, handle, url } = source as Record<string, unknown>;
  return typeof url === "string" && (kind === "http" || (kind === "directory" && typeof handle === "object"));
}

function isDirectoryHandle(source: object): source is FileSystemDirectoryHandle {
  const { kind, getFileHandle } = source as Record<string, unknown>;
  return kind === "directory" && typeof getFileHandle === "function";
}
