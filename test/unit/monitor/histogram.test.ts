import { describe, expect, it } from "vitest";
import { sampleDraws } from "../../../src/math/rng.js";
import { DurationHistogram } from "../../../src/monitor/histogram.js";

/** The definition, on all values: the smallest that at least this part of them does not exceed. */
function exact(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1]!;
}

describe("duration histogram", () => {
  it("gives percentiles within 5 % of the exact ones, from microseconds to minutes", () => {
    const draw = sampleDraws(7, 0, 0, 0, 0);
    const values = Array.from({ length: 5000 }, () => 10 ** (draw() * 8 - 3));
    const histogram = new DurationHistogram();
    for (const ms of values) histogram.add(ms);
    for (const part of [0.01, 0.25, 0.5, 0.95, 0.99, 1]) {
      const ratio = histogram.percentile(part) / exact(values, part);
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(1.05);
    }
    const { count, totalMs, maxMs } = histogram.durations;
    expect(count).toBe(5000);
    expect(totalMs).toBeCloseTo(
      values.reduce((a, b) => a + b),
      3,
    );
    expect(maxMs).toBe(Math.max(...values));
  });

  it("tells one value exactly, and nothing of nothing", () => {
    const histogram = new DurationHistogram();
    expect(histogram.durations).toEqual({ count: 0, totalMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0 });
    histogram.add(17.3);
    expect(histogram.durations).toEqual({
      count: 1,
      totalMs: 17.3,
      p50Ms: 17.3,
      p95Ms: 17.3,
      p99Ms: 17.3,
      maxMs: 17.3,
    });
  });

  it("takes durations of zero, and of more than its last bucket", () => {
    const histogram = new DurationHistogram();
    for (const ms of [0, 0, 1e9]) histogram.add(ms);
    expect(histogram.percentile(0.5)).toBeLessThan(0.0011);
    expect(histogram.percentile(1)).toBeGreaterThan(4e6);
    expect(histogram.durations).toMatchObject({ count: 3, totalMs: 1e9, maxMs: 1e9 });
  });
});
