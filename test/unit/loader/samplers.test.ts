import { expect, it } from "vitest";
import { checkSampler, epochLength, sampleIndex, samplers } from "../../../src/loader/samplers.js";

it("sequential gives every index once, in order", () => {
  const sampler = samplers.sequential();
  expect([0, 1, 2].map((i) => sampleIndex(sampler, 3, 9, 0, i))).toEqual([0, 1, 2]);
  expect(epochLength(sampler, 3)).toBe(3);
});

it("uniform draws every index equally often and differs by epoch and seed", () => {
  const sampler = samplers.uniform({ samples: 50_000 });
  expect(epochLength(sampler, 10)).toBe(50_000);
  const counts = new Float64Array(10);
  for (let i = 0; i < 50_000; i++) counts[sampleIndex(sampler, 10, 1, 0, i)]!++;
  const chi = counts.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
  // 9 degrees of freedom: p = 1e-4 at 33.7.
  expect(chi).toBeLessThan(33.7);
  const order = (seed: number, epoch: number) =>
    Array.from({ length: 20 }, (_, i) => sampleIndex(sampler, 1e12, seed, epoch, i)).join();
  expect(new Set([order(1, 0), order(1, 1), order(2, 0)]).size).toBe(3);
  expect(order(1, 0)).toBe(order(1, 0));
});

it("refuses what it does not know", () => {
  expect(() => checkSampler({ kind: "unifrom" } as never)).toThrow(/sampler.kind/);
  expect(() => checkSampler({ kind: "sequential", samples: 3 } as never)).toThrow(/Unknown option "samples"/);
  expect(() => checkSampler({ kind: "uniform", samples: 0 })).toThrow(/sampler.samples/);
});
