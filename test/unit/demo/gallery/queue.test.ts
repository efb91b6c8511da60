import { expect, it } from "vitest";
import { Queue } from "../../../../demo/gallery/queue.js";

/** A queue of strings that notes what it does, and is held at its first piece until released. */
function heldQueue() {
  const done: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const queue = new Queue<string>();
  queue.add("held", () => held);
  const work = (name: string) => async (): Promise<void> => void done.push(name);
  const finish = async (): Promise<string[]> => {
    release();
    await new Promise((resolve) => setTimeout(resolve));
    return done;
  };
  return { queue, work, finish };
}

it("works one piece at a time, in order", async () => {
  const { queue, work, finish } = heldQueue();
  queue.add("a", work("a"));
  queue.add("b", work("b"));
  expect(await finish()).toEqual(["a", "b"]);
});

it("does the newest work of an owner, once, and what comes first before all others", async () => {
  const { queue, work, finish } = heldQueue();
  queue.add("a", work("a"));
  queue.add("b", work("b"));
  queue.add("b", work("b again"), "first");
  expect(await finish()).toEqual(["b again", "a"]);
});

it("forgets what was removed", async () => {
  const { queue, work, finish } = heldQueue();
  queue.add("a", work("a"));
  queue.add("b", work("b"));
  expect(queue.remove("a")).toBe(true);
  expect(queue.remove("a")).toBe(false);
  expect(await finish()).toEqual(["b"]);
});
