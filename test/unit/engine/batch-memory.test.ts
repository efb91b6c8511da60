import { expect, it } from "vitest";
import { BatchMemory, LostMemory, type MemoryParts, untilKept } from "../../../src/engine/batch-memory.js";
import { LostWorker } from "../../../src/pool/pool-worker.js";

const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer;

/** Moves memory away and back, as a worker does; meanwhile nobody else has it. */
async function moved({ values, mask }: MemoryParts, change: (values: Uint8Array) => void) {
  const away = structuredClone({ values, mask }, { transfer: mask === null ? [values] : [values, mask] });
  await new Promise((resolve) => setTimeout(resolve, 2));
  change(new Uint8Array(away.values));
  return away;
}

it("goes from one to the next, in order of asking, and keeps what they wrote", async () => {
  const memory = new BatchMemory(true, () => ({ values: bytes(0, 0, 0), mask: bytes(7) }));
  const order: number[] = [];
  const results = await Promise.all(
    [0, 1, 2].map((i) =>
      memory.lend(async (take) => {
        order.push(i);
        const away = await moved(take(), (values) => {
          values[i] = i + 1;
        });
        order.push(i);
        return { parts: away, result: 10 * i };
      }),
    ),
  );
  expect(results).toEqual([0, 10, 20]);
  expect(order).toEqual([0, 0, 1, 1, 2, 2]);
  expect([...new Uint8Array(memory.parts.values)]).toEqual([1, 2, 3]);
  expect([...new Uint8Array(memory.parts.mask!)]).toEqual([7]);
});

it("is not made before somebody asks for it", async () => {
  let made = 0;
  const memory = new BatchMemory(false, () => {
    made++;
    return { values: bytes(1), mask: null };
  });
  await memory.lend(async (take) => {
    await Promise.resolve();
    expect(made).toBe(0);
    return { parts: take(), result: null };
  });
  await memory.lend(async (take) => ({ parts: take(), result: null }));
  expect(made).toBe(1);
});

it("is lent to nobody any more when it did not come back", async () => {
  const memory = new BatchMemory(false, () => ({ values: bytes(1), mask: null }));
  const later = { asked: 0 };
  const lost = memory.lend(async (take) => {
    await moved(take(), () => {});
    throw new LostWorker("It is gone.", true, false, null);
  });
  const next = memory.lend(async (take) => {
    later.asked++;
    return { parts: take(), result: null };
  });
  const outcomes = await Promise.allSettled([lost, next]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(LostMemory) });
  }
  expect(later.asked).toBe(0);
});

it("passes other failures on as they are", async () => {
  const memory = new BatchMemory(false, () => ({ values: bytes(1), mask: null }));
  const failure = new RangeError("a brick is damaged");
  await expect(memory.lend(() => Promise.reject(failure))).rejects.toBe(failure);
  await expect(memory.lend(async (take) => ({ parts: take(), result: 1 }))).rejects.toBe(failure);
});

it("what is lost is rendered anew, and what fails is not", async () => {
  let turns = 0;
  const kept = untilKept(async () => {
    turns++;
    if (turns < 3) throw new LostMemory("gone");
    return turns;
  });
  expect(await kept).toBe(3);
  await expect(untilKept(() => Promise.reject(new RangeError("no")))).rejects.toThrow("no");
});
