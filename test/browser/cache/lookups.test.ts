import { setMany, type UseStore } from "idb-keyval";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../../src/cache/disk/database.js";
import { Lookups } from "../../../src/cache/disk/lookups.js";

const name = "voxelfeed-lookups-test";
const store = openDatabase(name);
const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);

beforeAll(async () => {
  await setMany(
    keys.map((key, i) => [key, i]),
    store,
  );
});

afterAll(() => {
  indexedDB.deleteDatabase(name);
});

it("finds every key, and of those that are asked for meanwhile up to 16 in one transaction", async () => {
  let transactions = 0;
  const counted: UseStore = (mode, callback) => {
    transactions++;
    return store(mode, callback);
  };
  const lookups = new Lookups<number>(counted);
  const found: Promise<number | undefined>[] = [];
  for (const key of keys) {
    found.push(lookups.get(key));
    // Each in a turn of its own, as messages come.
    await Promise.resolve();
  }
  expect(await Promise.all([...found, lookups.get("no such key")])).toEqual([...keys.keys(), undefined]);
  expect(transactions).toBe(4);
  expect(await lookups.get("key-7")).toBe(7);
  expect(transactions).toBe(5);
});

it("tells everybody of a failure, and goes on after it", async () => {
  let fails = true;
  const failing: UseStore = (mode, callback) =>
    fails ? Promise.reject(new DOMException("closed", "InvalidStateError")) : store(mode, callback);
  const lookups = new Lookups<number>(failing);
  const both = await Promise.allSettled([lookups.get("key-1"), lookups.get("key-2")]);
  expect(both).toMatchObject([
    { status: "rejected", reason: { message: "closed" } },
    { status: "rejected", reason: { message: "closed" } },
  ]);
  fails = false;
  expect(await lookups.get("key-2")).toBe(2);
});
