/** Runs a suite: looks whether all contenders return the same voxels, then times them in interleaved rounds. */

import { rotated } from "./statistics.mjs";
import { summarize } from "./summary.mjs";
import { findDifference } from "./verify.mjs";

/**
 * @typedef {import("../suites/suite.mjs").Suite} Suite
 * @typedef {import("../suites/suite.mjs").Case} Case
 *
 * @typedef {object} Tools
 * @property {import("../server/data-server.mjs").DataServer} server
 * @property {(job: import("../pages/job.js").Job, options: {freshBrowser: boolean}) => Promise<import("../pages/job.js").Measurement>} ask Has a page, or another program, do a job.
 * @property {number} rounds
 * @property {(text: string) => void} log
 *
 * @typedef {object} Entry One contender of one case, and what came of it.
 * @property {Case} case
 * @property {string} contender
 * @property {string | null} failure Why it is not timed, or why rounds are missing.
 * @property {(object | null)[]} rounds What was posted, with the requests of the round.
 * @property {readonly object[]} [placed] Where its patches are.
 */

/**
 * @param {Suite} suite
 * @param {Tools} tools
 */
export async function runSuite(suite, tools) {
  const entries = suite.cases.flatMap((one) =>
    (one.contenders ?? suite.contenders).map((contender) => newEntry(one, contender)),
  );
  const course = new Course(suite, tools);
  for (const one of suite.cases) await course.open(entries.filter((entry) => entry.case === one));
  for (let round = 0; round < tools.rounds; round++) {
    for (const one of suite.cases) {
      const ofCase = entries.filter((entry) => entry.case === one && entry.failure === null);
      for (const entry of rotated(ofCase, round)) await course.time(entry, round);
    }
  }
  return summarize(suite, entries);
}

/** @returns {Entry} */
function newEntry(one, contender) {
  return { case: one, contender, failure: null, rounds: [] };
}

/** The jobs of one suite. */
class Course {
  #suite;
  #tools;
  #jobs = 0;

  /**
   * @param {Suite} suite
   * @param {Tools} tools
   */
  constructor(suite, tools) {
    this.#suite = suite;
    this.#tools = tools;
  }

  /**
   * Makes the volumes of a case, and finds out who returns the same voxels as the first contender.
   *
   * @param {Entry[]} entries All of one case.
   */
  async open(entries) {
    const { server, log } = this.#tools;
    const one = entries[0].case;
    if (server.origins[one.protocol ?? "http1"] === undefined) {
      for (const entry of entries)
        entry.failure = "HTTP/2 needs a certificate, which openssl makes; it is not here";
      return;
    }
    for (const volume of [one.settings.volume, "label-gzip-64"]) await server.volumes.prepare(volume);
    if ((one.verified ?? this.#suite.verified) === false) return;
    let first = null;
    for (const entry of entries) {
      entry.placed = first?.placed;
      const reply = await this.#attempt(entry, () => this.#ask(entry, "verify", "verify", false));
      if (reply === null) continue;
      first ??= reply.details;
      entry.placed = first.placed;
      entry.failure = findDifference(first, reply.details, one.tolerance ?? 0);
      log(`${this.#nameOf(entry)}: ${entry.failure ?? "returns the same voxels"}`);
    }
  }

  /**
   * @param {Entry} entry
   * @param {number} round
   */
  async time(entry, round) {
    const { server, log } = this.#tools;
    const run = `round${round}`;
    const isSecondVisit = entry.case.secondVisit === true;
    const result = await this.#attempt(entry, async () => {
      if (isSecondVisit) await this.#ask(entry, "fill", run, false);
      server.takeCounts(this.#runOf(entry, run));
      const reply = await this.#ask(entry, this.#suite.measure, run, isSecondVisit);
      return { ...reply, requests: server.takeCounts(this.#runOf(entry, run)) };
    });
    entry.rounds.push(result);
    if (result !== null) {
      const { requests, lag } = result;
      const value = result[this.#suite.figure ?? "value"];
      const lagText = lag === undefined ? "" : `, lag p99 ${lag.p99Ms.toFixed(1)} ms`;
      const text = `${value.toFixed(2)} ${this.#suite.unit}, ${requests.chunks} chunk requests${lagText}`;
      log(`${this.#nameOf(entry)}, round ${round + 1}: ${text}`);
    }
  }

  async #attempt(entry, action) {
    try {
      return await action();
    } catch (error) {
      entry.failure = /** @type {Error} */ (error).message;
      this.#tools.log(`${this.#nameOf(entry)} failed: ${entry.failure}`);
      return null;
    }
  }

  #ask(entry, measure, run, keepCaches) {
    const { latencyMs = 0, protocol = "http1", settings } = entry.case;
    // What is verified is not timed. A first visit has the URLs of the second, or no cache would know them again.
    const latency = measure === "verify" ? 0 : latencyMs;
    const url = `${this.#tools.server.origins[protocol]}/${this.#runOf(entry, run)}/${latency}`;
    const { contender, placed } = entry;
    const { freshBrowser = false } = this.#suite;
    const job = { id: ++this.#jobs, measure, contender, url, keepCaches, settings, placed };
    return this.#tools.ask(job, { freshBrowser });
  }

  /** A name for the requests of a run, in URLs. */
  #runOf(entry, run) {
    return `${this.#nameOf(entry)}-${run}`.replace(/[^\w]+/g, "-");
  }

  #nameOf(entry) {
    return `${this.#suite.name} / ${entry.case.name} / ${entry.contender}`;
  }
}
