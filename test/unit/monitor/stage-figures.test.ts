import { describe, expect, it } from "vitest";
import { StageFigures } from "../../../src/monitor/stage-figures.js";

describe("stage figures", () => {
  it("add up durations, parts and bytes, and tell what is slow", () => {
    const figures = new StageFigures({ slowMs: 100, verySlowMs: 1000 });
    const fetched = (latency: number, body: number) =>
      figures.add({ stage: "fetch", startMs: 0, ms: latency + body, bytes: 1000, parts: { latency, body } });
    expect([fetched(40, 10), fetched(60, 40), fetched(990, 10)]).toEqual([null, "slow", "verySlow"]);
    const { parts, ...all } = figures.report;
    expect(all).toMatchObject({ count: 3, totalMs: 1150, maxMs: 1000, bytes: 3000, slow: 2, verySlow: 1 });
    expect(parts.latency).toMatchObject({ count: 3, totalMs: 1090, maxMs: 990 });
    expect(parts.body).toMatchObject({ count: 3, totalMs: 60, maxMs: 40 });
    expect(Object.keys(parts)).toEqual(["latency", "body"]);
  });
});
