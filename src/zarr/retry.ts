/** Retries with exponential back-off and full jitter. */

/** When to try again. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Upper bound of the first wait in milliseconds; doubles with every try. */
  readonly baseDelayMs: number;
  /** No wait is longer, whatever the server's `Retry-After` says. */
  readonly maxDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 3, baseDelayMs: 200, maxDelayMs: 30_000 };

/** What one try came to: an answer, or a fault that may pass. */
export type Try<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly retryAfterMs?: number; readonly error: (attempts: number) => Error };

/**
 * Runs `attempt` until it succeeds, throws (a fault that will not pass) or the tries are spent.
 *
 * The wait is uniform in [0, base · 2^n), so that clients which failed together do not return together;
 * a longer `Retry-After` of the server is honoured.
 *
 * @throws the signal's reason when aborted, also while waiting; the last try's error when all are spent.
 */
export async function withRetry<T>(
  attempt: () => Promise<Try<T>>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let n = 1; ; n++) {
    signal?.throwIfAborted();
    const outcome = await attempt();
    if (outcome.ok) return outcome.value;
    if (n >= policy.attempts) throw outcome.error(n);
    const jitter = Math.random() * policy.baseDelayMs * 2 ** (n - 1);
    await wait(Math.min(policy.maxDelayMs, Math.max(jitter, outcome.retryAfterMs ?? 0)), signal);
  }
}

/** `Retry-After` in milliseconds: a number of seconds or an HTTP date; `undefined` when absent or unreadable. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds * 1000);
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
