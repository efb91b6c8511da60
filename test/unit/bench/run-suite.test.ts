import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Job } from "../../../bench/pages/job.js";
import { runSuite } from "../../../bench/runner/run-suite.mjs";
import { DataServer } from "../../../bench/server/data-server.mjs";
import { identity } from "../../../src/math/vec.js";

const placed = [{ center: [1, 2, 3], matrix: identity }] as const;

describe("runSuite", () => {
  let server: DataServer;
  beforeAll(async () => {
    server = await new DataServer().start();
  });
  afterAll(() => server.close());

  const suite = {
    name: "made-up",
    title: "A suite",
    unit: "patches/s",
    measure: "throughput",
    contenders: ["fast", "slow", "wrong"],
    reference: "slow",
    cases: [{ name: "one", latencyMs: 25, secondVisit: true, settings: { volume: "em-gzip-512" } }],
    targets: [{ case: "one", contender: "fast", atLeast: 3 }],
  };

  /** Answers as a page would: `fast` is three times as fast as `slow`, and faster every round. */
  const run = async (rounds: number) => {
    const asked: Job[] = [];
    const ask = async (job: Job) => {
      asked.push(job);
      const isWrong = job.contender === "wrong";
      const verified = { checksums: [isWrong ? 2 : 1], probes: [[0]], placed };
      if (job.measure === "verify") return { value: 1, details: verified };
      const round = asked.filter(
        ({ measure, contender }) => measure === "throughput" && contender === job.contender,
      );
      return {
        value: (job.contender === "fast" ? 30 : 10) * round.length,
        lag: { p50Ms: 0, p99Ms: 2, maxMs: 3 },
      };
    };
    const result = await runSuite(suite, { server, ask, rounds, log: () => {} });
    return { asked, result };
  };

  it("times only contenders that return the same voxels, and tells the others where the patches are", async () => {
    const { asked, result } = await run(1);
    const timed = asked.filter(({ measure }) => measure === "throughput");
    expect(timed.map(({ contender }) => contender)).toEqual(["fast", "slow"]);
    expect(timed.every((job) => job.placed === placed)).toBe(true);
    const [, , wrong] = result.cases[0]!.contenders;
    expect(wrong).toMatchObject({
      median: null,
      ratio: null,
      failure: "returned other voxels in patch 0 of 1",
    });
  });

  it("fills the caches in a first visit, and keeps them and the URL for the second", async () => {
    const { asked } = await run(1);
    const [fill, timed] = asked.filter(({ measure }) => measure !== "verify") as [Job, Job];
    expect([fill.measure, fill.keepCaches, timed.keepCaches]).toEqual(["fill", false, true]);
    expect(fill.url).toBe(timed.url);
    expect(timed.url).toMatch(/\/25$/);
  });

  it("lets contenders take turns, in URLs of their own, and compares them round by round", async () => {
    const { asked, result } = await run(3);
    const timed = asked.filter(({ measure }) => measure === "throughput");
    expect(timed.map(({ contender }) => contender)).toEqual(["fast", "slow", "slow", "fast", "fast", "slow"]);
    expect(new Set(timed.map(({ url }) => url)).size).toBe(6);
    expect(result.cases[0]!.contenders[0]).toMatchObject({
      values: [30, 60, 90],
      median: 60,
      ratios: [3, 3, 3],
    });
    expect(result.targets).toEqual([
      { case: "one", contender: "fast", atLeast: 3, ratio: 3, median: 60, met: true, against: "slow" },
    ]);
  });
});
