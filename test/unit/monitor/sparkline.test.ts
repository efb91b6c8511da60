import { expect, it } from "vitest";
import { sparkPaths } from "../../../src/monitor/sparkline.js";

it("a sparkline has its latest value at the right edge, zero at the bottom and its top value above", () => {
  const { line, area } = sparkPaths([0, 5, 10], 5, 10);
  expect(line).toBe("M50.0,27.0L75.0,14.0L100.0,1.0");
  expect(area).toBe(`${line}L100,28L50.0,28Z`);
});

it("stays within its height, and draws nothing of nothing", () => {
  expect(sparkPaths([-5, 50, Number.NaN], 3, 10).line).toBe("M0.0,27.0L50.0,1.0L100.0,27.0");
  expect(sparkPaths([], 5, 1)).toEqual({ line: "", area: "" });
});
