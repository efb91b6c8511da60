import { describe, expect, it } from "vitest";
import { gamma } from "../../../src/cpu/values/intensity.js";
import { Tabulated } from "../../../src/cpu/values/tabulated.js";
import { normalOf } from "../../../src/math/normal.js";

describe("Tabulated", () => {
  it("is the function at its steps, within h² / 8 · max |f''| between them, and the function itself beyond", () => {
    const table = new Tabulated(Math.sin, [0, 2], 64);
    for (let i = 0; i < 64; i++) expect(table.at(i / 32)).toBe(Math.sin(i / 32));
    for (let i = 0; i < 1000; i++) {
      expect(Math.abs(table.at(i / 500) - Math.sin(i / 500))).toBeLessThanOrEqual((1 / 32) ** 2 / 8);
    }
    for (const x of [-1e-9, -3, 2, 17]) expect(table.at(x)).toBe(Math.sin(x));
    expect(table.at(Number.NaN)).toBeNaN();
  });
});

it("a table of normal quantiles is within 1e-6 of them, where nine of ten uniform numbers lie", () => {
  const table = new Tabulated(normalOf, [-0.9, 0.9], 4096);
  for (let i = 0; i <= 100_000; i++) {
    const x = -0.9 + (1.8 * i) / 100_000;
    if (Math.abs(table.at(x) - normalOf(x)) >= 1e-6) throw new Error(`at ${x}`);
  }
});

describe("gamma", () => {
  it("is within 1e-6 of the power for exponents from 0.25 to 4, below 0 and above 1 too", () => {
    for (const exponent of [0.25, 0.5, 0.75, 1, 1.33, 2, 4]) {
      const values = Float64Array.from({ length: 4001 }, (_, i) => (i - 1000) / 2000);
      const row = values.slice();
      gamma(0, 1, exponent)({ row, from: 0, to: row.length, z: 0, y: 0, x: 0 });
      const worst = Math.max(...values.map((v, i) => Math.abs(row[i]! - Math.max(v, 0) ** exponent)));
      expect(worst).toBeLessThan(1e-6);
    }
  });
});
