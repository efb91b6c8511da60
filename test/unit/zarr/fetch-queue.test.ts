import { expect, test } from "vitest";
import { FetchQueue, requestLimit } from "../../../src/zarr/fetch-queue.js";

test("an origin's limit follows its protocol", () => {
  expect(["http/1.1", "h2", "h3", "h3-29", ""].map(requestLimit)).toEqual([8, 64, 64, 64, 16]);
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
