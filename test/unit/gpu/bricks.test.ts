import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { isVoxelfeedError } from "../../../src/errors.js";
import { BrickPool } from "../../../src/gpu/bricks.js";
import { heapSize } from "../../../src/gpu/heap.js";

beforeAll(() => {
  // Node has no WebGPU; the pool needs the flags' names only.
  Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 128, COPY_DST: 8 } });
});

interface FakeBuffer {
  readonly bytes: Uint8Array;
  destroyed: boolean;
  destroy(): void;
}

/** A device whose buffers are byte arrays and whose queue checks the rules of `writeBuffer`. */
function fakeDevice(limit = 1 << 20) {
  const buffers: FakeBuffer[] = [];
  const device = {
    limits: { maxBufferSize: limit, maxStorageBufferBindingSize: limit },
    createBuffer({ size }: { size: number }) {
      const buffer: FakeBuffer = {
        bytes: new Uint8Array(size),
        destroyed: false,
        destroy() {
          buffer.destroyed = true;
        },
      };
      buffers.push(buffer);
      return buffer;
    },
    pushErrorScope() {},
    popErrorScope: async () => null,
    queue: {
      writeBuffer(buffer: FakeBuffer, offset: number, data: Uint8Array, from = 0, size = data.length - from) {
        expect([offset % 4, size % 4]).toEqual([0, 0]);
        buffer.bytes.set(data.subarray(from, from + size), offset);
      },
    },
  };
  return { device: device as unknown as GPUDevice, buffers };
}

const brick = (bytes: number, value = 1) => new Uint8Array(bytes).fill(value);

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isVoxelfeedError(error, "budget")) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("heaps are created when needed, a share of the budget each", () => {
  const { device, buffers } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 4096 });
  expect(buffers.length).toBe(0);
  const slots = [0, 1, 2, 3, 4].map((i) => pool.put(`${i}`, brick(512, i + 1)));
  expect(buffers.map((buffer) => buffer.bytes.length)).toEqual([1024, 1024, 1024]);
  expect(slots.map((slot) => slot.heap)).toEqual([0, 0, 1, 1, 2]);
  for (const [i, slot] of slots.entries()) {
    const { bytes } = buffers[slot.heap]!;
    expect(bytes.subarray(slot.byteOffset, slot.byteOffset + 512)).toEqual(brick(512, i + 1));
  }
  expect([pool.bytes, pool.peakBytes, pool.heapBytes]).toEqual([2560, 2560, 3072]);
});

test("the budget holds as many bricks of one size as go into it, also after it has changed", () => {
  const units = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(units, fc.integer({ min: 1, max: 40 }), units, (budget, size, later) => {
      const { device } = fakeDevice();
      const pool = new BrickPool(device, { maxBytes: budget * 256 });
      const fill = (ceiling: number): void => {
        for (let i = 0; i < Math.floor(ceiling / size); i++) {
          pool.put(`${i}`, brick(size * 256));
          pool.pin(`${i}`);
        }
      };
      fill(budget);
      for (let i = 0; i < 200; i++) pool.unpin(`${i}`);
      pool.resize(later * 256);
      if (!pool.fallsShortOf(later * 256)) fill(later);
    }),
    { numRuns: 300 },
  );
});

test("lengths that are no multiple of 4 are padded on the way", () => {
  const { device, buffers } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 1024 });
  const { byteOffset, byteLength } = pool.put("a", Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
  expect(byteLength).toBe(7);
  expect(Array.from(buffers[0]!.bytes.subarray(byteOffset, byteOffset + 8))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 0,
  ]);
});

test("the least recently used brick goes first, and a brick is uploaded once", () => {
  const { device } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 1024, maxHeaps: 1 });
  for (const key of ["a", "b", "c", "d"]) pool.put(key, brick(256));
  expect(pool.put("a", brick(256))).toBe(pool.get("a"));
  pool.put("e", brick(256));
  expect(["a", "b", "c", "d", "e"].filter((key) => pool.get(key) === undefined)).toEqual(["b"]);
  expect(pool.bytes).toBe(1024);
});

test("eviction goes on until the brick fits in one piece", () => {
  const { device } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 1024, maxHeaps: 1 });
  for (const key of ["a", "b", "c", "d"]) pool.put(key, brick(256));
  pool.get("b");
  // In the order of use a, c, d, b go: only when c and d are gone are 512 bytes in one piece.
  pool.put("big", brick(512));
  expect(["a", "b", "c", "d", "big"].filter((key) => pool.get(key))).toEqual(["b", "big"]);
});

test("pins are counted and keep a brick", () => {
  const { device } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 512, maxHeaps: 1 });
  pool.put("a", brick(256));
  pool.put("b", brick(256));
  expect([pool.pin("a"), pool.pin("a"), pool.pin("none")]).toEqual([true, true, false]);
  pool.unpin("a");
  pool.put("c", brick(256));
  expect(pool.get("a")).toBeDefined();
  expect(pool.get("b")).toBeUndefined();
  pool.unpin("a");
  pool.get("c");
  pool.put("d", brick(256));
  expect(pool.get("a")).toBeUndefined();
});

test("a brick over the whole budget is refused, says what to raise and evicts nothing", () => {
  const { device } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 512 });
  pool.put("a", brick(256));
  expect(refusal(() => pool.put("b", brick(600)))).toMatch(/budget\.gpu from 512 to at least 768/);
  expect(pool.get("a")).toBeDefined();
  const small = new BrickPool(fakeDevice(1024).device, { maxBytes: 8192 });
  expect(refusal(() => small.put("b", brick(2000)))).toMatch(/maxStorageBufferBindingSize/);
});

test("pinned bricks are never evicted: what does not fit beside them is refused and evicts nothing", () => {
  const { device } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 1024, maxHeaps: 1 });
  for (const key of ["a", "b", "c", "d"]) pool.put(key, brick(256));
  pool.pin("b");
  pool.pin("d");
  expect(refusal(() => pool.put("e", brick(512)))).toMatch(/budget\.gpu from 1024 to at least 1024|in use/);
  expect(["a", "b", "c", "d"].every((key) => pool.get(key))).toBe(true);
  pool.put("f", brick(256));
  expect(pool.get("b") && pool.get("d")).toBeDefined();
});

test("a destroyed pool has freed its heaps", () => {
  const { device, buffers } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 1024 });
  pool.put("a", brick(16));
  pool.destroy();
  expect(buffers.every((buffer) => buffer.destroyed)).toBe(true);
  expect([pool.bytes, pool.get("a"), pool.heaps.length]).toEqual([0, undefined, 0]);
});

test("whatever is asked, content stays intact and the budget holds", () => {
  const command = fc.record({
    kind: fc.constantFrom("put", "put", "get", "pin", "unpin"),
    key: fc.nat(12),
    bytes: fc.integer({ min: 1, max: 900 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(command, { maxLength: 100 }),
      (maxHeaps, commands) => {
        const { device, buffers } = fakeDevice();
        const pool = new BrickPool(device, { maxBytes: 4096, maxHeaps });
        const pins = new Map<string, number>();
        const stored = new Map<string, number>();
        for (const { kind, key: number, bytes } of commands) {
          const key = `${number}`;
          if (kind === "put") {
            try {
              if (pool.get(key) === undefined) stored.set(key, bytes);
              pool.put(key, brick(bytes, number + 1));
            } catch (error) {
              if (!isVoxelfeedError(error, "budget")) throw error;
            }
          } else if (kind === "get") pool.get(key);
          else if (kind === "pin" && pool.pin(key)) pins.set(key, (pins.get(key) ?? 0) + 1);
          else if (kind === "unpin" && (pins.get(key) ?? 0) > 0) {
            pool.unpin(key);
            pins.set(key, pins.get(key)! - 1);
          }
          let held = 0;
          for (let i = 0; i <= 12; i++) {
            const slot = pool.get(`${i}`);
            if ((pins.get(`${i}`) ?? 0) > 0) expect(slot).toBeDefined();
            if (slot === undefined) continue;
            held += heapSize(slot.byteLength);
            expect(slot.byteLength).toBe(stored.get(`${i}`));
            const content = buffers[slot.heap]!.bytes.subarray(
              slot.byteOffset,
              slot.byteOffset + slot.byteLength,
            );
            expect(content.every((byte) => byte === i + 1)).toBe(true);
          }
          expect(pool.bytes).toBe(held);
          expect(pool.heapBytes).toBeLessThanOrEqual(4096);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a lower ceiling frees the newest heaps with their bricks, and the rest stays", () => {
  const { device, buffers } = fakeDevice();
  const told: number[] = [];
  const pool = new BrickPool(device, { maxBytes: 4096, onHeapBytes: (bytes) => told.push(bytes) });
  for (const i of [0, 1, 2, 3, 4]) pool.put(`${i}`, brick(512, i + 1));
  pool.resize(2048);
  expect(buffers.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
  expect([pool.bytes, pool.heapBytes]).toEqual([2048, 2048]);
  expect([0, 1, 2, 3, 4].map((i) => pool.get(`${i}`) !== undefined)).toEqual([true, true, true, true, false]);
  expect(told).toEqual([1024, 2048, 3072, 2048]);
  // What comes now evicts, until the ceiling rises again.
  pool.put("5", brick(512));
  expect(pool.get("0")).toBeUndefined();
  pool.resize(4096);
  pool.put("6", brick(512));
  expect(pool.heapBytes).toBe(3072);
});

test("heaps that fall short of a higher ceiling make way for larger ones", () => {
  const { device, buffers } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 4096 });
  for (let i = 0; i < 8; i++) pool.put(`${i}`, brick(512));
  expect([pool.heaps.length, pool.heapBytes]).toEqual([4, 4096]);
  expect([4096, 4096 + 511, 4096 + 512].map((bytes) => pool.fallsShortOf(bytes))).toEqual([
    false,
    false,
    true,
  ]);
  pool.resize(16_384);
  expect(buffers.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true]);
  expect([pool.bytes, pool.heapBytes]).toEqual([0, 0]);
  for (let i = 0; i < 32; i++) {
    pool.put(`${i}`, brick(512));
    pool.pin(`${i}`);
  }
  expect([pool.bytes, pool.heapBytes]).toEqual([16_384, 16_384]);
});

test("the last heap is what is left of the budget", () => {
  const { device } = fakeDevice();
  const pool = new BrickPool(device, { maxBytes: 1024 });
  pool.put("0", brick(256));
  pool.resize(4096);
  for (let i = 1; i < 16; i++) {
    pool.put(`${i}`, brick(256));
    pool.pin(`${i}`);
  }
  expect([pool.bytes, pool.heaps.length, pool.heapBytes]).toEqual([4096, 4, 4096]);
});
