/** A server that fails by a seeded script: which fault a request meets follows from seed, URL and attempt. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export const faultKinds = [
  "status",
  "reset",
  "break",
  "truncate",
  "stall before",
  "stall within",
  "drip",
  "other range",
  "page",
  "oversize",
] as const;

/**
 * `status`: 408, 429, 500, 502, 503 or 504. `reset`: no answer, the connection breaks. `break`: it breaks in the
 * middle. `truncate`: half the body, and headers that call it whole. `stall before`, `stall within`: silence instead of
 * the answer, or of its second half. `drip`: a byte at a time. `other range`: the bytes beside those asked for. `page`:
 * 200 and a log-in page. `oversize`: a body without end.
 */
export type FaultKind = (typeof faultKinds)[number];

/** What the requests of a server meet; `rate` 1 with one kind is a fault that never passes. */
export interface FaultScript {
  readonly seed: number;
  /** Share of the attempts that fail. */
  readonly rate: number;
  readonly kinds: readonly FaultKind[];
}

export interface FaultServer {
  /** Without slash at the end. */
  readonly url: string;
  /** Path below the root, without leading slash, to bytes. */
  files: ReadonlyMap<string, Uint8Array>;
  /** What happens to requests of a path; null: nothing. */
  script: (path: string) => FaultScript | null;
  /** While set every connection is cut before it is answered. */
  isDown: boolean;
  /** Attempts so far by path and range. */
  readonly attempts: Map<string, number>;
  /** Requests in all. */
  readonly requests: () => number;
  forgetRequests(): void;
  close(): Promise<void>;
}

const cors = { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" };
const statuses = [408, 429, 500, 502, 503, 504];
const dripMs = 25;

export async function startFaultServer(): Promise<FaultServer> {
  const server = createServer((request, response) => answer(state, request, response));
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as { port: number };
  const attempts = new Map<string, number>();
  const state: FaultServer = {
    url: `http://127.0.0.1:${port}`,
    files: new Map(),
    script: () => null,
    isDown: false,
    attempts,
    requests: () => [...attempts.values()].reduce((sum, count) => sum + count, 0),
    forgetRequests: () => attempts.clear(),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return state;
}

function answer(state: FaultServer, request: IncomingMessage, response: ServerResponse): void {
  const path = decodeURIComponent(new URL(request.url!, "http://localhost").pathname).slice(1);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
  const name = `${request.method} ${path} ${request.headers.range ?? ""}`;
  const attempt = (state.attempts.get(name) ?? 0) + 1;
  state.attempts.set(name, attempt);
  if (state.isDown) return void request.socket.destroy();
  const bytes = state.files.get(path);
  if (bytes === undefined) return void response.writeHead(404, cors).end();
  const [start, end] = extentOf(range, bytes.length);
  const script = state.script(path);
  const fault = script === null ? null : faultOf(script, name, attempt);
  const reply = { bytes, start, end, isPart: range !== null };
  if (fault === null) serve(reply, response);
  else fail(fault, reply, response);
}

/** A pure function of seed, URL and attempt. */
function faultOf({ seed, rate, kinds }: FaultScript, name: string, attempt: number): FaultKind | null {
  const digest = createHash("sha1").update(`${seed} ${name} ${attempt}`).digest();
  if (digest.readUInt32LE(0) / 2 ** 32 >= rate) return null;
  return kinds[digest.readUInt32LE(4) % kinds.length]!;
}

interface Reply {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly isPart: boolean;
}

function extentOf(range: RegExpExecArray | null, size: number): [start: number, end: number] {
  if (range === null) return [0, size];
  const [, first, last] = range;
  if (first === "") return [Math.max(0, size - Number(last)), size];
  return [Number(first), Math.min(size, Number(last) + 1)];
}

function head({ bytes, start, end, isPart }: Reply, response: ServerResponse, length = end - start): void {
  response.writeHead(isPart ? 206 : 200, {
    ...cors,
    "Content-Type": "application/octet-stream",
    "Content-Length": length,
    ETag: `"${createHash("sha1").update(bytes).digest("hex").slice(0, 16)}"`,
    ...(isPart ? { "Content-Range": `bytes ${start}-${end - 1}/${bytes.length}` } : {}),
  });
}

function serve(reply: Reply, response: ServerResponse): void {
  head(reply, response);
  response.end(reply.bytes.subarray(reply.start, reply.end));
}

function fail(kind: FaultKind, reply: Reply, response: ServerResponse): void {
  const { bytes, start, end, isPart } = reply;
  const body = bytes.subarray(start, end);
  const half = body.subarray(0, body.length >> 1);
  switch (kind) {
    case "status": {
      const status = statuses[(start + body.length + bytes[start]!) % statuses.length]!;
      response.writeHead(status, { ...cors, "Retry-After": "0" }).end("no");
      break;
    }
    case "reset":
      response.destroy();
      break;
    case "break":
      head(reply, response);
      response.write(half, () => response.destroy());
      break;
    case "truncate":
      head(reply, response, half.length);
      response.end(half);
      break;
    case "stall before":
      break;
    case "stall within":
      head(reply, response);
      response.write(half);
      break;
    case "drip":
      head(reply, response);
      drip(body, response);
      break;
    case "other range":
      // Who did not ask for a range gets one nevertheless.
      serve({ bytes, isPart: true, start: start + 1, end: isPart ? end + 1 : end }, response);
      break;
    case "page":
      response
        .writeHead(200, { ...cors, "Content-Type": "text/html; charset=utf-8" })
        .end("<!doctype html><title>Log in</title><form method=post></form>");
      break;
    case "oversize":
      response.writeHead(isPart ? 206 : 200, cors);
      pour(response);
  }
}

function drip(body: Uint8Array, response: ServerResponse): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < body.length) response.write(body.subarray(at, ++at));
    else response.end();
  }, dripMs);
  response.on("close", () => clearInterval(timer));
}

function pour(response: ServerResponse): void {
  const piece = new Uint8Array(64 * 1024).fill(7);
  const more = (): void => {
    // The last piece that fits asks for more when it is gone.
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", more);
  more();
}
