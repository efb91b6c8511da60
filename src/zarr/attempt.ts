/** One try of a request: sent, watched while it is silent, and sorted by what came of it. */
import { linkedController, raceAbort } from "../abort.js";
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { KiB } from "../math/bytes.js";
import type { FetchCallback } from "./access.js";
import type { Reply } from "./body.js";
import { Countdown } from "./countdown.js";
import { rangeHeader } from "./range.js";
import type { Fault, Try } from "./retry.js";
import { type Expectation, faultOf, judgeAnswer } from "./status.js";
import type { Timeouts } from "./timeouts.js";

/** What is sent, and what is made of the answer. */
export interface Attempt<T> extends Expectation {
  readonly target: string;
  readonly method: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: RequestCredentials;
  /** Default: the browser's. */
  readonly fetch?: FetchCallback;
  readonly timeouts: Required<Timeouts>;
  readonly consume: (reply: Reply) => Promise<T>;
  /** Told when the server has begun to answer. */
  readonly onAnswer: (response: Response) => void;
}

/** An answer that comes a byte at a time is as good as none. */
const progressBytes = 4 * KiB;

/** Marks an abort by one of the time limits. */
class Silence {
  constructor(readonly what: string) {}
}

/**
 * Sends a request once.
 *
 * The browser's cache is bypassed: Chromium serialises ranges of one URL behind its lock, and the library keeps
 * caches of its own. Requests with headers of the user's follow no redirects, since `fetch` sends such headers along to
 * wherever these lead (of `Authorization` alone, newer browsers think better at another origin).
 *
 * @throws the signal's reason on abort, and nothing else.
 */
export async function attemptOnce<T>(attempt: Attempt<T>, signal: AbortSignal): Promise<Try<T | undefined>> {
  const { timeouts, url } = attempt;
  const { headerMs, idleMs } = timeouts;
  const { controller, unlink } = linkedController(signal);
  let began = false;
  const silence = new Countdown(headerMs, () => {
    const late = began
      ? `sent less than 4 KiB in ${idleMs} ms`
      : `did not begin to answer within ${headerMs} ms`;
    controller.abort(new Silence(late));
  });
  let pending = 0;
  const onProgress = (bytes: number): void => {
    pending += bytes;
    if (pending < progressBytes) return;
    pending = 0;
    silence.restart(idleMs);
  };
  try {
    return await raceAbort(send(), controller.signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Silence) return timedOut(cause.what, url, began ? "fault" : "down");
    if (isVoxelfeedError(cause)) return faultOf(cause);
    return broken(cause, url, began ? "fault" : "down");
  } finally {
    silence.stop();
    unlink();
  }

  async function send(): Promise<Try<T | undefined>> {
    const { target, method, range, headers, credentials = "omit", consume, onAnswer } = attempt;
    const response = await (attempt.fetch ?? fetch)(target, {
      method,
      signal: controller.signal,
      cache: "no-store",
      credentials,
      redirect: headers === undefined ? "follow" : "manual",
      headers: range === undefined ? headers : { ...headers, Range: rangeHeader(range) },
    });
    began = true;
    silence.restart(idleMs);
    onAnswer(response);
    const judged = await judgeAnswer(response, attempt);
    if (judged !== null) return judged;
    return { ok: true, value: await consume({ response, url, onProgress }) };
  }
}

/** The error of a request that took longer than it may. */
export function timeoutError(what: string, url: string, attempts: number, cause?: unknown): VoxelfeedError {
  const message = `the server ${what}; try again later, or allow more by the source's timeouts`;
  return new VoxelfeedError("timeout", message, { url, attempts, retryable: true, cause });
}

function timedOut(what: string, url: string, kind: Fault["kind"]): Fault {
  return { ok: false, kind, error: (attempts) => timeoutError(what, url, attempts) };
}

function broken(cause: unknown, url: string, kind: Fault["kind"]): Fault {
  return {
    ok: false,
    kind,
    error: (attempts) =>
      new VoxelfeedError(
        "network",
        `the request failed ${attempts} times: ${(cause as Error)?.message ?? cause}; the server is unreachable, ` +
          "the connection broke, or it does not allow this page (CORS)",
        { url, attempts, retryable: true, cause },
      ),
  };
}
