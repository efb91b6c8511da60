/** The cache's IndexedDB, in the form idb-keyval works on. */
import { promisifyRequest, type UseStore } from "idb-keyval";

/** Name of the database, of the slab file and of the locks: one cache for all tabs of an origin. */
export const cacheName = "voxelfeed-cache";

const storeName = "records";

/** Records of the documents that images were made of begin with this. */
export const documentsPrefix = "documents/";

/**
 * A store that opens its database when it is first used, and again after a failure or after another tab deleted it.
 *
 * Not idb-keyval's own `createStore`: that one remembers a failed open for ever. Transactions have relaxed
 * durability: a cache may lose its last writes when the machine stops, and never waits for a disk to spin.
 */
export function openDatabase(name: string = cacheName): UseStore {
  let opening: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(storeName);
    return promisifyRequest(request);
  }

  async function database(): Promise<IDBDatabase> {
    const forget = (): void => {
      opening = undefined;
    };
    if (opening === undefined) {
      const started = open();
      opening = started;
      started.then((db) => {
        db.onclose = forget;
        db.onversionchange = () => {
          db.close();
          forget();
        };
      }, forget);
    }
    return await opening;
  }

  return async (mode, callback) => {
    const db = await database();
    return await callback(db.transaction(storeName, mode, { durability: "relaxed" }).objectStore(storeName));
  };
}

/** Deletes every record whose key begins with `prefix`, in one transaction. */
export async function deletePrefix(prefix: string, store: UseStore): Promise<void> {
  await store("readwrite", (records) =>
    promisifyRequest(records.delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
  );
}
