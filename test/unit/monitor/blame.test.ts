import { describe, expect, it } from "vitest";
import { blameWait, causes, type WaitCause } from "../../../src/monitor/blame.js";
import type { Span, Stage } from "../../../src/timing/spans.js";

const span = (stage: Stage, startMs: number, ms: number, more: Partial<Span> = {}): Span => ({
  stage,
  startMs,
  ms,
  bytes: 0,
  ...more,
});

/** What a wait from 0 to 100 is laid to, on two processors. */
function blame(spans: readonly Span[], processors = 2): Partial<Record<WaitCause, number>> {
  const blamed = blameWait(spans, 0, 100, processors);
  expect(blamed.reduce((a, b) => a + b)).toBeCloseTo(100, 9);
  return Object.fromEntries(
    causes.map((cause, i) => [cause, blamed[i]!] as const).filter(([, ms]) => ms > 0),
  );
}

const fetched = (startMs: number, latency: number, body: number) =>
  span("fetch", startMs, latency + body, { parts: { latency, body } });

describe("a wait is laid to", () => {
  it("what was under way, and to `other` where nothing was", () => {
    expect(blame([fetched(10, 60, 20)])).toEqual({ "fetch latency": 60, "fetch body": 20, other: 20 });
  });

  it("nothing from outside of it", () => {
    expect(blame([fetched(-50, 20, 80), span("disk", 90, 500)])).toEqual({
      "fetch body": 50,
      disk: 10,
      other: 40,
    });
  });

  it("things that came at once by how many of each there were", () => {
    expect(blame([fetched(0, 100, 0), fetched(0, 100, 0), fetched(0, 100, 0), span("disk", 0, 100)])).toEqual(
      {
        "fetch latency": 75,
        disk: 25,
      },
    );
  });

  it("processors as far as they were busy, and to answers for the rest", () => {
    const decode = (worker: number) => span("decode", 0, 100, { worker });
    const requests = [fetched(0, 100, 0), fetched(0, 100, 0), fetched(0, 100, 0)];
    expect(blame([decode(0), ...requests])).toEqual({ decode: 50, "fetch latency": 50 });
    expect(blame([decode(0), decode(1), ...requests])).toEqual({ decode: 100 });
    // Two spans of one worker take turns: it is one processor.
    expect(blame([decode(0), decode(0), ...requests])).toEqual({ decode: 50, "fetch latency": 50 });
    expect(blame([decode(0), ...requests], 1)).toEqual({ decode: 100 });
  });

  it("work on one processor as a whole where nothing came from outside", () => {
    expect(blame([span("decode", 0, 100, { worker: 1 })])).toEqual({ decode: 100 });
  });

  it("the page's own thread before all else", () => {
    const decoded = [0, 1].map((worker) => span("decode", 0, 100, { worker }));
    expect(blame([span("plan", 20, 30), fetched(0, 100, 0), ...decoded])).toEqual({ plan: 30, decode: 70 });
  });

  it("the GPU and queues only where nothing else goes on", () => {
    const rendered = span("render", 0, 50, { parts: { submit: 10, gpu: 40 } });
    const queued = span("queue", 0, 100, { parts: { memory: 100 } });
    expect(blame([rendered, queued, fetched(20, 10, 0)])).toEqual({
      "render submit": 10,
      "render gpu": 30,
      "fetch latency": 10,
      "queue memory": 50,
    });
  });
});
