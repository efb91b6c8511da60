/** Headers that are sent along, and who gives them. */
import { isVoxelfeedError, VoxelfeedError } from "../errors.js";
import { invalid } from "../options.js";

type Headers = Readonly<Record<string, string>>;

/** For what headers are wanted. */
export interface HeadersRequest {
  /** They go to this origin only, such as `https://data.example`. */
  readonly origin: string;
  /** Headers that were given before, and that the server refused with 401: a token that has run out, perhaps. */
  readonly refused?: Headers;
}

/** Gives the headers of all requests to an origin. */
export type HeadersCallback = (request: HeadersRequest) => Headers | Promise<Headers>;

/**
 * Headers that may be sent along with requests.
 *
 * @throws `invalid-option`, which does not repeat their values
 */
export function checkHeaders(headers: unknown, path: string): Readonly<Record<string, string>> {
  const isRecord = typeof headers === "object" && headers !== null && !Array.isArray(headers);
  const names = isRecord ? Object.keys(headers) : [];
  const isUsable = (name: string): boolean => {
    const value = (headers as Record<string, unknown>)[name];
    return name.toLowerCase() !== "range" && typeof value === "string" && isHeader(name, value);
  };
  if (isRecord && names.every(isUsable)) return { ...headers };
  throw invalid(path, "texts by header name, without Range", isRecord ? names : typeof headers);
}

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
}

/** The user's callback, whose failures are typed. */
export function checkedHeaders(callback: HeadersCallback): HeadersCallback {
  return async (request) => {
    try {
      return checkHeaders(await callback(request), "what http.headers() gives");
    } catch (cause) {
      if (isVoxelfeedError(cause)) throw cause;
      const message = `http.headers() failed: ${(cause as Error)?.message ?? cause}`;
      throw new VoxelfeedError("forbidden", message, { url: request.origin, cause });
    }
  };
}

/**
 * Asks once per origin, and again only when what it gave last was refused, however many were refused with it at the
 * same time. Failures are not kept.
 */
export function keepHeaders(ask: HeadersCallback): HeadersCallback {
  const kept = new Map<string, Promise<Headers>>();
  return async (request) => {
    const { origin, refused } = request;
    const known = kept.get(origin);
    const isGood = known !== undefined && !(refused !== undefined && isSame(await known, refused));
    const newer = kept.get(origin);
    if (newer !== undefined && (isGood || newer !== known)) return await newer;
    const asked = Promise.resolve(ask(request));
    kept.set(origin, asked);
    try {
      return await asked;
    } catch (error) {
      if (kept.get(origin) === asked) kept.delete(origin);
      throw error;
    }
  };
}

function isSame(a: Headers, b: Headers): boolean {
  const text = (headers: Headers) => JSON.stringify(Object.entries(headers).sort());
  return text(a) === text(b);
}
