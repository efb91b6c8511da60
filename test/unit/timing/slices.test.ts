import { describe, expect, it } from "vitest";
import { inSlices, Pace } from "../../../src/timing/slices.js";

function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** Counts the tasks that other work had, while `run` was at it. */
async function otherTasksDuring(run: () => Promise<unknown>): Promise<number> {
  let tasks = 0;
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    tasks++;
    setImmediate(next);
  };
  setImmediate(next);
  await run();
  isOver = true;
  return tasks;
}

describe("inSlices", () => {
  it("lets others work between slices, and returns what the steps return", async () => {
    function* steps() {
      for (let i = 0; i < 10; i++) {
        work(2);
        yield;
      }
      return "made";
    }
    const tasks = await otherTasksDuring(async () => {
      const { result, busyMs } = await inSlices(steps(), 4);
      expect(result).toBe("made");
      expect(busyMs).toBeGreaterThanOrEqual(20);
    });
    expect(tasks).toBeGreaterThanOrEqual(4);
  });
});

describe("Pace", () => {
  it("spreads what many ask for at once over tasks, in their order", async () => {
    const pace = new Pace(4);
    const order: number[] = [];
    const call = async (i: number): Promise<void> => {
      await pace.turn();
      order.push(i);
      work(1);
    };
    const calls = Array.from({ length: 40 }, (_, i) => i);
    const tasks = await otherTasksDuring(() => Promise.all(calls.map(call)));
    expect(order).toEqual(calls);
    // Callers run a few microtasks behind their turns.
    expect(tasks).toBeGreaterThanOrEqual(5);
  });

  it("makes nobody wait for a task that was short", async () => {
    const pace = new Pace(1000);
    const tasks = await otherTasksDuring(() => Promise.all(Array.from({ length: 100 }, () => pace.turn())));
    expect(tasks).toBe(0);
  });
});
