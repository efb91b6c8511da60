/**
 * Tells the end of a worker at once, however it came: a worker holds a Web Lock as long as it lives, and the page waits
 * for the same lock. `Worker.terminate()` and a crash fire no event. Where there are no Web Locks (opaque
 * origins), the watch over the worker's answers is all there is.
 */

/** In the worker: the lock's name once it is held, null where it cannot be. */
export async function holdLifeline(): Promise<string | null> {
  const name = `voxelfeed worker ${Math.random()}`;
  try {
    return await new Promise<string>((resolve, reject) => {
      const hold = async (): Promise<void> => {
        resolve(name);
        await new Promise<never>(() => {});
      };
      navigator.locks.request(name, hold).catch(reject);
    });
  } catch {
    return null;
  }
}

/** On the page: resolves when the lock is let go; never when `signal` aborts before. */
export async function holdsUntilGone(name: string, signal: AbortSignal): Promise<void> {
  try {
    await navigator.locks.request(name, { signal }, () => {});
  } catch {
    // Nobody waits any more, or the page may not use locks: the watch goes on without.
    await new Promise<never>(() => {});
  }
}
