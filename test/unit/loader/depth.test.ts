import { expect, test } from "vitest";
import { PrefetchDepth } from "../../../src/loader/depth.js";

interface Pipe {
  /** From planning a batch to its being ready, when nothing is in its way. */
  readonly latencyMs: number;
  /** Batches that can be under way at once. */
  readonly parallel: number;
  /** What the consumer does with a batch. */
  readonly consumeMs: number;
}

/** Runs a consumer on a pipe; the depth after every batch. */
function run(depth: PrefetchDepth, { latencyMs, parallel, consumeMs }: Pipe, batches: number): number[] {
  const depths: number[] = [];
  const ready: number[] = [];
  let now = 0;
  let given = 0;
  for (let batch = 0; batch < batches; batch++) {
    while (ready.length <= batch + depth.depth) {
      // It starts when it is planned, or when an earlier one leaves a place.
      ready.push(Math.max(now, ready[ready.length - parallel] ?? 0) + latencyMs);
    }
    const asked = now;
    now = Math.max(now, ready[batch]!);
    depth.delivered(now - asked, now - given);
    given = now;
    now += consumeMs;
    depths.push(depth.depth);
  }
  return depths;
}

test("grows until the latency is hidden, and no further", () => {
  const depths = run(new PrefetchDepth(1, 1, 16), { latencyMs: 100, parallel: 64, consumeMs: 20 }, 400);
  const settled = depths.slice(200);
  expect(Math.min(...settled)).toBeGreaterThanOrEqual(4);
  expect(Math.max(...settled)).toBeLessThanOrEqual(7);
});

test("stays low where the pipe is full already", () => {
  const depths = run(new PrefetchDepth(2, 1, 16), { latencyMs: 100, parallel: 1, consumeMs: 20 }, 400);
  expect(Math.max(...depths)).toBeLessThanOrEqual(4);
});

test("shrinks to the least for a consumer that never waits", () => {
  const depths = run(new PrefetchDepth(8, 1, 16), { latencyMs: 10, parallel: 8, consumeMs: 100 }, 100);
  expect(depths.at(-1)).toBe(1);
});

test("never leaves its bounds", () => {
  const depths = run(new PrefetchDepth(2, 2, 5), { latencyMs: 1000, parallel: 64, consumeMs: 1 }, 300);
  expect(Math.min(...depths)).toBe(2);
  expect(Math.max(...depths)).toBe(5);
});
