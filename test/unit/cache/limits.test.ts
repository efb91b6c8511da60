import { afterEach, expect, it, vi } from "vitest";
import { type BudgetEvent, LimitEvents } from "../../../src/cache/limits.js";

afterEach(() => void vi.useRealTimers());

it("tells of each tier and action at most once a second, and how often it was meanwhile", () => {
  vi.useFakeTimers();
  const events: BudgetEvent[] = [];
  const limits = new LimitEvents((event) => events.push(event));
  const full = { tier: "memory", neededBytes: 10, usedBytes: 95, maxBytes: 100 } as const;
  for (let i = 0; i < 50; i++) limits.report({ ...full, action: "evict" });
  limits.report({ ...full, action: "wait" });
  expect(events.map(({ action, times }) => [action, times])).toEqual([
    ["evict", 1],
    ["wait", 1],
  ]);
  vi.advanceTimersByTime(1000);
  limits.report({ ...full, action: "evict" });
  expect(events.at(-1)).toEqual({ ...full, action: "evict", times: 50 });
});
