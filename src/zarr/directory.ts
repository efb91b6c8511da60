/** A store over a local directory (File System Access or the origin private file system). */
import { VoxelfeedError } from "../errors.js";
import type { ByteStore, DirectorySpec, GetOptions } from "./byte-store.js";
import { resolveRange } from "./range.js";
import { belowRoot, messagePath } from "./url.js";

/** Opens the directory of a spec; nothing is read before the first `get`. */
export function openDirectoryStore(spec: DirectorySpec): ByteStore {
  const root = spec.path ?? "";
  const url = messagePath(spec.url, root);

  async function openFile(path: string, signal: AbortSignal | undefined): Promise<File | undefined> {
    signal?.throwIfAborted();
    const segments = segmentsOf(messageJoin(root, belowRoot(path, url)));
    const name = segments.pop();
    if (name === undefined) return undefined;
    try {
      const directory = await walk(spec.handle, segments);
      return await (await directory.getFileHandle(name)).getFile();
    } catch (cause) {
      return missingOrThrow(cause, messagePath(url, path));
    }
  }

  async function read(part: Blob, path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    signal?.throwIfAborted();
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await part.arrayBuffer());
    } catch (cause) {
      throw storageError(cause, messagePath(url, path));
    }
    signal?.throwIfAborted();
    return bytes;
  }

  return {
    url,
    spec,
    async get(path, { signal, maxBytes }: GetOptions = {}) {
      const file = await openFile(path, signal);
      if (file !== undefined && maxBytes !== undefined && file.size > maxBytes) {
        throw new VoxelfeedError("unsupported", `the file has ${file.size} bytes, more than ${maxBytes}`, {
          url: messagePath(url, path),
        });
      }
      return file && (await read(file, path, signal));
    },
    async getRange(path, range, { signal } = {}) {
      const file = await openFile(path, signal);
      if (file === undefined) return undefined;
      const { start, end } = resolveRange(range, file.size, messagePath(url, path));
      return read(file.slice(start, end), path, signal);
    },
    async rootExists({ signal } = {}) {
      signal?.throwIfAborted();
      try {
        await walk(spec.handle, segmentsOf(root));
        return true;
      } catch (cause) {
        return missingOrThrow(cause, url) ?? false;
      }
    },
    async listFolders({ signal } = {}) {
      signal?.throwIfAborted();
      try {
        const directory = await walk(spec.handle, segmentsOf(root));
        const names: string[] = [];
        for await (const [name, { kind }] of directory.entries()) if (kind === "directory") names.push(name);
        return names;
      } catch (cause) {
        return missingOrThrow(cause, url) ?? [];
      }
    },
    child: (path) => openDirectoryStore({ ...spec, path: messageJoin(root, belowRoot(path, url)) }),
  };
}

async function walk(
  handle: FileSystemDirectoryHandle,
  segments: readonly string[],
): Promise<FileSystemDirectoryHandle> {
  let directory = handle;
  for (const segment of segments) directory = await directory.getDirectoryHandle(segment);
  return directory;
}

function segmentsOf(path: string): string[] {
  return path === "" ? [] : path.split("/");
}

function messageJoin(root: string, path: string): string {
  return [root, path].filter((part) => part !== "").join("/");
}

/** A name that is not there, or is of the other kind, is a missing key. */
function missingOrThrow(cause: unknown, url: string): undefined {
  const name = (cause as DOMException | null)?.name;
  if (name === "NotFoundError" || name === "TypeMismatchError") return undefined;
  throw storageError(cause, url);
}

function storageError(cause: unknown, url: string): VoxelfeedError {
  if ((cause as DOMException | null)?.name === "NotAllowedError") {
    return new VoxelfeedError(
      "forbidden",
      "the page may not read this directory; ask for permission with handle.requestPermission()",
      { url, cause },
    );
  }
  return new VoxelfeedError("storage", `a file could not be read: ${(cause as Error)?.message ?? cause}`, {
    url,
    cause,
  });
}
