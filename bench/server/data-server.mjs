/**
 * Serves the benchmark volumes as an object store would, with latency and a count of requests per run.
 *
 * Paths: `/RUN/LATENCY/VOLUME/...`: RUN names whose requests these are, LATENCY is milliseconds before each answer. A run
 * has URLs of its own, so that no cache knows its chunks from an earlier one.
 */
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { makeCertificate } from "./certificate.mjs";
import { SEED, Volumes } from "./volume.mjs";

/** @typedef {{metadata: number, chunks: number, missing: number, chunkBytes: number}} RequestCounts */

const headers = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Expose-Headers": "Content-Length, ETag",
  "Access-Control-Max-Age": "600",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Timing-Allow-Origin": "*",
  // Kept by the browser's own cache as well, and checked each time, as for a volume that may be written anew.
  "Cache-Control": "no-cache",
  ETag: `"seed-${SEED}"`,
};

/** @returns {RequestCounts} */
const noRequests = () => ({ metadata: 0, chunks: 0, missing: 0, chunkBytes: 0 });

export class DataServer {
  volumes = new Volumes();
  /** @type {Map<string, RequestCounts>} */
  #counts = new Map();
  /** @type {Map<string, import("node:http").Server | import("node:http2").Http2SecureServer>} */
  #servers = new Map();
  /** @type {Set<import("node:net").Socket>} */
  #sockets = new Set();
  /** Origins by protocol, without a slash at the end; HTTP/2 is missing where no certificate can be made. @type {Record<string, string>} */
  origins = {};

  /** Listens on free ports of the loopback interface. */
  async start() {
    const handle = (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    };
    await this.#listen("http1", "http", createServer(handle));
    const certificate = makeCertificate();
    // A hundred chunks on their way at once are more than node's default of 10 MB allows; streams would be refused.
    const options = { ...certificate, maxSessionMemory: 1000 };
    if (certificate !== null) await this.#listen("http2", "https", createSecureServer(options, handle));
    return this;
  }

  /**
   * Requests of a run since it was last asked, which are forgotten then.
   *
   * @param {string} run
   */
  takeCounts(run) {
    const counts = this.#counts.get(run) ?? noRequests();
    this.#counts.delete(run);
    return counts;
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    const closings = [...this.#servers.values()].map((server) => new Promise((done) => server.close(done)));
    await Promise.all(closings);
  }

  async #listen(protocol, scheme, server) {
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
    this.#servers.set(protocol, server);
    this.origins[protocol] = `${scheme}://127.0.0.1:${server.address().port}`;
  }

  async #answer(request, response) {
    if (request.method === "OPTIONS") return void response.writeHead(204, headers).end();
    const [, run, latency, ...rest] = new URL(request.url, "http://127.0.0.1").pathname.split("/");
    const found = await this.volumes.find(rest.join("/"));
    this.#count(run, found);
    if (Number(latency) > 0) await new Promise((done) => setTimeout(done, Number(latency)));
    if (found === null) return void response.writeHead(404, { ...headers, "Content-Length": 0 }).end();
    if (request.headers["if-none-match"] === headers.ETag) return void response.writeHead(304, headers).end();
    const size = { "Content-Length": found.bytes.length, "Content-Type": "application/octet-stream" };
    response.writeHead(200, { ...headers, ...size });
    response.end(request.method === "HEAD" ? undefined : found.bytes);
  }

  #count(run, found) {
    const counts = this.#counts.get(run) ?? noRequests();
    this.#counts.set(run, counts);
    if (found === null) counts.missing++;
    else if (!found.isChunk) counts.metadata++;
    else {
      counts.chunks++;
      counts.chunkBytes += found.bytes.length;
    }
  }
}
