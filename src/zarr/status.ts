/** What an answer means before its body is read: data, nothing there, worth another try, or an error. */
import { VoxelfeedError } from "../errors.js";
import { readSlice } from "./body.js";
import type { ByteRange } from "./byte-store.js";
import { shortObject } from "./range.js";
import { type Fault, retryAfterMs } from "./retry.js";

/** How an answer is to be understood. */
export interface Expectation {
  /** As messages show it. */
  readonly url: string;
  readonly range?: ByteRange;
  /** The caller recognises web pages itself. */
  readonly isDocument?: boolean;
  readonly forbiddenIsMissing?: boolean;
}

/** Nothing is stored there. */
export interface Missing {
  readonly ok: true;
  readonly value: undefined;
}

const missing: Missing = { ok: true, value: undefined };

/** `null` for an answer whose body is data. The body of any other is let go. */
export async function judgeAnswer(
  response: Response,
  expectation: Expectation,
): Promise<Missing | Fault | null> {
  const judged = await judge(response, expectation);
  // An unread body would keep its connection busy; that it cannot be cancelled is no concern of the caller.
  if (judged !== null) await response.body?.cancel().catch(() => undefined);
  return judged;
}

async function judge(response: Response, expectation: Expectation): Promise<Missing | Fault | null> {
  const { status } = response;
  const { url, range, isDocument = false, forbiddenIsMissing = false } = expectation;
  if (response.ok) {
    if (status === 206 && range === undefined)
      return wrong("a part of the object, which nobody asked for", url, status);
    if (isDocument || !(await isWebPage(response))) return null;
    const page = "a web page instead of data: it wants a log-in, or answers missing files with a page";
    return wrong(page, url, status);
  }
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    return final(
      new VoxelfeedError(
        "http",
        "the server redirects, and requests with headers of yours are not redirected, since these could leak; " +
          "give the address where the data is, or pass fetch",
        { url, status },
      ),
    );
  }
  if (status === 404 || status === 410) return missing;
  if (status === 403 && forbiddenIsMissing && !(await isRefusal(response))) return missing;
  if (status === 401 || status === 403) return final(forbidden(url, status));
  if (status === 416 && range !== undefined) {
    const size = /\/(\d+)\s*$/.exec(response.headers.get("Content-Range") ?? "")?.[1];
    return final(shortObject(range, size === undefined ? undefined : Number(size), url, status));
  }
  return serverFault(response, url);
}

function serverFault({ status, headers }: Response, url: string): Fault {
  const isDown = status === 429 || (status >= 502 && status <= 504);
  const retryable = isDown || status === 408 || status >= 500;
  return {
    ok: false,
    kind: isDown ? "down" : retryable ? "fault" : "final",
    status,
    retryAfterMs: retryAfterMs(headers.get("Retry-After"), Date.now()),
    error: (attempts) => {
      const times = attempts > 1 ? ` ${attempts} times` : "";
      const details = { url, status, attempts, retryable };
      return new VoxelfeedError("http", `the server answered ${status}${times}`, details);
    },
  };
}

/** The fault that a typed error is. */
export function faultOf(error: VoxelfeedError): Fault {
  return {
    ok: false,
    kind: error.retryable ? "wrong" : "final",
    status: error.status,
    error: (attempts) => Object.assign(error, { attempts }),
  };
}

function final(error: VoxelfeedError): Fault {
  return { ...faultOf(error), kind: "final" };
}

function wrong(what: string, url: string, status: number): Fault {
  return faultOf(new VoxelfeedError("http", `the server sent ${what}`, { url, status, retryable: true }));
}

function forbidden(url: string, status: number): VoxelfeedError {
  const hint =
    "sign the URL, give headers or credentials, or make the data public; for a bucket that answers 403 for missing " +
    "objects pass forbiddenIsMissing";
  return new VoxelfeedError("forbidden", `the server answered ${status}; ${hint}`, { url, status });
}

/** Content that says it is HTML, and begins so. Some servers call everything they do not know HTML. */
async function isWebPage(response: Response): Promise<boolean> {
  if (!/^\s*(text\/html|application\/xhtml)/i.test(response.headers.get("Content-Type") ?? "")) return false;
  return /^\s*<(!doctype|!--|html|head|title|meta|body|script|\?xml)/i.test(await beginningOf(response));
}

/** A bucket says by the same status that a signature or token is no longer good, which is not "missing". */
async function isRefusal(response: Response): Promise<boolean> {
  return /<Code>(?!AccessDenied<)|expired/i.test(await beginningOf(response));
}

async function beginningOf(response: Response): Promise<string> {
  const { bytes } = await readSlice({ response: response.clone(), onProgress: () => {} }, 0, 2048);
  return new TextDecoder().decode(bytes);
}
