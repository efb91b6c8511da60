/** A store over HTTP: missing is `undefined`, passing faults are retried, everything else is a typed error. */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import type { RequestTiming } from "../timing/spans.js";
import { readBody, readSlice } from "./body.js";
import type { ByteRange, ByteStore, GetOptions } from "./byte-store.js";
import { crc32c } from "./crc32c.js";
import type { FetchQueue } from "./fetch-queue.js";
import { parseContentRange, rangeHeader, resolveRange, shortObject, sliceRange } from "./range.js";
import { RequestClock } from "./request-clock.js";
import { defaultRetryPolicy, type RetryPolicy, retryAfterMs, type Try, withRetry } from "./retry.js";
import { joinUrl, messageUrl } from "./url.js";

/** What a server was found to refuse; shared by a store and its children. */
interface ServerTraits {
  suffixRangeRefused: boolean;
}

interface RequestInitPlain extends Pick<GetOptions, "signal" | "priority"> {
  readonly method?: "GET" | "HEAD";
  readonly range?: ByteRange;
}

export interface HttpOptions {
  readonly policy?: RetryPolicy;
  /** Where requests wait for their turn. Default: they do not wait. */
  readonly queue?: FetchQueue;
  /** Further roots of the same data: each object is asked of one of them, always the same. */
  readonly mirrors?: readonly string[];
  /** Told of every request when it is over, unless it was aborted. */
  readonly onRequest?: (timing: RequestTiming) => void;
}

/**
 * Opens an http(s) root made by `sourceUrl`; nothing is requested before the first `get`.
 *
 * Requests bypass the browser's cache (Chromium serialises ranges of one URL behind its lock, and the
 * library keeps its own caches) and carry no credentials.
 */
export function openHttpStore(
  root: string,
  options: HttpOptions = {},
  traits: ServerTraits = { suffixRangeRefused: false },
): ByteStore {
  const { mirrors = [] } = options;
  const roots = [root, ...mirrors];
  const urlOf = (path: string): string => joinUrl(rootFor(path, roots), path);
  const request = <T>(path: string, init: RequestInitPlain, consume: (response: Response) => Promise<T>) =>
    requestWithRetry(urlOf(path), init, consume, options);

  const getPart = (path: string, range: ByteRange, { signal, priority, onVersion }: GetOptions) =>
    request(path, { range, signal, priority }, async (response) => {
      const bytes = await readRange(response, range, messageUrl(urlOf(path)));
      tellVersion(response, onVersion);
      return bytes;
    });

  /** For servers that refuse `bytes=-N`: the size first, then an ordinary range. */
  async function getTail(path: string, suffixLength: number, part: GetOptions) {
    const { signal, priority } = part;
    const url = messageUrl(urlOf(path));
    const size = await request(path, { method: "HEAD", signal, priority }, async (response) =>
      contentLength(response, url),
    );
    if (size === undefined) return undefined;
    const { start, end } = resolveRange({ suffixLength }, size, url);
    return start === end ? new Uint8Array(0) : getPart(path, { offset: start, length: end - start }, part);
  }

  return {
    url: messageUrl(root),
    spec: mirrors.length === 0 ? { kind: "http", url: root } : { kind: "http", url: root, mirrors },
    get: (path, { signal, maxBytes, priority, onVersion }: GetOptions = {}) =>
      request(path, { signal, priority }, async (response) => {
        const bytes = await readBody(response, maxBytes, messageUrl(urlOf(path)));
        tellVersion(response, onVersion);
        return bytes;
      }),
    async getRange(path, range, part = {}) {
      const { signal } = part;
      if (!("suffixLength" in range)) {
        return range.length === 0 ? new Uint8Array(0) : getPart(path, range, part);
      }
      if (traits.suffixRangeRefused) return getTail(path, range.suffixLength, part);
      try {
        return await getPart(path, range, part);
      } catch (error) {
        // A suffix range needs a CORS preflight, and some servers do not know it at all.
        if (signal?.aborted || !mayRefuseSuffix(error)) throw error;
      }
      const tail = await getTail(path, range.suffixLength, part);
      traits.suffixRangeRefused = true;
      return tail;
    },
    async version(path, { signal } = {}) {
      const version = await request(path, { method: "HEAD", signal }, async (response) =>
        versionOf(response),
      );
      return version ?? null;
    },
    async rootExists({ signal } = {}) {
      try {
        return (await request("", { method: "HEAD", signal }, async () => true)) ?? false;
      } catch (error) {
        // A listing that is forbidden, or a method that is not allowed, still means that something is there.
        if (isVoxelfeedError(error, "forbidden") || (isVoxelfeedError(error, "http") && error.status! < 500))
          return true;
        throw error;
      }
    },
    child(path) {
      const [first, ...others] = roots.map((each) => joinUrl(each, path));
      return openHttpStore(first!, { ...options, mirrors: others }, traits);
    },
  };
}

/** Spreads objects over roots, so that each origin's connections carry a part of them. */
function rootFor(path: string, roots: readonly string[]): string {
  if (roots.length === 1) return roots[0]!;
  return roots[crc32c(new TextEncoder().encode(path)) % roots.length]!;
}

function requestWithRetry<T>(
  url: string,
  { method = "GET", range, signal, priority }: RequestInitPlain,
  consume: (response: Response) => Promise<T>,
  { policy = defaultRetryPolicy, queue, onRequest }: HttpOptions,
): Promise<T | undefined> {
  const at = messageUrl(url);
  const networkFault = (cause: unknown): Try<never> => ({
    ok: false,
    error: (attempts) =>
      new VoxelfeedError(
        "network",
        `the request failed ${attempts} times: ${(cause as Error)?.message ?? cause}; the server is unreachable, ` +
          "the connection broke, or it does not allow this page (CORS)",
        { url: at, attempts, retryable: true, cause },
      ),
  });

  async function attempt(clock: RequestClock): Promise<Try<T | undefined>> {
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        signal,
        cache: "no-store",
        credentials: "omit",
        headers: range && { Range: rangeHeader(range) },
      });
    } catch (cause) {
      signal?.throwIfAborted();
      return networkFault(cause);
    }
    clock.head();
    if (!response.ok) return await refuse(response, at, range);
    try {
      return { ok: true, value: await consume(response) };
    } catch (cause) {
      signal?.throwIfAborted();
      if (isVoxelfeedError(cause)) throw cause;
      return networkFault(cause);
    }
  }

  /** A request holds its place while it is under way, not while it waits to be tried again. */
  async function attemptInTurn(): Promise<Try<T | undefined>> {
    const clock = new RequestClock();
    const leave = await queue?.enter(url, priority ?? "visible", signal);
    try {
      clock.sent();
      const outcome = await attempt(clock);
      const bytes = outcome.ok && outcome.value instanceof Uint8Array ? outcome.value.byteLength : 0;
      onRequest?.(clock.timing(url, queue?.protocolOf(url) ?? "", bytes, !outcome.ok));
      return outcome;
    } finally {
      leave?.();
    }
  }

  return withRetry(attemptInTurn, policy, signal);
}

/** Sorts an answer that is no success: missing, worth another try, or an error. */
async function refuse(
  response: Response,
  url: string,
  range: ByteRange | undefined,
): Promise<Try<undefined>> {
  const { status } = response;
  // An unread body would keep its connection busy; that it cannot be cancelled is no concern of the caller.
  await response.body?.cancel().catch(() => undefined);
  if (status === 404 || status === 410) return { ok: true, value: undefined };
  if (status === 401 || status === 403) {
    throw new VoxelfeedError(
      "forbidden",
      `the server answered ${status}; sign the URL or make the data public (S3 also answers 403 for missing keys ` +
        "when listing the bucket is not allowed)",
      { url, status },
    );
  }
  if (status === 416 && range !== undefined) {
    const size = /\/(\d+)\s*$/.exec(response.headers.get("Content-Range") ?? "")?.[1];
    throw shortObject(range, size === undefined ? undefined : Number(size), url, status);
  }
  const retryable = status === 408 || status === 429 || status >= 500;
  const error = (attempts: number) =>
    new VoxelfeedError("http", `the server answered ${status}${attempts > 1 ? ` ${attempts} times` : ""}`, {
      url,
      status,
      attempts,
      retryable,
    });
  if (!retryable) throw error(1);
  return { ok: false, retryAfterMs: retryAfterMs(response.headers.get("Retry-After"), Date.now()), error };
}

/** The bytes of a range from a 206 reply, or from the whole object when the server ignored the range. */
async function readRange(response: Response, range: ByteRange, url: string): Promise<Uint8Array> {
  if (response.status !== 206) {
    if ("suffixLength" in range) return sliceRange(await readBody(response, undefined, url), range, url);
    const { bytes, size } = await readSlice(response, range.offset, range.offset + range.length);
    if (bytes.byteLength < range.length) throw shortObject(range, size, url);
    return bytes;
  }
  const bytes = await readBody(response, undefined, url);
  const wanted = "suffixLength" in range ? range.suffixLength : range.length;
  const sent = parseContentRange(response.headers.get("Content-Range"));
  if (sent === undefined) {
    // Hidden by CORS: the length is all there is to check.
    if (bytes.byteLength === wanted || ("suffixLength" in range && bytes.byteLength < wanted)) return bytes;
    if (bytes.byteLength < wanted) throw shortObject(range, undefined, url, 206);
    throw wrongRange(range, `${bytes.byteLength} bytes`, url);
  }
  // Thrown plain, so that it counts as a broken connection and is tried again.
  if (bytes.byteLength !== sent.end - sent.start) throw new Error("the body ended early");
  if ("suffixLength" in range) {
    const isTail = sent.size === undefined || sent.end === sent.size;
    const isWhole = sent.start === 0 && bytes.byteLength < wanted;
    if (isTail && (bytes.byteLength === wanted || isWhole)) return bytes;
  } else {
    if (sent.start === range.offset && bytes.byteLength === wanted) return bytes;
    if (sent.start === range.offset && sent.end === sent.size) throw shortObject(range, sent.size, url, 206);
  }
  throw wrongRange(range, `bytes ${sent.start}-${sent.end - 1}`, url);
}

function wrongRange(range: ByteRange, came: string, url: string): VoxelfeedError {
  return new VoxelfeedError("range", `asked for ${rangeHeader(range)}, but the server sent ${came}`, {
    url,
    status: 206,
  });
}

function contentLength(response: Response, url: string): number {
  const header = response.headers.get("Content-Length");
  if (header !== null && /^\d+$/.test(header)) return Number(header);
  throw new VoxelfeedError(
    "range",
    "the server refuses suffix ranges and hides the object's size; it must support Range: bytes=-N or expose Content-Length",
    { url },
  );
}

function tellVersion(response: Response, onVersion: GetOptions["onVersion"]): void {
  const version = onVersion && versionOf(response);
  if (version) onVersion(version);
}

/** CORS lets a page see the date, but the ETag only where the server exposes it. */
function versionOf({ headers }: Response): string | null {
  return headers.get("ETag") ?? headers.get("Last-Modified");
}

function mayRefuseSuffix(error: unknown): boolean {
  if (isVoxelfeedError(error, "network")) return true;
  return isVoxelfeedError(error, "range", "http") && [400, 405, 416, 501].includes(error.status ?? 0);
}
