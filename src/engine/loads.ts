/** Loads under way: one per brick, whoever asks, cancelled when the last asker leaves. */
import { raceAbort } from "../abort.js";
import { SharedAbort } from "../shared-abort.js";

interface Load {
  readonly done: Promise<void>;
  readonly shared: SharedAbort;
}

export class SharedLoads {
  readonly #loads = new Map<string, Load>();

  /** Whether a load of this key is under way. */
  has(key: string): boolean {
    return this.#loads.has(key);
  }

  /**
   * Joins the load of `key`, or starts it with `work`.
   *
   * @param work given a signal that aborts when every caller has left
   * @throws what `work` throws, to everyone who waits; the caller's own reason when `signal` aborts
   */
  async join(key: string, work: (signal: AbortSignal) => Promise<void>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const load = this.#loads.get(key) ?? this.#start(key, work);
    const leave = load.shared.join();
    try {
      await raceAbort(load.done, signal);
    } finally {
      leave(signal?.reason);
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<void>): Load {
    const shared = new SharedAbort();
    const forget = (): void => {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    };
    // A newcomer must not join a load that is being cancelled.
    shared.signal.addEventListener("abort", forget, { once: true });
    const load: Load = { shared, done: work(shared.signal).finally(forget) };
    load.done.catch(() => {});
    this.#loads.set(key, load);
    return load;
  }
}
