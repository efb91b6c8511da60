import { describe, expect, it } from "vitest";
import { SharedLoads } from "../../../src/engine/loads.js";

/** A piece of work that ends when told, and notes whether it was cancelled. */
function work() {
  const state = { runs: 0, cancelled: false, finish: (_error?: Error): void => {} };
  const run = async (signal: AbortSignal): Promise<void> => {
    state.runs++;
    await new Promise<void>((resolve, reject) => {
      state.finish = (error) => (error === undefined ? resolve() : reject(error));
      signal.addEventListener("abort", () => {
        state.cancelled = true;
        reject(signal.reason);
      });
    });
  };
  return { state, run };
}

describe("SharedLoads", () => {
  it("runs one load for all who ask while it is under way", async () => {
    const loads = new SharedLoads();
    const { state, run } = work();
    const all = [loads.join("k", run), loads.join("k", run), loads.join("k", run)];
    expect(state.runs).toBe(1);
    expect(loads.has("k")).toBe(true);
    state.finish();
    await Promise.all(all);
    expect(loads.has("k")).toBe(false);
  });

  it("does NOT cancel while some callers are still active", async () => {
    const loads = new SharedLoads();
    const { state, run } = work();
    const abort = new AbortController();
    const leaving = loads.join("k", run, abort.signal);
    const staying = loads.join("k", run);
    abort.abort("left");
    await expect(leaving).rejects.toBe("left");
    expect(state.cancelled).toBe(false);
    state.finish();
    await staying;
  });

  it("cancels when the last caller leaves, and a newcomer starts afresh", async () => {
    const loads = new SharedLoads();
    const first = work();
    const aborts = [new AbortController(), new AbortController()];
    const leaving = aborts.map(({ signal }) => loads.join("k", first.run, signal));
    aborts.forEach((abort, i) => void abort.abort(i));
    await expect(leaving[0]).rejects.toBe(0);
    await expect(leaving[1]).rejects.toBe(1);
    expect(first.state.cancelled).toBe(true);
    const second = work();
    const joined = loads.join("k", second.run);
    expect(second.state.runs).toBe(1);
    second.state.finish();
    await joined;
  });

  it("gives a failure to everyone who waits, and does not keep it", async () => {
    const loads = new SharedLoads();
    const first = work();
    const waiting = [loads.join("k", first.run), loads.join("k", first.run)];
    first.state.finish(new Error("broken"));
    for (const each of waiting) await expect(each).rejects.toThrow("broken");
    const second = work();
    const again = loads.join("k", second.run);
    second.state.finish();
    await again;
  });
});
