/** A real HTTP server for tests: trees in memory, static folders, a request log, and faults on demand. */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { resolve, sep } from "node:path";

/** One request as the log keeps it; oldest first. */
export interface LoggedRequest {
  readonly method: string;
  /** Path with query string. */
  readonly path: string;
  readonly range: string | null;
  /** The headers that came along, by lower-case name. */
  readonly sent: Readonly<Record<string, string | string[] | undefined>>;
  /** Whether the client hung up before the answer was out. */
  aborted: boolean;
}

/** What requests below `prefix` shall meet; the newest behaviour whose prefix fits is taken. */
export interface Behaviour {
  readonly prefix: string;
  /** Only these methods. Default: all. */
  readonly methods?: readonly string[];
  /** Wait before the answer. */
  readonly latencyMs?: number;
  /** Answer this instead of the object. */
  readonly status?: number;
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answer ranges with the whole object and status 200. */
  readonly ignoreRange?: boolean;
  /** Answer suffix ranges with 416. */
  readonly refuseSuffix?: boolean;
  /** Answer a range with other bytes than those asked for, shifted by this many. */
  readonly shiftRange?: number;
  /** Leave this many bytes out at a body's end, with a `Content-Length` that hides it. */
  readonly dropBytes?: number;
  /** Hide `Content-Range`. */
  readonly hideContentRange?: boolean;
  /** Never answer. */
  readonly hang?: boolean;
  /** Break the connection: before the answer, or in the middle of its body. */
  readonly reset?: "start" | "body";
  /** How many requests it applies to. Default: all. */
  readonly times?: number;
}

export interface TestServer {
  /** Without slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** URL prefix, with slashes around, to folder. */
  readonly folders?: Readonly<Record<string, string>>;
}

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
  "Access-Control-Allow-Headers": "*, Range, Content-Type",
  "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After",
  "Access-Control-Max-Age": "600",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Timing-Allow-Origin": "*",
};

/** The sample data beside the project, where there is some. */
export function sharedFolder(): string | undefined {
  const folder = resolve(import.meta.dirname, "../../../shared");
  return existsSync(folder) ? folder : undefined;
}

/** Starts a server on a free port of the loopback interface; state is its own. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const shared = sharedFolder();
  const folders = options.folders ?? (shared === undefined ? {} : { "/shared/": shared });
  const state: State = { files: new Map(), log: [], behaviours: [], folders };
  const server = createServer((request, response) => {
    answer(state, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, cors);
      response.end(String(error));
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

interface State {
  readonly files: Map<string, Uint8Array>;
  readonly folders: Readonly<Record<string, string>>;
  log: LoggedRequest[];
  behaviours: (Behaviour & { left: number })[];
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = decodeURIComponent(url.pathname);
  const method = request.method ?? "GET";
  if (method === "OPTIONS") return void response.writeHead(204, cors).end();
  if (path === "/_log" || path === "/_behave") return await control(state, path, url, request, response);
  if (method === "PUT") {
    state.files.set(path, await bodyOf(request));
    return void response.writeHead(201, cors).end();
  }
  const entry: LoggedRequest = {
    method,
    path: request.url ?? "/",
    range: request.headers.range ?? null,
    sent: request.headers,
    aborted: false,
  };
  state.log.push(entry);
  response.on("close", () => {
    entry.aborted = !response.writableFinished;
  });
  const behaviour = takeBehaviour(state, path, method);
  if (behaviour.latencyMs !== undefined) await new Promise((done) => setTimeout(done, behaviour.latencyMs));
  if (behaviour.hang) return;
  if (behaviour.reset === "start") return void request.socket.destroy();
  await serve(state, path, entry, behaviour, response);
}

/** Reads and changes the log and the behaviours. */
async function control(
  state: State,
  path: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const prefix = url.searchParams.get("prefix") ?? "";
  if (path === "/_log" && request.method === "DELETE") {
    state.log = state.log.filter((entry) => !entry.path.startsWith(prefix));
  } else if (path === "/_behave" && request.method === "DELETE") {
    state.behaviours = state.behaviours.filter((behaviour) => !behaviour.prefix.startsWith(prefix));
  } else if (path === "/_behave") {
    const behaviour = JSON.parse(new TextDecoder().decode(await bodyOf(request))) as Behaviour;
    state.behaviours.unshift({ ...behaviour, left: behaviour.times ?? Number.POSITIVE_INFINITY });
  }
  const entries = state.log.filter((entry) => entry.path.startsWith(prefix));
  response.writeHead(200, { ...cors, "Content-Type": "application/json" }).end(JSON.stringify(entries));
}

function takeBehaviour(state: State, path: string, method: string): Partial<Behaviour> {
  const found = state.behaviours.find(
    ({ prefix, left, methods }) => left > 0 && path.startsWith(prefix) && (methods?.includes(method) ?? true),
  );
  if (found !== undefined) found.left--;
  return found ?? {};
}

async function serve(
  state: State,
  path: string,
  { method, range }: LoggedRequest,
  behaviour: Partial<Behaviour>,
  response: ServerResponse,
): Promise<void> {
  const { status, body, contentType = "application/octet-stream", headers: extra = {} } = behaviour;
  const isReplaced = status !== undefined || body !== undefined;
  const bytes = isReplaced ? new TextEncoder().encode(body ?? "") : await find(state, path);
  if (bytes === undefined)
    return void response.writeHead(404, { ...cors, ...extra, "Content-Length": 0 }).end();
  const etag = `"${createHash("sha1").update(bytes).digest("hex").slice(0, 16)}"`;
  const headers: Record<string, string | number> = {
    ...cors,
    "Accept-Ranges": "bytes",
    "Content-Type": contentType,
    ETag: etag,
    ...extra,
  };
  const part = isReplaced || behaviour.ignoreRange ? undefined : parseRange(range, bytes.length);
  if (part === "unsatisfiable" || (behaviour.refuseSuffix && range?.startsWith("bytes=-"))) {
    const size = { "Content-Range": `bytes */${bytes.length}`, "Content-Length": 0 };
    return void response.writeHead(416, { ...headers, ...size }).end();
  }
  const shift = behaviour.shiftRange ?? 0;
  const [start, end] = part === undefined ? [0, bytes.length] : [part.start + shift, part.end + shift];
  if (part !== undefined && !behaviour.hideContentRange) {
    headers["Content-Range"] = `bytes ${start}-${end - 1}/${bytes.length}`;
  }
  const sent = bytes.subarray(start, end - (behaviour.dropBytes ?? 0));
  headers["Content-Length"] = sent.length;
  response.writeHead(status ?? (part === undefined ? 200 : 206), headers);
  if (method === "HEAD") return void response.end();
  if (behaviour.reset !== "body") return void response.end(sent);
  response.write(sent.subarray(0, Math.floor(sent.length / 2)), () => response.destroy());
}

/** The object at a path; a folder in memory that holds something is an empty object. */
async function find({ files, folders }: State, path: string): Promise<Uint8Array | undefined> {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const file = resolve(folder, path.slice(prefix.length));
    if (!file.startsWith(resolve(folder) + sep)) return undefined;
    // Missing, a folder, or not readable: all of them are "not here" to a client.
    return await readFile(file).catch(() => undefined);
  }
  const bytes = files.get(path);
  if (bytes !== undefined) return bytes;
  const below = path.endsWith("/") ? path : `${path}/`;
  for (const key of files.keys()) if (key.startsWith(below)) return new Uint8Array(0);
  return undefined;
}

function parseRange(
  header: string | null,
  size: number,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const [, first, last] = match;
  if (first === "")
    return size === 0 ? "unsatisfiable" : { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}
