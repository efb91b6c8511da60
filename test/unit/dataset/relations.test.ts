import { describe, expect, it } from "vitest";
import { checkRelations, planInference } from "../../../src/dataset/relations.js";
import { isVoxelfeedError } from "../../../src/errors.js";

describe("planInference", () => {
  it("names the further classes to read, and who excludes whom by their numbers", () => {
    expect(planInference(["a", "b", "c"], { a: ["b", "x"], c: ["y", "x", "x"], q: ["z"] })).toEqual({
      hidden: ["x", "y"],
      exclusive: [[1, 3], [], [4, 3]],
    });
  });
});

it.each([
  [[], "classRelations"],
  [{ a: "b" }, "classRelations.a"],
  [{ a: ["a"] }, "classRelations.a"],
])("checkRelations refuses %j", (relations, path) => {
  let error: unknown;
  try {
    checkRelations(relations as never, "classRelations");
  } catch (caught) {
    error = caught;
  }
  expect(isVoxelfeedError(error, "invalid-option") && error.path).toBe(path);
});
