/** What requests need that only the page has: tokens that run out, a `fetch` of its own. */
import { checkKeys, invalid } from "../options.js";
import type { HttpSource } from "./byte-store.js";
import type { HeadersCallback } from "./headers.js";
import { checkManners } from "./source.js";

/** A `fetch` of the page's own. */
export type FetchCallback = (url: string, init: RequestInit) => Promise<Response>;

/** How all sources over HTTP are asked for; what a source says itself comes first. */
export interface HttpOptions extends Pick<HttpSource, "credentials" | "forbiddenIsMissing" | "timeouts"> {
  /**
   * Asked once per origin, and again when a server answers 401; if that is not enough, the error is `forbidden`. Runs
   * on the page; the workers ask it. What it gives replaces headers of the source that have the same name.
   */
  readonly headers?: HeadersCallback;
  /**
   * Called instead of `fetch`, on the page: for services that need more than headers. All bytes then go through the
   * page's thread, and nothing is kept on the disk. Retries, time limits and checks are as ever.
   */
  readonly fetch?: FetchCallback;
}

const names = ["headers", "fetch", "credentials", "forbiddenIsMissing", "timeouts"] as const;

/** @throws `unknown-option`, `invalid-option` */
export function checkHttpOptions(options: HttpOptions = {}): void {
  checkKeys(options, names, "http");
  const { headers, fetch } = options;
  if (headers !== undefined && typeof headers !== "function") {
    const hint = "Headers that do not change are an option of the source: { url, headers }.";
    throw invalid("http.headers", "a function that gives the headers for an origin", typeof headers, hint);
  }
  if (fetch !== undefined && typeof fetch !== "function") throw invalid("http.fetch", "a function", fetch);
  checkManners(options, "http");
}
