/** Retries with exponential back-off and full jitter. */
import type { RetryBudget } from "./retry-budget.js";

/** When to try again. */
export interface RetryPolicy {
  /** Tries that may fail, see {@link Fault} for what gets fewer, or more. */
  readonly attempts: number;
  /** Upper bound of the first wait in milliseconds; doubles with every try. */
  readonly baseDelayMs: number;
  /** Ceiling of that bound. */
  readonly maxDelayMs: number;
  /** No wait is longer, whatever the server's `Retry-After` says. */
  readonly maxRetryAfterMs: number;
  /** Whether a server that is down, but has answered before, is waited for beyond `attempts`. */
  readonly isPatient: boolean;
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 8,
  baseDelayMs: 200,
  maxDelayMs: 10_000,
  maxRetryAfterMs: 60_000,
  isPatient: true,
};

/** Answers that are not the data's, or do not decode, until one is believed. */
export const maxWrongAnswers = 5;

/**
 * A try that failed, by what may become of it: `final` will not pass; `wrong` is an answer that is not the data's,
 * and may come five times; `fault` may happen as often as the policy says; `down` is a server that cannot be reached, or
 * says that it cannot answer: if it has answered before, it is waited for as long as the signal lets. Each kind counts
 * for itself.
 */
export interface Fault {
  readonly ok: false;
  readonly kind: "final" | "wrong" | "fault" | "down";
  /** HTTP status, where there is one. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly error: (attempts: number) => Error;
}

/** What one try came to. */
export type Try<T> = { readonly ok: true; readonly value: T } | Fault;

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly budget: RetryBudget;
  readonly signal: AbortSignal;
  /** Waits until trying makes sense again; true if it had to: the try before then does not count. */
  readonly pause: (fault: Fault) => Promise<boolean>;
  /** Told of every fault that will be tried again. */
  readonly onFault: (fault: Fault, attempts: number) => void;
}

/**
 * Runs `attempt` until it succeeds, or its tries are spent.
 *
 * The wait is uniform in [0, base · 2^n), so that clients which failed together do not return together;
 * a longer `Retry-After` of the server is honoured. Every further try costs the origin's retry budget a token.
 *
 * @throws the signal's reason when aborted, also while waiting; the last try's error when all are spent.
 */
export async function withRetry<T>(attempt: () => Promise<Try<T>>, options: RetryOptions): Promise<T> {
  const { policy, budget, signal, pause, onFault } = options;
  const failed = { final: 0, wrong: 0, fault: 0, down: 0 };
  for (let n = 1; ; n++) {
    signal.throwIfAborted();
    const outcome = await attempt();
    if (outcome.ok) return outcome.value;
    if (await pause(outcome)) {
      n--;
      continue;
    }
    if (++failed[outcome.kind] >= limitOf(outcome, policy, budget)) throw outcome.error(n);
    onFault(outcome, n);
    const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (n - 1));
    const asked = Math.min(policy.maxRetryAfterMs, outcome.retryAfterMs ?? 0);
    await wait(Math.max(Math.random() * bound, asked), signal);
    await budget.take(signal);
  }
}

function limitOf({ kind }: Fault, policy: RetryPolicy, { hasAnswered }: RetryBudget): number {
  const { attempts, isPatient } = policy;
  if (kind === "final") return 1;
  if (kind === "wrong") return Math.min(attempts, maxWrongAnswers);
  return kind === "down" && isPatient && hasAnswered ? Number.POSITIVE_INFINITY : attempts;
}

/** `Retry-After` in milliseconds: a number of seconds or an HTTP date; `undefined` when absent or unreadable. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds * 1000);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
