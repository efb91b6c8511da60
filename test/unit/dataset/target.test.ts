import { expect, it } from "vitest";
import { parseTarget } from "../../../src/dataset/target.js";

it("splits a target into group and classes", () => {
  expect(parseTarget("http://h/crop1/[a, b]")).toEqual({ root: "http://h/crop1", classes: ["a", "b"] });
  expect(parseTarget("http://h/crop1/[a]?sig=1")).toEqual({ root: "http://h/crop1?sig=1", classes: ["a"] });
  expect(parseTarget("http://h/crop1")).toEqual({ root: "http://h/crop1", classes: null });
  expect(() => parseTarget("http://h/[]")).toThrow(/at least one class/);
  expect(() => parseTarget("http://h/[a]/b")).toThrow(/bracketed list/);
});
