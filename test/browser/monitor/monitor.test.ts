/** A monitor on a real loader: it finds what limits, where something is made to limit. */
import { describe, expect, it } from "vitest";
import { createLoader, type Dataset, type LoaderOptions, openDataset, samplers } from "../../../src/index.js";
import {
  createMonitor,
  type Monitor,
  type MonitorOptions,
  type MonitorReport,
  type Span,
} from "../../../src/monitor/index.js";
import type { FixtureOptions } from "../../helpers/fixtures.js";
import { behave, rawVolume, serve } from "../../helpers/volumes.js";

const brick = 16 ** 3;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

const inputArrays = { raw: { shape: [12, 12, 12], scale: [10, 10, 10] } } as const;

async function open(volume: FixtureOptions = rawVolume, latencyMs = 0): Promise<Dataset> {
  const raw = await serve(volume);
  if (latencyMs > 0) await behave(`${raw}/s0/`, { latencyMs });
  return await openDataset({ raw, inputArrays });
}

interface Run extends LoaderOptions {
  readonly batches: number;
  readonly consumeMs?: number;
  readonly monitor?: MonitorOptions;
  readonly during?: (monitor: Monitor) => void;
}

/** Batches of one loader; the report, as it goes through JSON. */
async function watch(dataset: Dataset, run: Run): Promise<MonitorReport> {
  const { batches, consumeMs = 0, monitor: monitorOptions, during, ...options } = run;
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    seed: 5,
    iterationsPerEpoch: batches,
    ...options,
    budget: { disk: 0, ...options.budget },
  });
  const monitor = createMonitor(loader, monitorOptions);
  during?.(monitor);
  for await (const batch of loader) {
    if (consumeMs > 0) await sleep(consumeMs);
    batch.release();
  }
  const report = monitor.report();
  monitor.dispose();
  loader.dispose();
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  return report;
}

describe("a monitor finds", () => {
  it("latency, on the origin that has it", async () => {
    const dataset = await open({ shape: [96, 96, 96], chunk: [16, 16, 16] }, 80);
    const { bottleneck, origins, stages, pace } = await watch(dataset, { batches: 12, prefetch: 1 });
    expect(bottleneck.kind).toBe("fetch-latency");
    expect(bottleneck.summary).toContain("latency on one HTTP/1.1 origin");
    expect(pace.waitedFor["fetch latency"]! / pace.waitMs).toBeGreaterThan(0.6);
    expect(stages.fetch.parts.latency!.p50Ms).toBeGreaterThan(76);
    expect(origins).toHaveLength(1);
    expect(origins[0]).toMatchObject({ protocol: "http/1.1", failed: 0, requests: stages.fetch.count });
    dataset.dispose();
  });

  it("a consumer that is slower than the loader", async () => {
    const dataset = await open();
    const { bottleneck, stages } = await watch(dataset, { batches: 10, consumeMs: 80 });
    expect(bottleneck.kind).toBe("consumer");
    expect(stages.consumer.p50Ms).toBeGreaterThan(75);
    dataset.dispose();
  });

  it("a budget so small that chunks are loaded again and again", async () => {
    const dataset = await open(rawVolume, 20);
    const options = { batches: 40, prefetch: 1, sampler: samplers.uniform() };
    const scarce = await watch(dataset, { ...options, budget: { memory: 9 * brick } });
    expect(scarce.bottleneck.kind).toBe("thrash");
    expect(scarce.tiers.memory.repeated).toBeGreaterThan(scarce.tiers.memory.misses / 2);
    const plenty = await watch(dataset, options);
    expect(plenty.bottleneck.kind).not.toBe("thrash");
    expect(plenty.tiers.memory).toMatchObject({ repeated: 0, misses: plenty.stages.decode.count });
    expect(plenty.tiers.memory.hitRate).toBeGreaterThan(scarce.tiers.memory.hitRate!);
    dataset.dispose();
  });

  it("what is slow and which batch stands out, and says so when it happens", async () => {
    const raw = await serve(rawVolume);
    // In order along x, two patches a batch: the fourth brick is needed first by patch 37.
    await behave(`${raw}/s0/0.0.3`, { latencyMs: 600 });
    const dataset = await openDataset({ raw, inputArrays });
    const slow: Span[] = [];
    const verySlow: Span[] = [];
    const outliers: number[] = [];
    const { stages, batchAnalysis } = await watch(dataset, {
      batches: 22,
      batchSize: 2,
      prefetch: 1,
      sampler: samplers.sequential(),
      monitor: { thresholds: { fetch: { slowMs: 0.001, verySlowMs: 500 } } },
      during: (monitor) => {
        monitor.on("slow", (span) => span.stage === "fetch" && slow.push(span));
        monitor.on("verySlow", (span) => span.stage === "fetch" && verySlow.push(span));
        monitor.on("outlier", ({ index }) => outliers.push(index));
      },
    });
    expect([slow.length, verySlow.length]).toEqual([3, 1]);
    expect(stages.fetch).toMatchObject({ count: 4, slow: 4, verySlow: 1 });
    expect(verySlow[0]!.parts!.latency).toBeGreaterThan(590);
    expect(batchAnalysis.outliers).toContainEqual(
      expect.objectContaining({ index: 18, waitedFor: "fetch latency" }),
    );
    expect(outliers).toContain(18);
    dataset.dispose();
  });

  it("nothing any more when it is disposed", async () => {
    const dataset = await open();
    const loader = createLoader(dataset, { backend: "cpu", workers: 1, iterationsPerEpoch: 3 });
    const monitor = createMonitor(loader);
    for await (const batch of loader) batch.release();
    monitor.dispose();
    const report = monitor.report();
    expect(report.batches).toBe(3);
    for await (const batch of loader) batch.release();
    expect(loader.stats().batches).toBe(6);
    expect(monitor.report()).toEqual(report);
    expect(loader.spans.isObserved).toBe(false);
    loader.dispose();
    dataset.dispose();
  });
});

describe("a monitor's trace and measures", () => {
  it("show the spans of the run, on the page's clock, in bounded memory", async () => {
    const dataset = await open();
    const loader = createLoader(dataset, { backend: "cpu", workers: 2, iterationsPerEpoch: 6 });
    const monitor = createMonitor(loader, { traceSpans: 40, userTiming: true });
    const measured: string[] = [];
    const observer = new PerformanceObserver((list) =>
      measured.push(...list.getEntries().map(({ name }) => name)),
    );
    observer.observe({ type: "measure" });
    const beganAt = performance.now() * 1000;
    for await (const batch of loader) batch.release();
    await sleep(50);
    const endedAt = performance.now() * 1000;
    observer.disconnect();
    const { stages } = monitor.report();
    const counted = Object.values(stages).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBeGreaterThan(40);
    const events = monitor.trace().traceEvents.filter(({ ph }) => ph === "X");
    expect(events).toHaveLength(40);
    for (const { ts, dur } of events) {
      expect(ts).toBeGreaterThan(beganAt - 2000);
      expect(ts + dur!).toBeLessThan(endedAt + 2000);
    }
    expect(events.filter(({ name }) => name.startsWith("wait batch")).length).toBeGreaterThan(0);
    const ours = measured.filter((name) => name.startsWith("voxelfeed "));
    expect(ours.length).toBe(counted);
    expect(ours.filter((name) => name === "voxelfeed decode").length).toBe(stages.decode.count);
    const kept = performance.getEntriesByType("measure").filter(({ name }) => name.startsWith("voxelfeed "));
    expect(kept).toEqual([]);
    monitor.dispose();
    loader.dispose();
    dataset.dispose();
  });
});
