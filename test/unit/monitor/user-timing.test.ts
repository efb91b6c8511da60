import { PerformanceObserver, performance } from "node:perf_hooks";
import { expect, it } from "vitest";
import { measureSpan } from "../../../src/monitor/user-timing.js";

it("a span is a measure that observers see, and that the buffer does not keep", async () => {
  const seen: { name: string; startTime: number; duration: number; detail?: unknown }[] = [];
  const observer = new PerformanceObserver((list) => void seen.push(...list.getEntries()));
  observer.observe({ entryTypes: ["measure"] });
  performance.measure("of the page", { start: 0, duration: 1 });
  for (let i = 0; i < 100; i++) measureSpan({ stage: "decode", startMs: i, ms: 2, bytes: 64, worker: 1 });
  await new Promise((done) => setTimeout(done, 50));
  observer.disconnect();
  const ours = seen.filter(({ name }) => name === "voxelfeed decode");
  expect(ours.length).toBe(100);
  expect(ours[40]).toMatchObject({ startTime: 40, duration: 2 });
  expect(ours[40]!.detail).toMatchObject({
    bytes: 64,
    worker: 1,
    devtools: { track: "decode", trackGroup: "voxelfeed", dataType: "track-entry" },
  });
  expect(performance.getEntriesByType("measure").map(({ name }) => name)).toEqual(["of the page"]);
  performance.clearMeasures();
});
