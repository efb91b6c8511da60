import { expect, it } from "vitest";
import { checkKeys, nearestName, positiveVec3 } from "../../src/options.js";

it("names the nearest known option", () => {
  expect(() => checkKeys({ batchsize: 4 }, ["batchSize", "seed"], "the options")).toThrow(
    /Unknown option "batchsize" in the options. Did you mean "batchSize"\?/,
  );
  expect(() => checkKeys({ zzzzzzzz: 4 }, ["batchSize", "seed"], "")).toThrow(/Known: batchSize, seed/);
  expect(nearestName("membran", ["membrane", "mito"])).toBe("membrane");
});

it.each([[0, 1, 1], [Number.NaN, 1, 1], [1, 1], "8", null, [1, 1, "1"], [1, 1, Infinity]])(
  "refuses %j as a scale, saying what came",
  (value) => {
    expect(() => positiveVec3(value, "inputArrays.raw.scale", "nm")).toThrow(/inputArrays.raw.scale must be/);
  },
);
