import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { permutation } from "../../../src/math/permutation.js";
import { sampleDraws } from "../../../src/math/rng.js";

const keyed = (length: number, key: number) => permutation(length, sampleDraws(key, 0, 0, 0));

describe("permutation", () => {
  it.each([1, 2, 3, 97, 1000, 10 ** 6 + 3])("visits each of %i indices once", (length) => {
    const place = keyed(length, 11);
    const seen = new Uint8Array(length);
    for (let i = 0; i < length; i++) seen[place(i)]!++;
    expect(seen.every((count) => count === 1)).toBe(true);
  });

  it("is a bijection into the range for any length up to 2^53", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.nat(), (length, key) => {
        const place = keyed(length, key);
        const from = Array.from({ length: Math.min(length, 50) }, (_, i) => length - 1 - i);
        const to = from.map(place);
        expect(new Set(to).size).toBe(from.length);
        for (const index of to)
          expect(Number.isSafeInteger(index) && index >= 0 && index < length).toBe(true);
      }),
    );
  });

  it("takes as long for 2^53 as for 2^20, and needs no memory", () => {
    const time = (length: number): number => {
      const place = keyed(length, 3);
      const start = performance.now();
      let sum = 0;
      for (let i = 0; i < 200_000; i++) sum += place(length - 1 - i);
      expect(sum).toBeGreaterThan(0);
      return performance.now() - start;
    };
    time(2 ** 20);
    expect(time(2 ** 53)).toBeLessThan(20 * time(2 ** 20) + 50);
    const place = keyed(2 ** 53, 3);
    expect(place(2 ** 53 - 1)).toBeGreaterThan(0);
  });

  it("depends on its key", () => {
    const orders = [0, 1, 2, 2 ** 40].map((key) =>
      Array.from({ length: 50 }, (_, i) => keyed(97, key)(i)).join(),
    );
    expect(new Set(orders).size).toBe(4);
  });

  it.each([2, 3, 4, 5, 7, 10, 64])(
    "puts each of %i indices at each place equally often over keys",
    (length) => {
      const keys = 4000;
      const counts = new Float64Array(length * length);
      for (let key = 0; key < keys; key++) {
        const place = keyed(length, key);
        for (let i = 0; i < length; i++) counts[i * length + place(i)]!++;
      }
      const expected = keys / length;
      const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // A doubly stochastic table has (length − 1)² degrees of freedom; four standard deviations above the mean.
      const freedom = (length - 1) ** 2;
      expect(chi).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom) + 12);
    },
  );

  it("spreads neighbours over the range: pairs of places fill a 16 × 16 table evenly", () => {
    const length = 2 ** 40 + 15;
    const place = keyed(length, 5);
    const table = new Float64Array(256);
    const n = 100_000;
    for (let i = 0; i < n; i++) {
      const cell = (index: number): number => Math.floor((place(index) / length) * 16);
      table[cell(2 * i) * 16 + cell(2 * i + 1)]!++;
    }
    const chi = table.reduce((sum, count) => sum + (count - n / 256) ** 2 / (n / 256), 0);
    // 255 degrees of freedom: p = 1e-4 at 347.
    expect(chi).toBeLessThan(347);
  });

  it("makes all orders of three indices equally likely", () => {
    const counts = new Map<string, number>();
    for (let key = 0; key < 12_000; key++) {
      const place = keyed(3, key);
      const order = `${place(0)}${place(1)}${place(2)}`;
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // 5 degrees of freedom: p = 1e-4 at 25.7.
    expect(chi).toBeLessThan(25.7);
  });
});
