ParameterRange = |import { describe, expect, it } from "vitest";

ParameterRange = |import {
ParameterRange = |  checkProbability,
ParameterRange = |  checkRange,
ParameterRange = |  drawRange,
ParameterRange = |  type ParameterRange,
ParameterRange = |  rangeBounds,
ParameterRange = |} from "../../../src/augment/range.js";

ParameterRange = |import { isVoxelfeedError } from "../../../src/errors.js";

ParameterRange = |import { sampleDraws } from "../../../src/math/rng.js";

ParameterRange = |
ParameterRange = |const n = 100_000;
ParameterRange = |
ParameterRange = |function draws(range: ParameterRange, whole?: boolean): Float64Array {
ParameterRange = |  return Float64Array.from({ length: n }, (_, i) => drawRange(range, sampleDraws(11, 0, i, 1), whole));
ParameterRange = |}
ParameterRange = |
ParameterRange = |function moments(values: Float64Array): { readonly mean: number; readonly sigma: number } {
ParameterRange = |  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
ParameterRange = |  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
ParameterRange = |  return { mean, sigma: Math.sqrt(squares / values.length) };
ParameterRange = |}
ParameterRange = |
ParameterRange = |/** The path of the error that a check throws. */
ParameterRange = |function refused(value: unknown, limits = {}): string | undefined {
ParameterRange = |  try {
ParameterRange = |    checkRange(value, "values[2].range", limits);
ParameterRange = |  } catch (error) {
ParameterRange = |    if (isVoxelfeedError(error, "invalid-option", "unknown-option")) return error.path;
ParameterRange = |    throw error;
ParameterRange = |  }
ParameterRange = |  return undefined;
ParameterRange = |}
ParameterRange = |
ParameterRange = |describe("checkRange", () => {
ParameterRange = |  it("takes the four forms as they are", () => {
ParameterRange = |    for (const range of [
ParameterRange = |      3,
ParameterRange = |      [1, 2],
ParameterRange = |      [2, 2],
ParameterRange = |      { choice: [1, 5] },
ParameterRange = |      { normal: { mean: 0, sigma: 2 } },
ParameterRange = |      { normal: { mean: 0, sigma: 2, clip: [-1, 1] } },
ParameterRange = |    ]) {
ParameterRange = |      expect(checkRange(range, "p")).toEqual(range);
ParameterRange = |    }
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("refuses what is no range, reversed or without an end, and says where", () => {
ParameterRange = |    for (const value of [undefined, "1", null, Number.NaN, [2, 1], [1], [1, Number.POSITIVE_INFINITY], {}]) {
ParameterRange = |      expect(refused(value)).toBe("values[2].range");
ParameterRange = |    }
ParameterRange = |    expect(refused({ choice: [] })).toBe("values[2].range.choice");
ParameterRange = |    expect(refused({ choise: [1] })).toBe("values[2].range.choise");
ParameterRange = |    expect(refused({ choice: [1], normal: { mean: 0, sigma: 1 } })).toBe("values[2].range");
ParameterRange = |    expect(refused({ normal: { mean: 0, sigma: -1 } })).toBe("values[2].range.normal.sigma");
ParameterRange = |    expect(refused({ normal: { sigma: 1 } })).toBe("values[2].range.normal.mean");
ParameterRange = |    expect(refused({ normal: { mean: 0, sigma: 1, clip: [1, -1] } })).toBe("values[2].range.normal.clip");
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("holds every form to its limits, and a normal to a clip within them", () => {
ParameterRange = |    const limits = { min: 0, max: 1 };
ParameterRange = |    for (const value of [-0.1, [0, 1.1], { choice: [0.5, 2] }]) expect(refused(value, limits)).toBeDefined();
ParameterRange = |    expect(refused({ normal: { mean: 0.5, sigma: 1 } }, limits)).toBe("values[2].range.normal.clip");
ParameterRange = |    expect(refused({ normal: { mean: 0.5, sigma: 1, clip: [0, 1] } }, limits)).toBeUndefined();
ParameterRange = |    expect(refused(0, { above: 0 })).toBeDefined();
ParameterRange = |    expect(refused([1, 2.5], { whole: true })).toBeDefined();
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("says what was expected and what came", () => {
ParameterRange = |    expect(() => checkRange([3, 2], "rotate.axes.z", { unit: "degrees" })).toThrow(
ParameterRange = |      "rotate.axes.z must be [lo, hi] with lo ≤ hi (in degrees), got [3,2].",
ParameterRange = |    );
ParameterRange = |  });
ParameterRange = |});
ParameterRange = |
ParameterRange = |describe("drawRange", () => {
ParameterRange = |  it("is uniform in [lo, hi]: range, mean, σ and a chi-square over 50 bins", () => {
ParameterRange = |    const values = draws([-2, 6]);
ParameterRange = |    const { mean, sigma } = moments(values);
ParameterRange = |    expect(Math.abs(mean - 2)).toBeLessThan(0.04);
ParameterRange = |    expect(Math.abs(sigma - 8 / Math.sqrt(12))).toBeLessThan(0.02);
ParameterRange = |    const bins = new Float64Array(50);
ParameterRange = |    for (const value of values) {
ParameterRange = |      expect(value >= -2 && value <= 6).toBe(true);
ParameterRange = |      bins[Math.floor(((value + 2) / 8) * 50)]!++;
ParameterRange = |    }
ParameterRange = |    // 49 degrees of freedom: p = 1e-4 at 97.
ParameterRange = |    expect(bins.reduce((sum, count) => sum + (count - n / 50) ** 2 / (n / 50), 0)).toBeLessThan(97);
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("gives every choice and every whole number equally often, both ends included", () => {
ParameterRange = |    for (const values of [draws({ choice: [1, 2, 3, 4] }), draws([1, 4], true)]) {
ParameterRange = |      for (const value of [1, 2, 3, 4]) {
ParameterRange = |        const count = values.filter((each) => each === value).length;
ParameterRange = |        expect(Math.abs(count - n / 4)).toBeLessThan(690);
ParameterRange = |      }
ParameterRange = |    }
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("is normal with the stated mean and σ: moments, tails and the 68 % within one σ", () => {
ParameterRange = |    const values = draws({ normal: { mean: 5, sigma: 2 } });
ParameterRange = |    const { mean, sigma } = moments(values);
ParameterRange = |    expect(Math.abs(mean - 5)).toBeLessThan(0.03);
ParameterRange = |    expect(Math.abs(sigma - 2)).toBeLessThan(0.025);
ParameterRange = |    const within = (k: number) => values.filter((value) => Math.abs(value - 5) < 2 * k).length / n;
ParameterRange = |    expect(Math.abs(within(1) - 0.6827)).toBeLessThan(0.0075);
ParameterRange = |    expect(Math.abs(within(2) - 0.9545)).toBeLessThan(0.0035);
ParameterRange = |    const skew = values.reduce((sum, value) => sum + ((value - 5) / 2) ** 3, 0) / n;
ParameterRange = |    expect(Math.abs(skew)).toBeLessThan(0.04);
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("ends a normal at its clip, and bounds every draw", () => {
ParameterRange = |    const range: ParameterRange = { normal: { mean: 0, sigma: 1, clip: [-0.5, 2] } };
ParameterRange = |    expect(rangeBounds(range)).toEqual([-0.5, 2]);
ParameterRange = |    const values = draws(range);
ParameterRange = |    expect(Math.min(...values.subarray(0, 1000))).toBe(-0.5);
ParameterRange = |    expect(values.every((value) => value >= -0.5 && value <= 2)).toBe(true);
ParameterRange = |    expect(rangeBounds({ choice: [3, 1, 2] })).toEqual([1, 3]);
ParameterRange = |    expect(rangeBounds(4)).toEqual([4, 4]);
ParameterRange = |    const [lo, hi] = rangeBounds({ normal: { mean: 1, sigma: 1 } });
ParameterRange = |    expect([lo, hi]).toEqual([1 - Math.sqrt(106 * Math.LN2), 1 + Math.sqrt(106 * Math.LN2)]);
ParameterRange = |    expect(drawRange({ normal: { mean: 1, sigma: 1 } }, () => 1 - 2 ** -53)).toBeLessThanOrEqual(hi);
ParameterRange = |  });
ParameterRange = |
ParameterRange = |  it("takes two draws whatever the form", () => {
ParameterRange = |    for (const range of [1, [0, 1], { choice: [1] }, { normal: { mean: 0, sigma: 1 } }] as ParameterRange[]) {
ParameterRange = |      let count = 0;
ParameterRange = |      drawRange(range, () => {
ParameterRange = |        count++;
ParameterRange = |        return 0.5;
ParameterRange = |      });
ParameterRange = |      expect(count).toBe(2);
ParameterRange = |    }
ParameterRange = |  });
ParameterRange = |});
ParameterRange = |
ParameterRange = |it("a probability is a number from 0 to 1, and 1 when absent", () => {
ParameterRange = |  expect(checkProbability(undefined, "p")).toBe(1);
ParameterRange = |  expect(checkProbability(0.25, "p")).toBe(0.25);
ParameterRange = |  for (const value of [-0.1, 1.1, "1", Number.NaN])
ParameterRange = |    expect(() => checkProbability(value, "x.p")).toThrow("x.p");
ParameterRange = |});
