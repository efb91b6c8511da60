import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Patience, patienceMs } from "../../../src/cache/disk/patience.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("gives what comes in time, and passes failures on", async () => {
  const patience = new Patience();
  const late = vi.fn();
  expect(await patience.waitFor(Promise.resolve(7), late)).toBe(7);
  await expect(patience.waitFor(Promise.reject(new Error("refused")), late)).rejects.toThrow("refused");
  await vi.advanceTimersByTimeAsync(2 * patienceMs);
  expect(late).not.toHaveBeenCalled();
  expect(patience.isOver).toBe(false);
});

it.each(["answers", "fails"] as const)("gives up what takes too long, until it %s after all", async (end) => {
  const patience = new Patience();
  const late = vi.fn();
  let settle = (): void => {};
  const work = new Promise<number>((resolve, reject) => {
    settle = () => (end === "answers" ? resolve(7) : reject(new Error("refused")));
  });
  const waiting = patience.waitFor(work, late);
  await vi.advanceTimersByTimeAsync(patienceMs - 1);
  expect(patience.isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await waiting).toBeNull();
  expect(late).toHaveBeenCalledOnce();
  expect(patience.isOver).toBe(true);
  settle();
  await vi.advanceTimersByTimeAsync(0);
  expect(patience.isOver).toBe(false);
});
