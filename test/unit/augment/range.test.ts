import { describe, expect, it } from "vitest";

import {
  checkProbability,
  checkRange,
  drawRange,
  type ParameterRange,
  rangeBounds,
} from "../../../src/augment/range.js";

import { isVoxelfeedError } from "../../../src/errors.js";

import { sampleDraws } from "../../../src/math/rng.js";

const n = 100_000;

function draws(range: ParameterRange, whole?: boolean): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => drawRange(range, sampleDraws(11, 0, i, 1), whole));
}

function moments(values: Float64Array): { readonly mean: number; readonly sigma: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sigma: Math.sqrt(squares / values.length) };
}

/** The path of the error that a check throws. */
function refused(value: unknown, limits = {}): string | undefined {
  try {
    checkRange(value, "values[2].range", limits);
  } catch (error) {
    if (isVoxelfeedError(error, "invalid-option", "unknown-option")) return error.path;
    throw error;
  }
  return undefined;
}

describe("checkRange", () => {
  it("takes the four forms as they are", () => {
    for (const range of [
      3,
      [1, 2],
      [2, 2],
      { choice: [1, 5] },
      { normal: { mean: 0, sigma: 2 } },
      { normal: { mean: 0, sigma: 2, clip: [-1, 1] } },
    ]) {
      expect(checkRange(range, "p")).toEqual(range);
    }
  });

  it("refuses what is no range, reversed or without an end, and says where", () => {
    for (const value of [undefined, "1", null, Number.NaN, [2, 1], [1], [1, Number.POSITIVE_INFINITY], {}]) {
      expect(refused(value)).toBe("values[2].range");
    }
    expect(refused({ choice: [] })).toBe("values[2].range.choice");
    expect(refused({ choise: [1] })).toBe("values[2].range.choise");
    expect(refused({ choice: [1], normal: { mean: 0, sigma: 1 } })).toBe("values[2].range");
    expect(refused({ normal: { mean: 0, sigma: -1 } })).toBe("values[2].range.normal.sigma");
    expect(refused({ normal: { sigma: 1 } })).toBe("values[2].range.normal.mean");
    expect(refused({ normal: { mean: 0, sigma: 1, clip: [1, -1] } })).toBe("values[2].range.normal.clip");
  });

  it("holds every form to its limits, and a normal to a clip within them", () => {
    const limits = { min: 0, max: 1 };
    for (const value of [-0.1, [0, 1.1], { choice: [0.5, 2] }]) expect(refused(value, limits)).toBeDefined();
    expect(refused({ normal: { mean: 0.5, sigma: 1 } }, limits)).toBe("values[2].range.normal.clip");
    expect(refused({ normal: { mean: 0.5, sigma: 1, clip: [0, 1] } }, limits)).toBeUndefined();
    expect(refused(0, { above: 0 })).toBeDefined();
    expect(refused([1, 2.5], { whole: true })).toBeDefined();
  });

  it("says what was expected and what came", () => {
    expect(() => checkRange([3, 2], "rotate.axes.z", { unit: "degrees" })).toThrow(
      "rotate.axes.z must be [lo, hi] with lo ≤ hi (in degrees), got [3,2].",
    );
  });
});

describe("drawRange", () => {
  it("is uniform in [lo, hi]: range, mean, σ and a chi-square over 50 bins", () => {
    const values = draws([-2, 6]);
    const { mean, sigma } = moments(values);
    expect(Math.abs(mean - 2)).toBeLessThan(0.04);
    expect(Math.abs(sigma - 8 / Math.sqrt(12))).toBeLessThan(0.02);
    const bins = new Float64Array(50);
    for (const value of values) {
      expect(value >= -2 && value <= 6).toBe(true);
      bins[Math.floor(((value + 2) / 8) * 50)]!++;
    }
    // 49 degrees of freedom: p = 1e-4 at 97.
    expect(bins.reduce((sum, count) => sum + (count - n / 50) ** 2 / (n / 50), 0)).toBeLessThan(97);
  });

  it("gives every choice and every whole number equally often, both ends included", () => {
    for (const values of [draws({ choice: [1, 2, 3, 4] }), draws([1, 4], true)]) {
      for (const value of [1, 2, 3, 4]) {
        const count = values.filter((each) => each === value).length;
        expect(Math.abs(count - n / 4)).toBeLessThan(690);
      }
    }
  });

  it("is normal with the stated mean and σ: moments, tails and the 68 % within one σ", () => {
    const values = draws({ normal: { mean: 5, sigma: 2 } });
    const { mean, sigma } = moments(values);
    expect(Math.abs(mean - 5)).toBeLessThan(0.03);
    expect(Math.abs(sigma - 2)).toBeLessThan(0.025);
    const within = (k: number) => values.filter((value) => Math.abs(value - 5) < 2 * k).length / n;
    expect(Math.abs(within(1) - 0.6827)).toBeLessThan(0.0075);
    expect(Math.abs(within(2) - 0.9545)).toBeLessThan(0.0035);
    const skew = values.reduce((sum, value) => sum + ((value - 5) / 2) ** 3, 0) / n;
    expect(Math.abs(skew)).toBeLessThan(0.04);
  });

  it("ends a normal at its clip, and bounds every draw", () => {
    const range: ParameterRange = { normal: { mean: 0, sigma: 1, clip: [-0.5, 2] } };
    expect(rangeBounds(range)).toEqual([-0.5, 2]);
    const values = draws(range);
    expect(Math.min(...values.subarray(0, 1000))).toBe(-0.5);
    expect(values.every((value) => value >= -0.5 && value <= 2)).toBe(true);
    expect(rangeBounds({ choice: [3, 1, 2] })).toEqual([1, 3]);
    expect(rangeBounds(4)).toEqual([4, 4]);
    const [lo, hi] = rangeBounds({ normal: { mean: 1, sigma: 1 } });
    expect([lo, hi]).toEqual([1 - Math.sqrt(106 * Math.LN2), 1 + Math.sqrt(106 * Math.LN2)]);
    expect(drawRange({ normal: { mean: 1, sigma: 1 } }, () => 1 - 2 ** -53)).toBeLessThanOrEqual(hi);
  });

  it("takes two draws whatever the form", () => {
    for (const range of [1, [0, 1], { choice: [1] }, { normal: { mean: 0, sigma: 1 } }] as ParameterRange[]) {
      let count = 0;
      drawRange(range, () => {
        count++;
        return 0.5;
      });
      expect(count).toBe(2);
    }
  });
});

it("a probability is a number from 0 to 1, and 1 when absent", () => {
  expect(checkProbability(undefined, "p")).toBe(1);
  expect(checkProbability(0.25, "p")).toBe(0.25);
  for (const value of [-0.1, 1.1, "1", Number.NaN])
    expect(() => checkProbability(value, "x.p")).toThrow("x.p");
});
