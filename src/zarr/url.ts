/**
 * The one place a URL is made.
 *
 * A root may carry a query string (a signed URL); it is kept on every request and left out of every message.
 * Paths below a root come from stored metadata, so they are checked: none can leave the root.
 */
import { VoxelfeedError } from "../errors.js";

/**
 * Makes the absolute, normalised URL of a source: no trailing slash, no fragment, query kept.
 *
 * Relative strings resolve against the page (or worker script) when there is one.
 *
 * @throws `invalid-option` for what is no http(s) URL.
 */
export function sourceUrl(source: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let url: URL;
  try {
    url = new URL(source, base);
  } catch (cause) {
    throw new VoxelfeedError(
      "invalid-option",
      `"${withoutQuery(String(source))}" is no URL${base === undefined ? ", and there is no page it could be relative to" : ""}; give an absolute https:// URL`,
      { cause },
    );
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new VoxelfeedError(
      "invalid-option",
      `expected an http(s) URL, got "${url.protocol}"; for local files pass a FileSystemDirectoryHandle, for other storage a store object`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new VoxelfeedError(
      "invalid-option",
      "a URL with a user name or password cannot be fetched; use a signed URL or a custom store",
      { url: messageUrl(url.href) },
    );
  }
  url.hash = "";
  url.pathname = trimSlashes(url.pathname);
  return url.href;
}

/**
 * Joins a root made by {@link sourceUrl} and a path below it; the root's query string is kept.
 *
 * @param path Zarr key such as `s0/0/1/2`, taken literally (its characters are percent-encoded).
 * @throws `invalid-metadata` when the path could leave the root, see {@link belowRoot}.
 */
export function joinUrl(root: string, path: string): string {
  const below = belowRoot(path, messageUrl(root));
  if (below === "") return root;
  const url = new URL(root);
  url.pathname = `${trimSlashes(url.pathname)}/${below.split("/").map(encodeURIComponent).join("/")}`;
  return url.href;
}

/** A URL as messages show it: without query string, fragment and credentials. */
export function messageUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return withoutQuery(url);
  return `${parsed.origin}${trimSlashes(parsed.pathname)}`;
}

/** The message form of a path below a root that is already in message form. */
export function messagePath(rootUrl: string, path: string): string {
  return path === "" ? rootUrl : `${rootUrl}/${path}`;
}

/**
 * Normalises a path below a root: `.` segments and slashes at the end are dropped.
 *
 * @returns the path without leading or trailing slash; `""` is the root itself.
 * @throws `invalid-metadata` for absolute paths, schemes, empty or `..` segments, backslashes,
 * control characters, and percent-encoded dots or slashes.
 */
export function belowRoot(path: string, rootUrl: string): string {
  const segments = path
    .replace(/\/$/, "")
    .split("/")
    .filter((segment) => segment !== ".");
  const fault = path === "" || path === "." || path === "./" ? undefined : pathFault(path, segments);
  if (fault !== undefined) {
    throw new VoxelfeedError(
      "invalid-metadata",
      `the path ${JSON.stringify(path)} ${fault}; paths must stay below the root`,
      { url: rootUrl },
    );
  }
  return segments.join("/");
}

function pathFault(path: string, segments: readonly string[]): string | undefined {
  if (path.startsWith("/")) return "is absolute";
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return "has a URL scheme";
  if (path.includes("\\")) return "has a backslash";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return "has a control character";
  if (/%(?:2e|2f|5c|0[0-9a-f]|1[0-9a-f]|7f)/i.test(path)) return "hides a dot, slash or control character";
  if (segments.includes("..")) return 'has a ".." segment';
  if (segments.includes("")) return "has an empty segment";
  return undefined;
}

function trimSlashes(pathname: string): string {
  return pathname.replace(/\/+$/, "");
}

function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/s, "");
}
