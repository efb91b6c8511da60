/** When a worker is given up: by ticks that were run, never by the clock. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Watch, type WatchFinding } from "../../../src/pool/watch.js";

const deadlines = { startMs: 5000, decodeMs: 3000, silenceMs: 4000 };
const tickMs = 300;

let found: WatchFinding[];
let answers: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  found = [];
  answers = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function watch(): Watch {
  const ping = () => new Promise<void>((resolve) => void answers.push(resolve));
  return new Watch(deadlines, ping, (finding) => found.push(finding));
}

/** Lets the page live, with a worker that answers every sign of life at once. */
async function live(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += tickMs) {
    await vi.advanceTimersByTimeAsync(tickMs);
    for (const answer of answers.splice(0)) answer();
    await vi.advanceTimersByTimeAsync(0);
  }
}

it("gives up a worker that does not start, after its deadline and not before", async () => {
  watch();
  await vi.advanceTimersByTimeAsync(deadlines.startMs);
  expect(found).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * tickMs);
  expect(found).toEqual([{ message: "A worker did not start within 5000 ms", call: null }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(found.length).toBe(1);
});

it("leaves a worker alone that answers, however long its call takes, and rests when nothing is asked", async () => {
  const watching = watch();
  watching.started();
  expect(vi.getTimerCount()).toBe(0);
  const answered = watching.call();
  await live(60_000);
  expect(found).toEqual([]);
  answered();
  expect(vi.getTimerCount()).toBe(0);
});

it("gives up a worker that has work and falls silent", async () => {
  const watching = watch();
  watching.started();
  watching.call();
  await live(10_000);
  await vi.advanceTimersByTimeAsync(deadlines.silenceMs + 3 * tickMs);
  expect(found).toEqual([{ message: "A worker was silent for 4000 ms", call: null }]);
});

it("names the load whose chunk is not decoded; the next one has its own deadline", async () => {
  const watching = watch();
  watching.started();
  const first = watching.call(7);
  watching.call(8);
  watching.decodes(7);
  await live(2400);
  first();
  watching.decodes(8);
  await live(2400);
  expect(found).toEqual([]);
  await live(900);
  expect(found).toEqual([{ message: "A chunk was not decoded within 3000 ms", call: 8 }]);
});

it("does not count a sign that comes after the answer to its load", async () => {
  const watching = watch();
  watching.started();
  watching.call();
  watching.call(7)();
  watching.decodes(7);
  await live(60_000);
  expect(found).toEqual([]);
});

it("lets no time pass while the page is frozen: hours on the clock are one tick", async () => {
  const watching = watch();
  watching.started();
  watching.call(7);
  watching.decodes(7);
  await live(1500);
  // A frozen page runs no timers; its clock goes on.
  vi.setSystemTime(Date.now() + 5 * 3_600_000);
  await vi.advanceTimersByTimeAsync(tickMs);
  expect(found).toEqual([]);
});
