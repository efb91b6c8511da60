import { afterEach, expect, test, vi } from "vitest";
import { FetchQueue, requestLimit } from "../../../src/zarr/fetch-queue.js";

afterEach(() => {
  vi.useRealTimers();
});

test("an origin's limit follows its protocol", () => {
  expect(["http/1.1", "h2", "h3", "h3-29", ""].map(requestLimit)).toEqual([10, 64, 64, 64, 16]);
});

test("origins do not wait for each other, and the most urgent of one goes first", async () => {
  const queue = new FetchQueue(8);
  const first = [await queue.enter("http://a/1", "visible"), await queue.enter("http://a/2", "visible")];
  const order: string[] = [];
  const enter = async (url: string, priority: "visible" | "training" | "background", label: string) => {
    const leave = await queue.enter(url, priority);
    order.push(label);
    leave();
  };
  const waiting = [
    enter("http://a/3", "background", "background"),
    enter("http://a/4", "training", "training"),
    enter("http://a/5", "visible", "visible"),
  ];
  await enter("http://b/1", "background", "other origin");
  for (const leave of first) leave();
  await Promise.all(waiting);
  expect(order).toEqual(["other origin", "visible", "training", "background"]);
});

test("while someone looks, and a while after, others begin one by one and rest; at another origin they do not", async () => {
  vi.useFakeTimers();
  const queue = new FetchQueue(2);
  const begun: (() => void)[] = [];
  const train = (url: string): void => {
    queue.enter(url, "training").then((leave) => void begun.push(leave));
  };
  const settle = async (ms = 0): Promise<number> => {
    await vi.advanceTimersByTimeAsync(ms);
    return begun.length;
  };
  train("http://a/1");
  expect(await settle()).toBe(1);
  const looked = await queue.enter("http://a/2", "visible");
  for (let i = 3; i < 8; i++) train(`http://a/${i}`);
  expect(await settle()).toBe(1);
  await settle(10);
  begun[0]!();
  // It rests for as long as it took.
  expect(await settle(9)).toBe(1);
  expect(await settle(1)).toBe(2);
  await settle(1000);
  begun[1]!();
  expect(await settle(24)).toBe(2);
  expect(await settle(1)).toBe(3);
  train("http://b/1");
  train("http://b/2");
  expect(await settle()).toBe(5);
  looked();
  looked();
  expect(await settle(499)).toBe(5);
  expect(await settle(1)).toBe(8);
});

test("who gives up waiting does not look any more", async () => {
  vi.useFakeTimers();
  const queue = new FetchQueue(8);
  const [one, two] = [
    await queue.enter("http://a/1", "training"),
    await queue.enter("http://a/2", "visible"),
  ];
  const controller = new AbortController();
  const waiting = queue.enter("http://a/3", "visible", controller.signal).catch((error: unknown) => error);
  controller.abort("enough");
  expect(await waiting).toBe("enough");
  two();
  const next = queue.enter("http://a/4", "training");
  await vi.advanceTimersByTimeAsync(500);
  one();
  (await next)();
});
