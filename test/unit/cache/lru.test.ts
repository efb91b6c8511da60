import { expect, it } from "vitest";
import { ByteLru } from "../../../src/cache/lru.js";

it("evicts the least recently used entry first, and counts bytes", () => {
  const lru = new ByteLru<string>();
  lru.add("a", "A", 10);
  lru.add("b", "B", 20);
  lru.add("c", "C", 30);
  expect(lru.get("a")).toBe("A");
  expect(lru.evict()).toEqual({ key: "b", value: "B", bytes: 20 });
  expect(lru.evict()?.key).toBe("c");
  expect([lru.bytes, lru.peakBytes, lru.size]).toEqual([10, 60, 1]);
});

it("never evicts what is pinned, until it was unpinned as often", () => {
  const lru = new ByteLru<string>();
  lru.add("a", "A", 10);
  lru.pin("a");
  lru.pin("a");
  expect(lru.pinnedBytes).toBe(10);
  expect(lru.evict()).toBeUndefined();
  lru.unpin("a");
  expect(lru.evict()).toBeUndefined();
  lru.unpin("a");
  expect(lru.pinnedBytes).toBe(0);
  expect(lru.evict()?.key).toBe("a");
});

it("says so when it is misused", () => {
  const lru = new ByteLru<string>();
  lru.add("a", "A", 1);
  expect(() => lru.add("a", "A", 1)).toThrow(RangeError);
  expect(() => lru.pin("b")).toThrow(RangeError);
  expect(() => lru.unpin("a")).toThrow(RangeError);
});
