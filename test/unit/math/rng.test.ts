import { describe, expect, it } from "vitest";
import { philox, sampleDraws, streams, type Words4 } from "../../../src/math/rng.js";

const hex = (words: Words4): string => words.map((word) => word.toString(16).padStart(8, "0")).join(" ");

describe("philox", () => {
  it.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ] as const)("gives the known answer of Random123 for %j", (counter, key, answer) => {
    expect(hex(philox(counter, key))).toBe(answer);
  });
});

describe("sampleDraws", () => {
  const take = (
    seed: number,
    epoch: number,
    sample: number,
    stream: number,
    operation?: number,
  ): number[] => {
    const draw = sampleDraws(seed, epoch, sample, stream, operation);
    return Array.from({ length: 8 }, draw);
  };

  it("depends on every part of (seed, epoch, sample, stream, operation) and on nothing else", () => {
    const base = take(1, 2, 3, streams.spatial);
    expect(take(1, 2, 3, streams.spatial)).toEqual(base);
    const others = [
      take(2, 2, 3, 1),
      take(1 + 2 ** 32, 2, 3, 1),
      take(1, 3, 3, 1),
      take(1, 2, 4, 1),
      take(1, 2, 3 + 2 ** 32, 1),
      take(1, 2, 3, streams.position),
      take(1, 2, 3, streams.spatial, 1),
      take(1, 2, 3, streams.spatial, 2 ** 16 - 1),
    ];
    for (const other of others) expect(other).not.toEqual(base);
  });

  it("keeps operations apart: none meets a number of another within 10,000 draws", () => {
    const seen = new Set<number>();
    for (const operation of [0, 1, 2]) {
      const draw = sampleDraws(1, 2, 3, streams.spatial, operation);
      for (let i = 0; i < 10_000; i++) seen.add(draw());
    }
    expect(seen.size).toBe(30_000);
  });

  it("is uniform on [0, 1): mean, variance and a chi-square over 64 bins", () => {
    const n = 100_000;
    const bins = new Float64Array(64);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const u = sampleDraws(7, 0, i, 0)();
      expect(u >= 0 && u < 1).toBe(true);
      bins[Math.floor(u * 64)]!++;
      sum += u;
      squares += u * u;
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(0.005);
    expect(Math.abs(squares / n - 1 / 3)).toBeLessThan(0.005);
    const chi = bins.reduce((total, count) => total + (count - n / 64) ** 2 / (n / 64), 0);
    // 63 degrees of freedom: p = 1e-4 at 116.
    expect(chi).toBeLessThan(116);
  });
});
