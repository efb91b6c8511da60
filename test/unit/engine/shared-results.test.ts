import { expect, it } from "vitest";
import { SharedResults } from "../../../src/engine/shared-results.js";

it("computes once, whoever asks and whenever", async () => {
  const results = new SharedResults<number>();
  let runs = 0;
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return ++runs;
  };
  expect(await Promise.all([results.get("a", work), results.get("a", work)])).toEqual([1, 1]);
  expect(await results.get("a", work)).toBe(1);
  expect(await results.get("b", work)).toBe(2);
});

it("does not keep a failure", async () => {
  const results = new SharedResults<number>();
  await expect(results.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await results.get("a", async () => 3)).toBe(3);
});

it("goes on while anyone waits, and is cancelled when the last leaves", async () => {
  const results = new SharedResults<number>();
  let shared: AbortSignal | undefined;
  const work = (signal: AbortSignal) => {
    shared = signal;
    return new Promise<number>((resolve) => setTimeout(() => resolve(4), 20));
  };
  const first = new AbortController();
  const left = results.get("a", work, first.signal);
  const stays = results.get("a", work);
  first.abort("enough");
  await expect(left).rejects.toBe("enough");
  expect(shared!.aborted).toBe(false);
  expect(await stays).toBe(4);

  const only = new AbortController();
  const alone = results.get("b", work, only.signal);
  only.abort("enough");
  await expect(alone).rejects.toBe("enough");
  expect(shared!.aborted).toBe(true);
});
