import { describe, expect, it } from "vitest";
import { growthPercent, type MemorySample } from "../../../bench/pages/growth.js";

/** Samples every 10 batches, of two processes that share what `total` says. */
function samplesOf(total: (batches: number) => number, count = 161): MemorySample[] {
  return Array.from({ length: count }, (_, i) => {
    const batches = 400 + 10 * i;
    const mebibytes = total(batches);
    return { batches, mebibytes: { renderer: 0.75 * mebibytes, browser: 0.25 * mebibytes } };
  });
}

describe("growthPercent", () => {
  it("is the slope per 1,000 batches in percent of the mean, over all processes", () => {
    // 50 MiB per 1,000 batches, and 500 MiB in the middle of the run, at batch 1,200.
    expect(growthPercent(samplesOf((batches) => 440 + 0.05 * batches))).toBeCloseTo(10, 9);
    expect(growthPercent(samplesOf((batches) => 560 - 0.05 * batches))).toBeCloseTo(-10, 9);
    expect(growthPercent(samplesOf(() => 500))).toBeCloseTo(0, 9);
  });

  it("is what least squares gives for values on no line", () => {
    const samples = [1, 2, 4].map((value, i) => ({ batches: 1000 * i, mebibytes: { renderer: value } }));
    // Slope 1.5 per 1,000 batches, mean 7/3.
    expect(growthPercent(samples)).toBeCloseTo((100 * 1.5) / (7 / 3), 9);
  });

  it("is hardly moved by the teeth of a saw", () => {
    const sawtooth = samplesOf((batches) => 500 + 5 * ((batches / 10) % 8));
    expect(Math.abs(growthPercent(sawtooth))).toBeLessThan(0.2);
  });
});
