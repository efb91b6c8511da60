import { describe, expect, it } from "vitest";
import { chromeTrace, SpanRing } from "../../../src/monitor/trace.js";
import type { Span, Stage } from "../../../src/timing/spans.js";

const span = (stage: Stage, startMs: number, ms: number, more: Partial<Span> = {}): Span => ({
  stage,
  startMs,
  ms,
  bytes: 8,
  ...more,
});

describe("Chrome trace", () => {
  it("has a complete event per span, in microseconds, with what is known of it", () => {
    const { traceEvents, displayTimeUnit } = chromeTrace([
      span("decode", 2, 3, { worker: 1, brick: "0:1,2,3" }),
      span("wait", 0, 7.5, { batch: { epoch: 0, index: 4, startMs: 0, ms: 7 } }),
      span("queue", 1, 1, { parts: { memory: 1 } }),
    ]);
    expect(displayTimeUnit).toBe("ms");
    const complete = traceEvents.filter(({ ph }) => ph === "X");
    expect(complete.map(({ name, cat, ts, dur }) => [name, cat, ts, dur])).toEqual([
      ["wait batch 4", "wait", 0, 7500],
      ["queue memory", "queue", 1000, 1000],
      ["decode", "decode", 2000, 3000],
    ]);
    expect(complete[2]!.args).toEqual({ bytes: 8, worker: 1, brick: "0:1,2,3" });
    expect(JSON.parse(JSON.stringify(traceEvents))).toEqual(traceEvents);
  });

  it("gives spans that overlap rows of their own, which are named", () => {
    const { traceEvents } = chromeTrace([
      span("fetch", 0, 10),
      span("fetch", 5, 10),
      span("fetch", 12, 3),
      span("decode", 0, 1),
    ]);
    const rows = traceEvents.filter(({ ph }) => ph === "X").map(({ ts, tid }) => [ts, tid]);
    const names = new Map(
      traceEvents.filter(({ ph }) => ph === "M").map(({ tid, args }) => [tid, args.name]),
    );
    expect(rows.map(([ts, tid]) => [ts, names.get(tid!)])).toEqual([
      [0, "fetch"],
      [0, "decode"],
      [5000, "fetch 2"],
      [12_000, "fetch"],
    ]);
  });

  it("is of the latest spans only", () => {
    const ring = new SpanRing(3);
    for (let i = 0; i < 8; i++) ring.add(span("plan", i, 1));
    expect(ring.spans.map(({ startMs }) => startMs).sort()).toEqual([5, 6, 7]);
    const none = new SpanRing(0);
    none.add(span("plan", 0, 1));
    expect(none.spans).toEqual([]);
  });
});
