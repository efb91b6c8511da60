/** Which arrays the cache keeps chunks of, and of which version; one IndexedDB record each. */
import { get, set, type UseStore } from "idb-keyval";
import { deletePrefix } from "./database.js";
import { chunkPrefix } from "./segments.js";

/** An array as the cache names it: the same for every visit while its server says that it is unchanged. */
export interface CachedArray {
  /** Names source and array, without its version. */
  readonly identity: string;
  /** What the server called this version (ETag or date). */
  readonly version: string;
}

/** So long an array counts as new: then this page, or another, may have begun to keep it. */
const newForMs = 3000;

export class KnownArrays {
  readonly #store: UseStore;
  readonly #checked = new Map<string, Promise<void>>();
  readonly #entered = new Map<string, Promise<void>>();
  readonly #new = new Set<string>();

  constructor(store: UseStore) {
    this.#store = store;
  }

  /** Whether nothing of the array was kept a moment ago, as far as it was looked at. */
  isNew({ identity }: CachedArray): boolean {
    return this.#new.has(identity);
  }

  /** Looks whether chunks of the array are kept, and drops those of an older version, once. */
  async check({ identity, version }: CachedArray): Promise<void> {
    await once(this.#checked, identity, async () => {
      const stored = await get<string>(`array/${identity}`, this.#store);
      if (stored === version) return;
      if (stored !== undefined) {
        await deletePrefix(`${chunkPrefix}${identity}/`, this.#store);
        await set(`array/${identity}`, version, this.#store);
      }
      this.#new.add(identity);
      setTimeout(() => {
        this.#new.delete(identity);
        this.#checked.delete(identity);
      }, newForMs);
    });
  }

  /** Tells all pages that chunks of the array are kept, before the first one is. */
  async enter(array: CachedArray): Promise<void> {
    await this.check(array);
    const { identity, version } = array;
    await once(this.#entered, identity, () => set(`array/${identity}`, version, this.#store));
  }
}

/** What is done for a name the first time; a fault may pass, and is not kept. */
async function once(known: Map<string, Promise<void>>, name: string, work: () => Promise<void>) {
  const found = known.get(name);
  if (found !== undefined) return await found;
  const working = work();
  known.set(name, working);
  working.catch(() => known.delete(name));
  await working;
}
