/** Turns what a user names a volume over HTTP by into a specification, checked. */
import { VoxelfeedError } from "../errors.js";
import { checkKeys, flag, invalid, oneOf } from "../options.js";
import type { HttpRoot, HttpSource, HttpSpec, UrlSource } from "./byte-store.js";
import { checkHeaders } from "./headers.js";
import { defaultTimeouts, type Timeouts } from "./timeouts.js";
import { sourceUrl } from "./url.js";

const sourceKeys = ["url", "urls", "headers", "credentials", "forbiddenIsMissing", "timeouts"] as const;
const credentialsWords = ["omit", "same-origin", "include"] as const;
const rootKeys = ["url", "headers", "credentials"] as const;

/** The specification of one URL, or of several addresses of the same data. */
export function urlSpec(...urls: readonly (string | URL)[]): HttpSpec {
  return specOf(urls.map((url) => ({ url: sourceUrl(url) })));
}

/**
 * The specification of a source with options.
 *
 * @throws `invalid-option`, `unknown-option`
 */
export function httpSpec(source: HttpSource): HttpSpec {
  checkKeys(source, sourceKeys, "source");
  const { url, urls } = source;
  if ((url === undefined) === (urls === undefined)) {
    throw invalid("source", "given exactly one of url and urls", Object.keys(source));
  }
  if (url !== undefined && typeof url !== "string" && !(url instanceof URL)) {
    throw invalid("source.url", "a URL", url);
  }
  if (urls !== undefined && !Array.isArray(urls)) throw invalid("source.urls", "a list of URLs", urls);
  const listed = urls?.map((entry, i) => rootOf(entry, `source.urls[${i}]`)) ?? [rootOf(url!, "source.url")];
  const shared = sentAlong(source, "source");
  const origin = listed[0] && new URL(listed[0].url).origin;
  const roots = listed.map((root) => (new URL(root.url).origin === origin ? { ...shared, ...root } : root));
  return { ...specOf(roots), ...checkManners(source, "source") };
}

/**
 * How a source is asked for, beside what is sent along.
 *
 * @throws `invalid-option`, `unknown-option`
 */
export function checkManners(
  { credentials, forbiddenIsMissing, timeouts }: Omit<HttpSource, "url" | "urls" | "headers">,
  path: string,
): Pick<HttpSpec, "forbiddenIsMissing" | "timeouts"> {
  oneOf(credentials, `${path}.credentials`, credentialsWords, "omit");
  return {
    ...(flag(forbiddenIsMissing, `${path}.forbiddenIsMissing`, false) ? { forbiddenIsMissing: true } : {}),
    ...(timeouts === undefined ? {} : { timeouts: checkTimeouts(timeouts, `${path}.timeouts`) }),
  };
}

function specOf(roots: readonly HttpRoot[]): HttpSpec {
  const [first, ...mirrors] = roots;
  if (first === undefined) throw new VoxelfeedError("invalid-option", "expected at least one URL as source");
  return { kind: "http", ...first, ...(mirrors.length === 0 ? {} : { mirrors }) };
}

function rootOf(entry: string | URL | UrlSource, path: string): HttpRoot {
  if (typeof entry === "string" || entry instanceof URL) return { url: sourceUrl(entry) };
  checkKeys(entry, rootKeys, path);
  const { url } = entry;
  if (typeof url !== "string" && !(url instanceof URL)) throw invalid(`${path}.url`, "a URL", url);
  return { ...sentAlong(entry, path), url: sourceUrl(url) };
}

function sentAlong({ headers, credentials }: Partial<UrlSource>, path: string): Omit<HttpRoot, "url"> {
  return {
    ...(headers === undefined ? {} : { headers: checkHeaders(headers, `${path}.headers`) }),
    ...(credentials === undefined
      ? {}
      : { credentials: oneOf(credentials, `${path}.credentials`, credentialsWords, "omit") }),
  };
}

function checkTimeouts(timeouts: Timeouts, path: string): Timeouts {
  checkKeys(timeouts, Object.keys(defaultTimeouts), path);
  for (const [name, ms] of Object.entries(timeouts)) {
    if (ms === undefined || (typeof ms === "number" && ms > 0 && ms < Number.POSITIVE_INFINITY)) continue;
    throw invalid(`${path}.${name}`, "a positive number of milliseconds", ms);
  }
  return Object.fromEntries(Object.entries(timeouts).filter(([, ms]) => ms !== undefined));
}
