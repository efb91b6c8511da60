import { describe, expect, it } from "vitest";
import { median, rotated, roundRatios } from "../../../bench/runner/statistics.mjs";

describe("median", () => {
  it("is the middle value, or the mean of the two in the middle, in numeric order", () => {
    expect(median([10, 9, 100])).toBe(10);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });
});

describe("roundRatios", () => {
  it("compares round by round, above 1 when better", () => {
    expect(roundRatios([10, 30], [5, 10], "patches/s")).toEqual([2, 3]);
    expect(roundRatios([10, 30], [5, 60], "ms")).toEqual([0.5, 2]);
    expect(roundRatios([10], [20], "ms per batch")).toEqual([2]);
  });

  it("leaves out rounds that one of the two did not finish", () => {
    expect(roundRatios([10, null, 40], [5, 5, null], "patches/s")).toEqual([2]);
    expect(roundRatios([10], [], "patches/s")).toEqual([]);
  });
});

describe("rotated", () => {
  it("lets every contender come first once", () => {
    const orders = [0, 1, 2, 3].map((round) => rotated(["a", "b", "c"], round).join(""));
    expect(orders).toEqual(["abc", "bca", "cab", "abc"]);
  });

  it("leaves an empty list empty", () => {
    expect(rotated([], 2)).toEqual([]);
  });
});
