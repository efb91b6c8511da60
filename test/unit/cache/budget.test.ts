import { expect, it } from "vitest";
import { Budget } from "../../../src/cache/budget.js";
import { isVoxelfeedError } from "../../../src/errors.js";

const settled = async (promise: Promise<unknown>): Promise<boolean> =>
  await Promise.race([promise.then(() => true), new Promise<boolean>((r) => setTimeout(() => r(false), 5))]);

it("admits in order of asking; a large request is not overtaken", async () => {
  const budget = new Budget(10, "budget.memory");
  const first = await budget.take(8);
  const large = budget.take(9);
  const small = budget.take(1);
  expect(await settled(large)).toBe(false);
  expect(await settled(small)).toBe(false);
  first();
  (await large)();
  (await small)();
  expect([budget.used, budget.peak]).toEqual([0, 10]);
});

it("refuses at once what exceeds the whole, naming the option to raise", async () => {
  const budget = new Budget(10, "budget.memory");
  const error = await budget.take(11).catch((caught: unknown) => caught);
  expect(isVoxelfeedError(error, "budget")).toBe(true);
  expect((error as Error).message).toContain("Raise budget.memory");
});

it("lets a waiter leave with its own reason, and lets the next one in", async () => {
  const budget = new Budget(10, "budget.memory");
  const first = await budget.take(5);
  const abort = new AbortController();
  const large = budget.take(9, abort.signal);
  const small = budget.take(3);
  abort.abort("enough");
  await expect(large).rejects.toBe("enough");
  (await small)();
  first();
  first();
  expect(budget.used).toBe(0);
});
