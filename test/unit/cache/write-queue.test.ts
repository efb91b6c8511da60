import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WriteQueue } from "../../../src/cache/disk/write-queue.js";

interface Item {
  readonly name: number;
  readonly payload: Uint8Array;
}

function opened() {
  const written: number[][] = [];
  const told: number[] = [];
  const state = { isBusy: false };
  const queue = new WriteQueue<Item>({
    write: async (batch) => void written.push(batch.map(({ name }) => name)),
    rest: async () => {},
    isBusy: () => state.isBusy,
    onWritten: (bytes) => told.push(bytes),
  });
  const put = (name: number, bytes = 10) => queue.put({ name, payload: new Uint8Array(bytes) });
  return { queue, put, written, told, state };
}

describe("the queue of writes", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("writes in order, at most 16 at a time, soon after the first was put", async () => {
    const { queue, put, written, told } = opened();
    for (let name = 0; name < 20; name++) put(name);
    expect(queue.bytes).toBe(200);
    await vi.advanceTimersByTimeAsync(150);
    expect(written).toEqual([Array.from({ length: 16 }, (_, i) => i), [16, 17, 18, 19]]);
    expect(told).toEqual([40, 0]);
    await queue.settled();
    expect(queue.bytes).toBe(0);
  });

  it("waits while somebody waits for the thread, but two seconds at most", async () => {
    const { put, written, state } = opened();
    state.isBusy = true;
    put(1);
    await vi.advanceTimersByTimeAsync(1900);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(written).toEqual([[1]]);
    put(2);
    await vi.advanceTimersByTimeAsync(500);
    expect(written).toEqual([[1]]);
    state.isBusy = false;
    await vi.advanceTimersByTimeAsync(200);
    expect(written).toEqual([[1], [2]]);
  });

  it("does not wait once three quarters of it are full, and takes no more than it may", async () => {
    const { queue, put, written, state } = opened();
    queue.maxBytes = 100;
    state.isBusy = true;
    for (let name = 0; name < 8; name++) put(name);
    expect(queue.bytes).toBe(80);
    put(8, 21);
    expect(queue.bytes).toBe(80);
    await vi.advanceTimersByTimeAsync(200);
    expect(written.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("takes an item that is larger than it may be when there is no other", async () => {
    const { queue, put, written } = opened();
    queue.maxBytes = 100;
    put(1, 500);
    put(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(written).toEqual([[1]]);
    expect(queue.bytes).toBe(0);
  });
});
