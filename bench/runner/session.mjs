/** One browser that works through jobs: each job is a page visit of its own, and the page posts what it measured. */
import { createServer } from "node:http";
import { createStaticHandler } from "../../scripts/static-server.mjs";
import { Chromium } from "./chromium.mjs";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
};

/** A browser that took at most this much of the processors in this time is at rest; milliseconds. */
const REST = { ms: 200, cpuMs: 20 };
/** How long it is waited for at most, milliseconds. */
const RESTS_WITHIN_MS = 5000;

/** How often memory is looked at while a job runs, milliseconds. */
const MEMORY_EVERY_MS = 200;

export class Session {
  #serveFile;
  #server;
  /** @type {Chromium | undefined} */
  #chromium;
  #url = "";
  /** The job that is under way, and who waits for it. @type {{job: object, done: (result: object) => void} | null} */
  #current = null;
  /** The page that waits for a job. @type {((job: object) => void) | null} */
  #waiting = null;
  /** What the browser had taken when the job's timing began. @type {{rendererMiB: number, cpuMs: number} | null} */
  #timed = null;
  /** Who waits for such a page. @type {(() => void) | null} */
  #wanted = null;

  /** @param {string} folder The built page. */
  constructor(folder) {
    this.#serveFile = createStaticHandler(folder);
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start() {
    await new Promise((done) => this.#server.listen(0, "127.0.0.1", () => done(undefined)));
    const address = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    this.#url = `http://127.0.0.1:${address.port}`;
    this.#chromium = new Chromium(`${this.#url}/index.html`);
    return this;
  }

  /**
   * Has a page do a job.
   *
   * @param {object} job Plain data.
   * @param {{freshBrowser?: boolean, limitMs?: number}} [options] A fresh browser holds no memory of earlier jobs.
   * @returns {Promise<any>} What the page posted, with the memory that renderers took on, and the processor time of the
   * whole browser from when the page said that timing begins.
   * @throws Where the page fails or the time is up; the browser is started anew then.
   */
  async run(job, { freshBrowser = false, limitMs = 300_000 } = {}) {
    if (freshBrowser) await this.#restart();
    await this.#pageWaits();
    await this.#browserRests();
    const before = this.#chromium?.usage() ?? null;
    this.#timed = before;
    let peakMiB = 0;
    const looking = setInterval(() => {
      peakMiB = Math.max(peakMiB, this.#chromium?.usage()?.rendererMiB ?? 0);
    }, MEMORY_EVERY_MS);
    try {
      const result = await this.#post(job, limitMs);
      if (result.error !== undefined) throw new Error(result.error);
      const after = this.#chromium?.usage() ?? null;
      if (before === null || after === null || this.#timed === null) return result;
      const grownMiB = Math.round(Math.max(0, peakMiB - before.rendererMiB));
      return { ...result, grownMiB, cpuMs: after.cpuMs - this.#timed.cpuMs };
    } catch (error) {
      await this.#restart();
      throw error;
    } finally {
      clearInterval(looking);
    }
  }

  async close() {
    await this.#chromium?.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #restart() {
    this.#current = null;
    this.#waiting = null;
    await this.#chromium?.close();
    this.#chromium = new Chromium(`${this.#url}/index.html`);
  }

  async #pageWaits() {
    if (this.#waiting !== null) return;
    await new Promise((done) => {
      this.#wanted = () => done(undefined);
    });
  }

  /** The page before is still being taken down, with its workers, when the next one asks for its job. */
  async #browserRests() {
    const until = performance.now() + RESTS_WITHIN_MS;
    while (performance.now() < until) {
      const before = this.#chromium?.usage();
      await new Promise((done) => setTimeout(done, REST.ms));
      const after = this.#chromium?.usage();
      if (!before || !after || after.cpuMs - before.cpuMs <= REST.cpuMs) return;
    }
  }

  #post(job, limitMs) {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`The page did not answer within ${limitMs / 1000} s.`));
      const timer = setTimeout(late, limitMs);
      const done = (result) => {
        clearTimeout(timer);
        resolve(result);
      };
      this.#current = { job, done };
      this.#waiting?.(job);
      this.#waiting = null;
    });
  }

  #answer(request, response) {
    for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    const { pathname } = new URL(request.url, this.#url);
    if (pathname === "/timed") return this.#beginTiming(response);
    if (pathname === "/memory") return this.#tellMemory(response);
    if (pathname === "/job") return this.#giveJob(response);
    if (pathname === "/result") return this.#takeResult(request, response);
    this.#serveFile(request, response);
  }

  /** Every visit ends by asking for a job, and waits until there is one. */
  #giveJob(response) {
    this.#waiting = (job) =>
      void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(job));
    this.#wanted?.();
    this.#wanted = null;
  }

  /** The page is ready, and what is measured begins now. */
  #beginTiming(response) {
    this.#timed = this.#chromium?.usage() ?? null;
    response.writeHead(204).end();
  }

  /** What the browser takes at the moment, for pages that follow it over a run. */
  #tellMemory(response) {
    const memory = this.#chromium?.memoryByType() ?? null;
    const status = memory === null ? 404 : 200;
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(memory));
  }

  async #takeResult(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { id, ...result } = JSON.parse(Buffer.concat(parts).toString());
    const current = this.#current;
    // A page that was given up posts too late.
    if (current?.job.id === id) {
      this.#current = null;
      current.done(result);
    }
    response.writeHead(204).end();
  }
}
