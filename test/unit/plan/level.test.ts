import { expect, it } from "vitest";
import { chooseLevel } from "../../../src/plan/level.js";

const pyramid = [
  [10, 10, 10],
  [20, 20, 20],
  [40, 40, 40],
] as const;

it.each([
  [[10, 10, 10], 0],
  [[5, 5, 5], 0],
  [[19.7, 20, 20], 0],
  [[19.81, 20, 20], 1],
  [[20, 20, 20], 1],
  [[39, 100, 100], 1],
  [[1000, 1000, 1000], 2],
] as const)("for target %j takes level %i", (target, level) => {
  expect(chooseLevel(pyramid, target)).toBe(level);
});
