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

it("lets the more urgent go first, equals in order of asking", async () => {
  const budget = new Budget(8, "budget.memory");
  const first = await budget.take(8);
  const order: string[] = [];
  const take = async (priority: "visible" | "training" | "background", label: string) => {
    const release = await budget.take(4, undefined, priority);
    order.push(label);
    release();
  };
  const all = [
    take("background", "background"),
    take("training", "training 1"),
    take("training", "training 2"),
    take("visible", "visible"),
  ];
  first();
  await Promise.all(all);
  expect(order).toEqual(["visible", "training 1", "training 2", "background"]);
});

it("keeps a last part free for what is more urgent", async () => {
  const budget = new Budget(8, "budget.memory");
  const training = await budget.take(7, undefined, "training");
  expect(await settled(budget.take(1, undefined, "training"))).toBe(false);
  const visible = await budget.take(1, undefined, "visible");
  visible();
  training();
});

it("admits what needs the whole when nothing else is out, whatever its share", async () => {
  const budget = new Budget(8, "budget.memory");
  const release = await budget.take(8, undefined, "background");
  expect(budget.used).toBe(8);
  release();
});

it("admits more as soon as it grows, and less once it has shrunk", async () => {
  const budget = new Budget(2, "requests");
  const first = await budget.take(2);
  const second = budget.take(1);
  expect(await settled(second)).toBe(false);
  budget.resize(4);
  (await second)();
  budget.resize(1);
  expect(await settled(budget.take(1))).toBe(false);
  first();
});
