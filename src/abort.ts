/** Small pieces around AbortSignal: reasons are kept, listeners are removed. */

/**
 * Settles as `promise` does, or rejects with the signal's own reason as soon as it aborts.
 * The promise's later outcome is then ignored.
 */
export async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  // Marks the promise as handled: after an abort nobody looks at how it ends.
  promise.catch(() => {});
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * A controller that aborts when any of the given signals does, with that signal's reason.
 * Call `unlink` when the work is over, so that long-lived signals do not collect listeners.
 */
export function linkedController(...signals: readonly (AbortSignal | undefined)[]): {
  readonly controller: AbortController;
  readonly unlink: () => void;
} {
  const controller = new AbortController();
  const unlinks: (() => void)[] = [];
  for (const signal of signals) {
    if (signal === undefined) continue;
    if (signal.aborted) controller.abort(signal.reason);
    const follow = (): void => controller.abort(signal.reason);
    signal.addEventListener("abort", follow, { once: true });
    unlinks.push(() => signal.removeEventListener("abort", follow));
  }
  return { controller, unlink: () => unlinks.forEach((unlink) => void unlink()) };
}
