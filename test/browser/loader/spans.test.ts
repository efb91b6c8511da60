/** Spans: what a loader measures lies in time and in bytes where it was. */
import { describe, expect, it } from "vitest";
import { type Backend, createLoader, openDataset } from "../../../src/index.js";
import type { Span, Stage } from "../../../src/timing/spans.js";
import { behave, rawVolume, serve } from "../../helpers/volumes.js";

const latencyMs = 30;

describe.each<Backend>(["cpu", "webgpu"])("spans on %s", (backend) => {
  it("tell of every stage of a batch, on the page's clock", async () => {
    const raw = await serve(rawVolume);
    await behave(`${raw}/s0/`, { latencyMs });
    const dataset = await openDataset({
      raw,
      inputArrays: { raw: { shape: [12, 12, 12], scale: [10, 10, 10], mask: true } },
    });
    const budget = { disk: 0 };
    const options = { backend, workers: 2, seed: 3, prefetch: 1, budget, iterationsPerEpoch: 4 };
    const loader = createLoader(dataset, options);
    const spans: Span[] = [];
    const beganAtMs = performance.now();
    const end = loader.spans.observe((span) => spans.push(span));
    for await (const batch of loader) {
      await batch.arrays.raw!.data();
      batch.release();
    }
    await new Promise((done) => setTimeout(done, 50));
    end();
    const endedAtMs = performance.now();
    const stats = loader.stats();
    for await (const batch of loader) batch.release();
    const of = (stage: Stage) => spans.filter((span) => span.stage === stage);
    const sum = (list: readonly Span[], read: (span: Span) => number) =>
      list.reduce((total, span) => total + read(span), 0);

    for (const { startMs, ms } of spans) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(startMs).toBeGreaterThan(beganAtMs - 2);
      expect(startMs + ms).toBeLessThan(endedAtMs + 2);
    }
    expect(of("plan").length).toBe(4);
    expect(of("wait").map(({ batch }) => [batch!.epoch, batch!.index])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
    expect(sum(of("wait"), ({ ms }) => ms)).toBeCloseTo(stats.waitMs, 6);
    expect(of("consumer").length).toBe(3);
    const requests = of("fetch");
    expect(requests.length).toBe(stats.chunkLoads);
    expect(sum(requests, ({ bytes }) => bytes)).toBe(stats.encodedBytes);
    for (const { parts, ms, request, worker } of requests) {
      expect(parts!.latency).toBeGreaterThan(latencyMs - 1);
      expect(parts!.latency! + parts!.body!).toBeCloseTo(ms, 6);
      expect(request).toMatchObject({ origin: new URL(raw).origin, failed: false });
      expect([0, 1]).toContain(worker);
    }
    expect(of("decode").length).toBe(stats.chunkLoads);
    expect(sum(of("decode"), ({ ms }) => ms)).toBeCloseTo(stats.decodeMs, 6);
    expect(sum(of("decode"), ({ bytes }) => bytes)).toBe(stats.chunkLoads * 16 ** 3);
    expect(of("render").length).toBe(4);
    expect(of("transfer").length).toBeGreaterThan(0);
    const queued = of("queue").flatMap(({ parts }) => Object.keys(parts!));
    expect(queued).toEqual(expect.arrayContaining(["memory", "inflight", "connection"]));
    if (backend === "webgpu") {
      expect(sum(of("upload"), ({ bytes }) => bytes)).toBe(stats.uploadedBytes);
      expect(of("render")[0]!.parts).toMatchObject({ gpu: expect.any(Number), submit: expect.any(Number) });
    } else {
      // A render may pause for what is more urgent; the clock that it is told by ticks in tenths of a millisecond.
      expect(sum(of("render"), ({ parts }) => parts!.cpu!)).toBeGreaterThan(stats.renderMs - 1);
      expect(sum(of("render"), ({ bytes }) => bytes)).toBe(4 * 12 ** 3 * 5);
    }
    // The second pass was not observed.
    expect(of("plan").length).toBe(4);
    loader.dispose();
    dataset.dispose();
  });
});
