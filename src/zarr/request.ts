/** A request until it is answered: its turn, its retries, its time limit, and the pause while there is no network. */
import { linkedController, raceAbort } from "../abort.js";
import type { Priority } from "../cache/budget.js";
import type { RequestTiming } from "../timing/spans.js";
import type { FetchCallback } from "./access.js";
import { type Attempt, attemptOnce, timeoutError } from "./attempt.js";
import { Countdown } from "./countdown.js";
import type { FetchQueue } from "./fetch-queue.js";
import type { HeadersCallback } from "./headers.js";
import { backOnline, isOffline } from "./online.js";
import { RequestClock } from "./request-clock.js";
import { type Fault, type RetryPolicy, withRetry } from "./retry.js";
import type { RetryBudgets } from "./retry-budget.js";

/** What the requests of one thread share. */
export interface Network {
  readonly policy: RetryPolicy;
  readonly budgets: RetryBudgets;
  /** Where requests wait for their turn; absent: they do not wait. */
  readonly queue?: FetchQueue;
  /** Told of every try when it is over, unless it was aborted. */
  readonly onRequest?: (timing: RequestTiming) => void;
  /** Gives further headers; asked again when they are refused. */
  readonly headers?: HeadersCallback;
  /** Called instead of `fetch`; the store then lives on this thread only. */
  readonly fetch?: FetchCallback;
}

export interface HttpRequest<T> extends Omit<Attempt<T>, "onAnswer" | "fetch"> {
  readonly priority?: Priority;
  readonly signal?: AbortSignal;
}

/**
 * @returns what `consume` made of the answer; `undefined` when nothing is stored there.
 * @throws `forbidden`, `http`, `network`, `timeout` (the last three after retries), what `consume` throws, and
 * the signal's reason on abort.
 */
export async function requestWithRetry<T>(
  request: HttpRequest<T>,
  { policy, budgets, queue, onRequest, headers, fetch }: Network,
): Promise<T | undefined> {
  const { target, url, timeouts, priority = "visible", signal } = request;
  signal?.throwIfAborted();
  const budget = budgets.of(target);
  const { controller, unlink } = linkedController(signal);
  let total: Countdown | undefined;
  let failed: { readonly fault: Fault; readonly attempts: number } | undefined;

  function timeIsUp(): void {
    const { totalMs } = timeouts;
    const silent = () => timeoutError(`gave no answer within ${totalMs} ms`, url, 1);
    controller.abort(failed === undefined ? silent() : failed.fault.error(failed.attempts));
  }

  async function attemptWithHeaders(onAnswer: Attempt<T>["onAnswer"]) {
    const send = (given?: Readonly<Record<string, string>>) => {
      const all = given === undefined ? request.headers : { ...request.headers, ...given };
      return attemptOnce({ ...request, headers: all, fetch, onAnswer }, controller.signal);
    };
    if (headers === undefined) return await send();
    const { origin } = new URL(target);
    const ask = (refused?: Readonly<Record<string, string>>) =>
      raceAbort(Promise.resolve(headers({ origin, refused })), controller.signal);
    const given = await ask();
    const outcome = await send(given);
    return outcome.ok || outcome.status !== 401 ? outcome : await send(await ask(given));
  }

  /** A request holds its place while it is under way, not while it waits to be tried again. */
  async function attemptInTurn() {
    const clock = new RequestClock();
    const leave = await queue?.enter(target, priority, controller.signal);
    total ??= new Countdown(timeouts.totalMs, timeIsUp);
    const onAnswer = ({ status }: Response): void => {
      clock.head();
      if (status < 500 && status !== 429) budget.answered();
    };
    try {
      clock.sent();
      const outcome = await attemptWithHeaders(onAnswer);
      const bytes = outcome.ok && outcome.value instanceof Uint8Array ? outcome.value.byteLength : 0;
      onRequest?.(clock.timing(target, queue?.protocolOf(target) ?? "", bytes, !outcome.ok));
      return outcome;
    } finally {
      leave?.();
    }
  }

  async function pause({ kind }: Fault): Promise<boolean> {
    if ((kind !== "down" && kind !== "fault") || !isOffline(target)) return false;
    total?.pause();
    await backOnline(controller.signal);
    total?.resume();
    return true;
  }

  try {
    return await withRetry(attemptInTurn, {
      policy,
      budget,
      signal: controller.signal,
      pause,
      onFault: (fault, attempts) => {
        failed = { fault, attempts };
      },
    });
  } finally {
    total?.stop();
    unlink();
  }
}
