import fc from "fast-check";
import { expect, test } from "vitest";
import { Heap, heapSize } from "../../../src/gpu/heap.js";

test("ranges never overlap, nothing leaks, and free neighbours are one", () => {
  const command = fc.oneof(
    fc.record({ bytes: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({ release: fc.nat(40) }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000 }),
      fc.array(command, { maxLength: 80 }),
      (capacity, commands) => {
        const heap = new Heap(capacity);
        const live: { offset: number; size: number }[] = [];
        for (const next of commands) {
          if ("bytes" in next) {
            const offset = heap.allocate(next.bytes);
            if (offset === null) {
              // A refusal means that no gap between live ranges is long enough.
              const offsets = live.map((range) => range.offset);
              expect(heap.fitsBeside(next.bytes, offsets)).toBe(false);
            } else {
              live.push({ offset, size: heapSize(next.bytes) });
            }
          } else if (live.length > 0) {
            const [gone] = live.splice(next.release % live.length, 1);
            heap.release(gone!.offset);
          }
          const sorted = [...live].sort((a, b) => a.offset - b.offset);
          for (const [i, range] of sorted.entries()) {
            expect(range.offset % 256).toBe(0);
            expect(range.offset + range.size).toBeLessThanOrEqual(sorted[i + 1]?.offset ?? heap.capacity);
          }
          expect(heap.usedBytes).toBe(live.reduce((sum, range) => sum + range.size, 0));
        }
        for (const range of live) heap.release(range.offset);
        expect(heap.usedBytes).toBe(0);
        if (heap.capacity > 0) expect(heap.allocate(heap.capacity)).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test("the first gap that is long enough is taken", () => {
  const heap = new Heap(2048);
  const offsets = [256, 512, 256, 512].map((bytes) => heap.allocate(bytes));
  expect(offsets).toEqual([0, 256, 768, 1024]);
  heap.release(256);
  expect(heap.allocate(768)).toBeNull();
  expect(heap.allocate(300)).toBe(256);
  expect(heap.allocate(512)).toBe(1536);
});

test("releasing what is not in use changes nothing", () => {
  const heap = new Heap(1024);
  heap.allocate(256);
  heap.release(512);
  heap.release(0);
  heap.release(0);
  expect(heap.usedBytes).toBe(0);
  expect(heap.allocate(1024)).toBe(0);
});
