/**
 * Workers that are started while metadata is read, for the first engine that needs some: its chunks need not wait for
 * them then.
 */
import { spawnWorker } from "./spawn.js";
import { type Thread, workerThread } from "./thread.js";

/** So long they wait to be needed. */
const KEEP_MS = 10_000;

class EarlyThreads {
  #waiting: Thread[] = [];
  /** Pools that have begun to start their workers, and have not ended. */
  #pools = 0;

  /**
   * Starts so many workers, unless the page has some. Never throws.
   *
   * @param opensDisk whether they are to open what a disk cache lies on
   */
  start(count: number, opensDisk: boolean): void {
    if (this.#pools > 0 || this.#waiting.length > 0) return;
    const threads: Thread[] = [];
    this.#waiting = threads;
    setTimeout(() => end(threads), KEEP_MS);
    try {
      while (threads.length < count) threads.push(workerThread(spawnWorker()));
    } catch {
      // Whoever needs workers finds out why there are none.
    }
    if (!opensDisk) return;
    // A worker that fails to do so fails its engine's first call as well, or does without a disk.
    for (const { api } of threads) api.openDisk().catch(() => {});
  }

  /** One of those that were started, or another one that `spawn` makes. */
  take(spawn: () => Worker): Thread {
    const early = spawn === spawnWorker ? this.#waiting.pop() : undefined;
    return early ?? workerThread(spawn());
  }

  /**
   * A pool has as many workers as it wants: those that were started beside them are not needed.
   *
   * @returns to be called, once, when the pool has ended
   */
  enterPool(): () => void {
    this.#pools++;
    end(this.#waiting);
    return () => void this.#pools--;
  }
}

/** Those of the page: however many datasets it opens, it needs one set. */
export const earlyThreads = new EarlyThreads();

function end(threads: Thread[]): void {
  for (const thread of threads.splice(0)) thread.terminate();
}
