/** What is looked at goes first: reads of different urgency that compete for one worker and few connections. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Engine, type Image, openImage } from "../../../src/index.js";
import { behave, rawVolume, serve } from "../../helpers/volumes.js";

let engine: Engine;
let image: Image;

beforeAll(async () => {
  engine = new Engine({ backend: "cpu", workers: 1, budget: { disk: 0 } });
  const url = await serve({ ...rawVolume, shape: [64, 64, 64], chunk: [8, 8, 8], levels: 1 });
  image = await openImage(url, { engine });
  await behave(url, { latencyMs: 20 });
});

afterAll(() => engine.dispose());

/** Reads the cube of one chunk. */
const read = (chunk: number, priority: "visible" | "prefetch" | "background") => {
  const [z, y, x] = [chunk >> 6, (chunk >> 3) & 7, chunk & 7];
  const center = [z, y, x].map((i) => (8 * i + 3.5) * 10) as unknown as readonly [number, number, number];
  return image.read({ center, shape: [8, 8, 8], scale: [10, 10, 10] }, { priority });
};

test("a visible read overtakes the background reads that wait, and those of prefetch do too", async () => {
  const order: string[] = [];
  const track = (name: string, done: Promise<unknown>) => done.then(() => order.push(name));
  const background = Array.from({ length: 120 }, (_, i) => track("background", read(i, "background")));
  const prefetch = Array.from({ length: 20 }, (_, i) => track("prefetch", read(200 + i, "prefetch")));
  const visible = track("visible", read(511, "visible"));
  await Promise.all([...background, ...prefetch, visible]);
  expect(order.indexOf("visible")).toBeLessThan(40);
  expect(order.lastIndexOf("prefetch")).toBeLessThan(order.lastIndexOf("background"));
  // All prefetch reads came after 120 background ones were asked for; most of those still waited.
  const before = order.slice(0, order.lastIndexOf("prefetch")).filter((name) => name === "background");
  expect(before.length).toBeLessThan(80);
});

test("an unknown priority is refused", async () => {
  const center = [0, 0, 0] as const;
  const options = { priority: "urgent" as "visible" };
  const reading = image.read({ center, shape: [8, 8, 8], scale: [10, 10, 10] }, options);
  await expect(reading).rejects.toMatchObject({ code: "invalid-option" });
});
