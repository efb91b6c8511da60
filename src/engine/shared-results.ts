/** Costly results that are always the same: computed once, whoever asks; a failure is not kept. */
import { SharedLoads } from "./loads.js";

export class SharedResults<T> {
  readonly #results = new Map<string, T>();
  readonly #loads = new SharedLoads();

  /**
   * The result of `key`: known, under way, or begun with `work`.
   *
   * @param work given a signal that aborts when every caller has left
   * @throws what `work` throws; the caller's own reason when `signal` aborts
   */
  async get(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (!this.#results.has(key)) {
      const load = async (shared: AbortSignal) => void this.#results.set(key, await work(shared));
      await this.#loads.join(key, load, signal);
    }
    return this.#results.get(key)!;
  }
}
