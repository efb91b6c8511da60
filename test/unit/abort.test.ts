import { describe, expect, it } from "vitest";
import { linkedController, raceAbort } from "../../src/abort.js";
import { SharedAbort } from "../../src/shared-abort.js";
import { together } from "../../src/together.js";

describe("SharedAbort", () => {
  it("does NOT cancel while some callers are still active", () => {
    const shared = new SharedAbort();
    const [first, second] = [shared.join(), shared.join()];
    first("one");
    first("one");
    expect(shared.signal.aborted).toBe(false);
    second("two");
    expect(shared.signal.reason).toBe("two");
  });
});

describe("raceAbort", () => {
  it("gives the value, or the signal's own reason", async () => {
    const abort = new AbortController();
    await expect(raceAbort(Promise.resolve(3), abort.signal)).resolves.toBe(3);
    const waiting = raceAbort(new Promise(() => {}), abort.signal);
    abort.abort("left");
    await expect(waiting).rejects.toBe("left");
    await expect(raceAbort(Promise.resolve(3), abort.signal)).rejects.toBe("left");
  });

  it("swallows the failure that comes after an abort", async () => {
    const abort = new AbortController();
    const failing = new Promise((_, reject) => setTimeout(reject, 1, new Error("late")));
    const waiting = raceAbort(failing, abort.signal);
    abort.abort("left");
    await expect(waiting).rejects.toBe("left");
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("linkedController", () => {
  it("follows any of its signals until it is unlinked", () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const linked = linkedController(a.signal, undefined, b.signal);
    b.abort("b");
    expect(linked.controller.signal.reason).toBe("b");
    const other = linkedController(a.signal);
    other.unlink();
    a.abort("a");
    expect(other.controller.signal.aborted).toBe(false);
  });
});

describe("together", () => {
  it("gives the results in the order of the items", async () => {
    const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
    const work = async (ms: number) => {
      await wait(ms);
      return ms;
    };
    expect(await together([20, 5, 10], work)).toEqual([20, 5, 10]);
    expect(await together([], work)).toEqual([]);
  });

  it("rejects with the first failure when all have settled, and stops the others", async () => {
    const ended: number[] = [];
    const first = new Error("first");
    const work = async (item: number, signal: AbortSignal) => {
      if (item === 2) throw first;
      await new Promise((done) => signal.addEventListener("abort", done));
      await Promise.resolve();
      ended.push(item);
      throw new Error(`stopped ${item}`);
    };
    await expect(together([1, 2, 3], work)).rejects.toBe(first);
    expect(ended).toEqual([1, 3]);
  });

  it("rejects with the caller's reason", async () => {
    const controller = new AbortController();
    const work = (_: number, signal: AbortSignal) => raceAbort(new Promise(() => {}), signal);
    const all = together([1, 2], work, controller.signal);
    controller.abort("mine");
    await expect(all).rejects.toBe("mine");
  });
});
