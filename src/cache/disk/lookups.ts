/** Look-ups in IndexedDB: a transaction costs several times what the look-ups in it do, so that as many as possible share one. */
import { getMany, type UseStore } from "idb-keyval";

/** So many share a transaction at most: the first of many is not to wait for the last. */
const maxTogether = 16;

interface Lookup<T> {
  readonly key: string;
  readonly give: (value: Promise<T | undefined>) => void;
}

/** One transaction at a time: what is asked for meanwhile is the next one's. */
export class Lookups<T> {
  readonly #store: UseStore;
  #waiting: Lookup<T>[] = [];
  #isBusy = false;

  constructor(store: UseStore) {
    this.#store = store;
  }

  /** The value of a key, undefined where there is none. */
  async get(key: string): Promise<T | undefined> {
    return await new Promise((give) => {
      this.#waiting.push({ key, give });
      if (this.#isBusy) return;
      this.#isBusy = true;
      // Those of the same turn come along.
      queueMicrotask(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lookups = this.#waiting.splice(0, maxTogether);
      const keys = lookups.map(({ key }) => key);
      const values = getMany<T>(keys, this.#store);
      lookups.forEach(({ give }, i) => void give(values.then((list) => list[i])));
      // Whoever asked is told of a failure.
      await values.catch(() => {});
    }
    this.#isBusy = false;
  }
}
