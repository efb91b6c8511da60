/**
 * Serves a folder the way an object store does: ranges, ETags, CORS for everyone, and 404 for what is absent.
 *
 * Vite's own static serving will not do for Zarr: it answers a missing chunk with the page, and hides dot files.
 */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {import("node:http").ServerResponse} Response
 * @typedef {(req: Request, res: Response, next?: (error?: unknown) => void) => void} Handler
 */

const contentTypes = new Map(
  Object.entries({
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".zarray": "application/json",
    ".zattrs": "application/json",
    ".zgroup": "application/json",
    ".zmetadata": "application/json",
  }),
);

const corsHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Expose-Headers": "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag",
  "Access-Control-Max-Age": "86400",
  // So that a page under `Cross-Origin-Embedder-Policy: require-corp` may read it.
  "Cross-Origin-Resource-Policy": "cross-origin",
  // Performance entries show transfer sizes across origins only where this allows it.
  "Timing-Allow-Origin": "*",
};

/**
 * The file a request means, or `null` if there is none inside `root`. Links are followed, within `root` only.
 *
 * @param {string} root Absolute, links resolved.
 * @param {string} requestUrl Path and query, percent-encoded.
 */
async function findFile(root, requestUrl) {
  try {
    const path = decodeURIComponent(requestUrl.replace(/[?#].*$/s, ""));
    if (path.includes("\0") || path.endsWith("/")) return null;
    const file = await realpath(join(root, path));
    if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
    const stats = await stat(file);
    return stats.isFile() ? { file, size: stats.size, etag: `"${stats.size}-${stats.mtimeMs}"` } : null;
  } catch {
    // A malformed escape, a missing file or one without permission: all of them are "not here" to a client.
    return null;
  }
}

/**
 * Reads a `Range` header (RFC 9110, section 14).
 *
 * @param {string | undefined} header
 * @param {number} size Length of the whole file in bytes.
 * @returns {{start: number, end: number} | "unsatisfiable" | null} First and last byte, both included;
 *   `null` means the whole file: no header, several ranges, or one that is not understood and hence ignored.
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (!match[1] && !match[2])) return null;
  if (!match[1]) {
    const length = Math.min(Number(match[2]), size);
    return length > 0 ? { start: size - length, end: size - 1 } : "unsatisfiable";
  }
  const start = Number(match[1]);
  const end = match[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  if (match[2] && Number(match[2]) < start) return null;
  return start < size ? { start, end } : "unsatisfiable";
}

/**
 * @param {string} root Absolute path of the folder, links resolved.
 * @param {Request} req
 * @param {Response} res
 */
async function answer(root, req, res) {
  for (const [name, value] of Object.entries(corsHeaders)) res.setHeader(name, value);
  if (req.method === "OPTIONS") {
    res.writeHead(204).end();
    return;
  }
  if (req.method !== "GET" && req.method !== "HEAD") {
    res.writeHead(405, { Allow: "GET, HEAD, OPTIONS", "Content-Length": 0 }).end();
    return;
  }
  const found = await findFile(root, req.url ?? "/");
  if (!found) {
    res.writeHead(404, { "Content-Length": 0 }).end();
    return;
  }
  const { file, size, etag } = found;
  res.setHeader("Accept-Ranges", "bytes");
  res.setHeader("ETag", etag);
  // Keep it, but ask each time: a data set that was made anew under the same name is never mixed with its old self.
  res.setHeader("Cache-Control", "no-cache");
  if (req.headers["if-none-match"]?.split(/\s*,\s*/).includes(etag)) {
    res.writeHead(304).end();
    return;
  }
  const name = basename(file);
  res.setHeader("Content-Type", contentTypes.get(extname(name) || name) ?? "application/octet-stream");
  const ifRange = req.headers["if-range"];
  // RFC 9110, section 14.2: only GET has ranges; with another ETag in If-Range the whole file is sent.
  const isRangeAllowed = req.method === "GET" && (ifRange === undefined || ifRange === etag);
  const range = isRangeAllowed ? parseRange(req.headers.range, size) : null;
  if (range === "unsatisfiable") {
    res.writeHead(416, { "Content-Range": `bytes */${size}`, "Content-Length": 0 }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  res.statusCode = range ? 206 : 200;
  res.setHeader("Content-Length", end - start + 1);
  if (range) res.setHeader("Content-Range", `bytes ${start}-${end}/${size}`);
  if (req.method === "HEAD" || size === 0) {
    res.end();
    return;
  }
  await pipeline(createReadStream(file, { start, end }), res);
}

/**
 * Makes a request handler for the files of a folder, for node's `http` and as middleware (Connect, Vite).
 *
 * It answers every request itself, with 404 where there is no such file: a mount below which nothing else lives.
 *
 * @param {string} root
 * @returns {Handler}
 */
export function createStaticHandler(root) {
  // A folder that does not exist yet (or any more) is a folder without files.
  const resolveRoot = () => realpath(root).catch(() => resolve(root));
  return (req, res) => {
    resolveRoot()
      .then((folder) => answer(folder, req, res))
      // The client went away, or the file did while it was sent: a cut connection says so, a status no longer can.
      .catch(() => res.destroy());
  };
}

/**
 * Serves a folder over HTTP/1.1 until `close()`.
 *
 * @param {string} root
 * @param {{port?: number, host?: string}} [options] Port 0 (the default) takes a free one; host: 127.0.0.1.
 * @returns {Promise<{url: string, port: number, close: () => Promise<void>}>} `url` ends without a slash.
 */
export async function serveFolder(root, { port = 0, host = "127.0.0.1" } = {}) {
  const server = createServer(createStaticHandler(root));
  await new Promise((resolveListening, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolveListening(undefined));
  });
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolveClosed) => {
        server.close(() => resolveClosed());
        // Browsers keep idle connections open; without this, closing waits for them.
        server.closeAllConnections();
      }),
  };
}
