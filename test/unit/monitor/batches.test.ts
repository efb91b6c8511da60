import { describe, expect, it } from "vitest";
import { BatchWindow } from "../../../src/monitor/batches.js";

/** Batches one after the other: each is waited for while its chunks are fetched, then used for 10 ms. */
function deliver(window: BatchWindow, durations: readonly number[]) {
  let atMs = 0;
  return durations.map((ms, index) => {
    window.add({ stage: "consumer", startMs: atMs - 10, ms: 10, bytes: 0 });
    window.add({ stage: "fetch", startMs: atMs, ms, bytes: 0, parts: { latency: ms } });
    const batch = { epoch: 0, index, startMs: atMs, ms };
    window.add({ stage: "wait", startMs: atMs, ms, bytes: 0, batch });
    atMs += ms + 10;
    return window.latestOutlier;
  });
}

describe("batches", () => {
  it("that take far longer than usual stand out, with what was waited for", () => {
    const window = new BatchWindow(2);
    const durations = [20, 22, 19, 21, 20, 18, 23, 20, 21, 400, 20, 22];
    const found = deliver(window, durations);
    expect(found.map((outlier) => outlier?.index)).toEqual(
      durations.map((ms, i) => (ms === 400 ? i : undefined)),
    );
    expect(found[9]).toMatchObject({ prepareMs: 400, waitMs: 400, waitedFor: "fetch latency" });
    const { batches, prepareMs, outliers } = window.analysis;
    expect([batches, prepareMs]).toEqual([12, 20.5]);
    expect(outliers.map(({ index }) => index)).toEqual([9]);
    // The median absolute deviation is 1 ms: 0.6745 · (400 − 20.5) / 1.
    expect(outliers[0]!.score).toBeCloseTo(0.6745 * 379.5, 6);
  });

  it("that differ little do not stand out, however regular the others are", () => {
    const window = new BatchWindow(2);
    deliver(window, [20, 20, 20, 20, 20, 20, 20, 20, 20, 29]);
    expect(window.analysis.outliers).toEqual([]);
  });

  it("are too few at first for any to stand out", () => {
    expect(deliver(new BatchWindow(2), [10, 10, 10, 10, 10, 10, 500])).toEqual(Array(7).fill(null));
  });

  it("tell where the time went, the first one left out", () => {
    const window = new BatchWindow(2);
    deliver(window, [1000, 30, 40, 50]);
    expect(window.pace).toEqual({
      batches: 3,
      waitMs: 120,
      consumerMs: 30,
      waitedFor: { "fetch latency": 120 },
    });
  });

  it("tell it whatever went on beside, of which only so much is kept", () => {
    const window = new BatchWindow(2);
    for (let index = 0; index < 20; index++) {
      const startMs = 100 * index;
      for (let i = 0; i < 1000; i++)
        window.add({ stage: "queue", startMs, ms: 0, bytes: 0, parts: { worker: 0 } });
      window.add({ stage: "fetch", startMs, ms: 40, bytes: 0, parts: { latency: 40 } });
      window.add({ stage: "wait", startMs, ms: 50, bytes: 0, batch: { epoch: 0, index, startMs, ms: 50 } });
    }
    expect(window.pace).toMatchObject({
      batches: 19,
      waitMs: 950,
      waitedFor: { "fetch latency": 760, other: 190 },
    });
  });

  it("are forgotten but for the latest 128", () => {
    const window = new BatchWindow(2);
    deliver(window, [...Array(20).fill(900), ...Array(128).fill(30)]);
    expect(window.analysis).toMatchObject({ batches: 128, prepareMs: 30, outliers: [] });
  });
});
