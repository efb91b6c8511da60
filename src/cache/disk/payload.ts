/** Where records lie: a slab file of the origin private file system, or IndexedDB where there is none. */
import { del, get, set, type UseStore } from "idb-keyval";
import { cacheName, deletePrefix } from "./database.js";

/** Bytes addressed by segment and offset. What is read may be damaged or another record: callers check. */
export interface PayloadStore {
  /** Whether `read` has filled the arrays when it returns its promise. */
  readonly isSync: boolean;
  /** Fills the two arrays one after the other from `position`; false where there is not as much. */
  read(position: Position, header: Uint8Array, payload: Uint8Array): Promise<boolean>;
  write(position: Position, header: Uint8Array, payload: Uint8Array): Promise<void>;
  /** Forgets the records of a segment that was evicted. */
  drop(segment: number, generation: number): Promise<void>;
  /** Gives back what segments from number `count` on take. */
  shrink(count: number): Promise<void>;
  close(): void;
}

export interface Position {
  readonly segment: number;
  readonly generation: number;
  readonly offset: number;
}

/** `FileSystemSyncAccessHandle`, which TypeScript knows in its worker library only. */
export interface SharedHandle {
  readonly mode?: string;
  read(target: Uint8Array, options: { readonly at: number }): number;
  write(source: Uint8Array, options: { readonly at: number }): number;
  getSize(): number;
  truncate(bytes: number): void;
  close(): void;
}

const slabName = `${cacheName}.slab`;

interface SlabFile {
  createSyncAccessHandle(options: { readonly mode: string }): Promise<SharedHandle>;
}

/**
 * Opens the slab. Every worker of every tab holds it open: they write to segments of their own, and check what
 * they read. That needs handles that do not exclude each other (`readwrite-unsafe`).
 *
 * @returns null where the browser has no such handles
 * @throws `QuotaExceededError` where there is no room for the file: IndexedDB would be no better off
 */
export async function openSlab(): Promise<SharedHandle | null> {
  let handle: SharedHandle;
  try {
    const root = await navigator.storage.getDirectory();
    const file: unknown = await root.getFileHandle(slabName, { create: true });
    handle = await (file as SlabFile).createSyncAccessHandle({ mode: "readwrite-unsafe" });
  } catch (error) {
    if ((error as Error)?.name === "QuotaExceededError") throw error;
    return null;
  }
  if (handle.mode !== "readwrite-unsafe") {
    handle.close();
    return null;
  }
  return handle;
}

/** Records in the slab, whose segments are of that size. */
export function slabStore(handle: SharedHandle, segmentBytes: number): PayloadStore {
  const start = ({ segment, offset }: Position): number => segment * segmentBytes + offset;
  return {
    isSync: true,
    async read(position, header, payload) {
      const at = start(position);
      if (handle.read(header, { at }) < header.byteLength) return false;
      return handle.read(payload, { at: at + header.byteLength }) === payload.byteLength;
    },
    async write(position, header, payload) {
      const at = start(position);
      const written = handle.write(header, { at }) + handle.write(payload, { at: at + header.byteLength });
      if (written !== header.byteLength + payload.byteLength) {
        throw new DOMException("The slab took only a part of a record.", "QuotaExceededError");
      }
    },
    // They are overwritten in place.
    async drop() {},
    async shrink(count) {
      if (handle.getSize() > count * segmentBytes) handle.truncate(count * segmentBytes);
    },
    close: () => handle.close(),
  };
}

/** Gives the slab's room back to the device, where no worker has it open; those that have fill it anew. */
export async function removeSlab(): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(slabName);
  } catch {
    // In use, never made, or not allowed here.
  }
}

/** Records as values of IndexedDB, for browsers whose workers cannot share a file. */
export function openRecordStore(store: UseStore): PayloadStore {
  const name = ({ segment, generation, offset }: Position): string =>
    `payload/${segment}/${generation}/${offset}`;
  return {
    isSync: false,
    async read(position, header, payload) {
      const stored = await get<Uint8Array>(name(position), store);
      if (stored?.byteLength !== header.byteLength + payload.byteLength) {
        if (stored !== undefined) await del(name(position), store);
        return false;
      }
      header.set(stored.subarray(0, header.byteLength));
      payload.set(stored.subarray(header.byteLength));
      return true;
    },
    async write(position, header, payload) {
      const record = new Uint8Array(header.byteLength + payload.byteLength);
      record.set(header);
      record.set(payload, header.byteLength);
      await set(name(position), record, store);
    },
    async drop(segment, generation) {
      const prefix = `payload/${segment}/${generation}/`;
      await deletePrefix(prefix, store);
    },
    async shrink() {},
    close() {},
  };
}
