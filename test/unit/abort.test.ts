import { describe, expect, it } from "vitest";
import { linkedController, raceAbort, SharedAbort } from "../../src/abort.js";

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
