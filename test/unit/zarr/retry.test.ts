import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Fault, type RetryPolicy, retryAfterMs, withRetry } from "../../../src/zarr/retry.js";
import { RetryBudget, RetryBudgets } from "../../../src/zarr/retry-budget.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const policy: RetryPolicy = {
  attempts: 6,
  baseDelayMs: 100,
  maxDelayMs: 1000,
  maxRetryAfterMs: 5000,
  isPatient: true,
};

function fault(kind: Fault["kind"], retryAfter?: number): Fault {
  return { ok: false, kind, retryAfterMs: retryAfter, error: (attempts) => new Error(`${kind} ${attempts}`) };
}

/** Runs the tries of a script; what it came to, and the times between the tries. */
async function run(
  script: (n: number) => Fault | null,
  options: Partial<RetryPolicy> = {},
  hasAnswered = true,
) {
  const times: number[] = [];
  const start = performance.now();
  const controller = new AbortController();
  const attempt = async () => {
    times.push(performance.now() - start);
    return script(times.length) ?? { ok: true as const, value: "done" };
  };
  const settled = withRetry(attempt, {
    policy: { ...policy, ...options },
    budget: new RetryBudget(1, hasAnswered),
    signal: controller.signal,
    pause: async () => false,
    onFault: () => {},
  }).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(3_600_000);
  const isOver = await Promise.race([settled, "still trying"]);
  controller.abort(new Error("the end"));
  return { came: isOver, times, waits: times.slice(1).map((time, i) => time - times[i]!) };
}

describe("tries", () => {
  it.each([
    ["final", 1],
    ["wrong", 5],
    ["fault", 6],
  ] as const)("%s: %i", async (kind, tries) => {
    const { came, times } = await run(() => fault(kind));
    expect(came).toBe(`${kind} ${tries}`);
    expect(times).toHaveLength(tries);
  });

  it("a server that is down is waited for, if it has answered before", async () => {
    expect((await run(() => fault("down"))).came).toBe("still trying");
    expect((await run(() => fault("down"), {}, false)).came).toBe("down 6");
    expect((await run(() => fault("down"), { isPatient: false })).came).toBe("down 6");
  });

  it("each kind of fault counts for itself", async () => {
    const kinds = ["wrong", "fault", "down"] as const;
    const { came, times } = await run((n) => (n <= 12 ? fault(kinds[n % 3]!) : null));
    expect(came).toBe("done");
    expect(times).toHaveLength(13);
  });

  it("what was tried while there was no network does not count", async () => {
    let paused = 0;
    const attempt = async () => fault("fault");
    const settled = withRetry(attempt, {
      policy,
      budget: new RetryBudget(1, true),
      signal: new AbortController().signal,
      pause: async () => ++paused <= 50,
      onFault: () => {},
    }).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await settled).toBe("fault 6");
    expect(paused).toBe(56);
  });
});

describe("waits", () => {
  it.each([
    [0.01, [1, 2, 4, 8, 10]],
    [0.5, [50, 100, 200, 400, 500]],
    [0.9, [90, 180, 360, 720, 900]],
  ])("are uniform below a bound that doubles up to a ceiling: %d of it", async (random, expected) => {
    vi.spyOn(Math, "random").mockReturnValue(random);
    const { waits } = await run(() => fault("fault"));
    expect(waits.map(Math.round)).toEqual(expected);
  });

  it("are as long as the server asks, up to a ceiling", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { waits } = await run((n) => fault("fault", [700, 10, 1e9, 0, 0, 0][n - 1]));
    expect(waits.map(Math.round)).toEqual([700, 100, 5000, 400, 500]);
  });
});

describe("the retry budget of an origin", () => {
  /** Takes `count` tokens; how many have been granted after each second. */
  async function grants(budget: RetryBudget, count: number, seconds: number): Promise<number[]> {
    let granted = 0;
    for (let i = 0; i < count; i++) void budget.take(undefined).then(() => granted++);
    const counts: number[] = [];
    for (let second = 0; second <= seconds; second++) {
      counts.push(granted);
      await vi.advanceTimersByTimeAsync(1000);
    }
    return counts;
  }

  it("grants 32 at once and then two a second, over all threads together", async () => {
    const alone = await grants(new RetryBudget(1, true), 200, 20);
    expect(alone[1]).toBe(34);
    expect(alone[20]).toBe(72);
    const shared = await grants(new RetryBudget(4, true), 200, 20);
    expect(shared[20]! * 4).toBe(72);
  });

  it("64 chunks of a server that is down for 20 s cost far less than 400 requests", async () => {
    const perWorker = await grants(new RetryBudget(2, true), 1000, 20);
    expect(64 + 2 * perWorker[20]!).toBeLessThan(400);
  });

  it("an answer earns a retry, and the first in line gets it", async () => {
    const budget = new RetryBudget(32, true);
    await budget.take(undefined);
    const order: number[] = [];
    const controller = new AbortController();
    for (const i of [1, 2, 3]) {
      void budget.take(i === 2 ? controller.signal : undefined).then(
        () => order.push(i),
        () => order.push(-i),
      );
    }
    controller.abort(new Error("mine"));
    budget.answered();
    await vi.advanceTimersByTimeAsync(0);
    budget.answered();
    await vi.advanceTimersByTimeAsync(0);
    expect(order).toEqual([1, -2, 3]);
  });

  it("a token that comes together with the abort of who waits for it is not lost", async () => {
    const budget = new RetryBudget(32, true);
    await budget.take(undefined);
    const controller = new AbortController();
    const left = budget.take(controller.signal).catch((error: Error) => error.message);
    const stayed = budget.take(undefined);
    controller.abort(new Error("mine"));
    budget.answered();
    expect(await left).toBe("mine");
    await stayed;
  });

  it("answers do not pile up beyond what may come at once", async () => {
    const budget = new RetryBudget(1, true);
    for (let i = 0; i < 1000; i++) budget.answered();
    expect((await grants(budget, 200, 1))[1]).toBe(34);
  });

  it("is one per origin, and knows whether it has answered", () => {
    const budgets = new RetryBudgets();
    const budget = budgets.of("https://a.example/x");
    expect(budgets.of("https://a.example/y?z")).toBe(budget);
    expect(budgets.of("https://b.example/x")).not.toBe(budget);
    expect(budget.hasAnswered).toBe(false);
    budget.answered();
    expect(budget.hasAnswered).toBe(true);
    expect(new RetryBudgets(4, true).of("https://a.example").hasAnswered).toBe(true);
  });
});

describe("retryAfterMs", () => {
  const now = Date.parse("2024-01-01T00:00:00Z");
  it.each([
    ["3", 3000],
    ["0", 0],
    ["Mon, 01 Jan 2024 00:00:05 GMT", 5000],
    ["Sun, 31 Dec 2023 00:00:00 GMT", 0],
    ["soon", undefined],
    [null, undefined],
  ])("%j", (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
