/** Wraps a zarrita store, or any object of that form, given by the user. */
import { raceAbort } from "../abort.js";
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import type { ByteStore, CustomStore } from "./byte-store.js";
import { rangeHeader, shortObject, sliceRange } from "./range.js";
import { belowRoot, messagePath, messageUrl } from "./url.js";

/** Wraps a store; `root` is the path below it that counts as the root. */
export function openCustomStore(store: CustomStore, root = ""): ByteStore {
  const url = messagePath(storeName(store), root);
  const keyOf = (path: string): `/${string}` =>
    `/${[root, belowRoot(path, url)].filter((part) => part !== "").join("/")}`;

  async function call<T>(
    path: string,
    signal: AbortSignal | undefined,
    read: () => T | Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      // A store that ignores the signal must not keep its caller waiting.
      return await raceAbort(Promise.resolve(read()), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      if (isVoxelfeedError(cause)) throw cause;
      throw new VoxelfeedError("storage", `the custom store failed: ${(cause as Error)?.message ?? cause}`, {
        url: messagePath(url, path),
        cause,
      });
    }
  }

  return {
    url,
    spec: null,
    async get(path, { signal, maxBytes } = {}) {
      const bytes = await call(path, signal, () => store.get(keyOf(path), { signal }));
      if (bytes !== undefined && maxBytes !== undefined && bytes.byteLength > maxBytes) {
        throw new VoxelfeedError(
          "unsupported",
          `the object has ${bytes.byteLength} bytes, more than ${maxBytes}`,
          {
            url: messagePath(url, path),
          },
        );
      }
      return bytes;
    },
    async getRange(path, range, { signal } = {}) {
      const at = messagePath(url, path);
      if (store.getRange === undefined) {
        const whole = await call(path, signal, () => store.get(keyOf(path), { signal }));
        return whole && sliceRange(whole, range, at);
      }
      const bytes = await call(path, signal, () => store.getRange?.(keyOf(path), range, { signal }));
      if (bytes === undefined) return undefined;
      const wanted = "suffixLength" in range ? range.suffixLength : range.length;
      if (bytes.byteLength > wanted) {
        throw new VoxelfeedError(
          "range",
          `the custom store answered ${rangeHeader(range)} with ${bytes.byteLength} bytes instead of ${wanted}`,
          { url: at },
        );
      }
      if (!("suffixLength" in range) && bytes.byteLength < wanted) throw shortObject(range, undefined, at);
      return bytes;
    },
    rootExists: async () => true,
    child: (path) => openCustomStore(store, keyOf(path).slice(1)),
  };
}

function storeName(store: CustomStore): string {
  const { url } = store as { url?: unknown };
  return typeof url === "string" || url instanceof URL ? messageUrl(String(url)) : "store:custom";
}
