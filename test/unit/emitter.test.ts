import { expect, it } from "vitest";
import { Emitter } from "../../src/emitter.js";

it("tells every listener of a name, until it is stopped", async () => {
  const emitter = new Emitter<{ full: number; empty: string }>();
  const heard: unknown[] = [];
  const stop = emitter.on("full", (bytes) => heard.push(bytes));
  emitter.on("empty", (name) => heard.push(name));
  emitter.emit("full", 1);
  expect(heard).toEqual([]);
  await Promise.resolve();
  emitter.emit("empty", "gpu");
  await Promise.resolve();
  stop();
  stop();
  emitter.emit("full", 2);
  await Promise.resolve();
  expect(heard).toEqual([1, "gpu"]);
});

it("takes one listener back at a time, also between an event and its telling", async () => {
  const emitter = new Emitter<{ full: number }>();
  const heard: number[] = [];
  const listener = (bytes: number): void => void heard.push(bytes);
  const stop = emitter.on("full", listener);
  emitter.on("full", listener);
  emitter.emit("full", 1);
  stop();
  await Promise.resolve();
  expect(heard).toEqual([1]);
});
