/** Requests to servers that say nothing, and to none at all because there is no network. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultRetryPolicy } from "../../../src/zarr/retry.js";
import { openStore } from "../../../src/zarr/store.js";
import type { Timeouts } from "../../../src/zarr/timeouts.js";
import { type FaultServer, startFaultServer } from "../../faults/fault-server.js";

const policy = { ...defaultRetryPolicy, baseDelayMs: 2, attempts: 3, isPatient: false };
let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.files = new Map([["v/a", Uint8Array.from({ length: 200 }, (_, i) => i)]]);
  server.forgetRequests();
});

function open(timeouts: Timeouts) {
  return openStore({ url: `${server.url}/v`, timeouts }, { policy });
}

describe("time limits", () => {
  it.each([
    ["stall before", { headerMs: 60 }, "did not begin to answer within 60 ms", 3],
    ["stall within", { idleMs: 60 }, "sent less than 4 KiB in 60 ms", 3],
    ["drip", { idleMs: 60 }, "sent less than 4 KiB in 60 ms", 3],
    ["drip", { totalMs: 120 }, "gave no answer within 120 ms", 1],
    ["stall before", { totalMs: 120 }, "gave no answer within 120 ms", 1],
  ] as const)("%s with %j: the server %s", async (kind, timeouts, message, attempts) => {
    server.script = () => ({ seed: 1, rate: 1, kinds: [kind] });
    const start = performance.now();
    const error = await open(timeouts)
      .get("a")
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "timeout",
      retryable: true,
      url: `${server.url}/v/a`,
      attempts,
      message: expect.stringContaining(message),
    });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(server.requests()).toBeGreaterThan(0);
  });

  it("silence that passes costs a try", async () => {
    let turn = 0;
    server.script = () => (turn++ < 2 ? { seed: 1, rate: 1, kinds: ["stall before"] } : null);
    expect(await open({ headerMs: 60 }).get("a")).toHaveLength(200);
    expect(server.requests()).toBe(3);
  });

  it("a body that comes slowly, but comes, is waited for", async () => {
    server.files = new Map([["v/a", new Uint8Array(20)]]);
    server.script = () => ({ seed: 1, rate: 1, kinds: ["drip"] });
    expect(await open({ headerMs: 200, idleMs: 3000 }).get("a")).toHaveLength(20);
    expect(server.requests()).toBe(1);
  });

  it("what comes fast enough may take longer than the limit on silence", async () => {
    const bytes = new Uint8Array(64 * 1024);
    const pieces = async (_: unknown, { signal }: RequestInit): Promise<Response> => {
      let at = 0;
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        await new Promise((done) => setTimeout(done, 30));
        signal?.throwIfAborted();
        controller.enqueue(bytes.slice(at, (at += 4096)));
        if (at === bytes.length) controller.close();
      };
      return new Response(new ReadableStream({ pull }));
    };
    vi.stubGlobal("fetch", pieces);
    try {
      expect(await open({ idleMs: 200 }).get("a")).toEqual(bytes);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("the total ends waits between tries too, with what was wrong", async () => {
    server.script = () => ({ seed: 1, rate: 1, kinds: ["status"] });
    const store = openStore(
      { url: `${server.url}/v`, timeouts: { totalMs: 300 } },
      { policy: { ...policy, attempts: 1e6, baseDelayMs: 60_000, maxDelayMs: 60_000 } },
    );
    const start = performance.now();
    await expect(store.get("a")).rejects.toMatchObject({ code: "http", retryable: true });
    expect(performance.now() - start).toBeLessThan(1200);
  });
});

describe("offline", () => {
  const network = new EventTarget();
  const navigator = { onLine: true };
  let requests: string[];
  beforeEach(() => {
    requests = [];
    vi.stubGlobal("navigator", navigator);
    vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
    vi.stubGlobal("removeEventListener", network.removeEventListener.bind(network));
    vi.stubGlobal("fetch", async (url: string) => {
      requests.push(url);
      if (!navigator.onLine) throw new TypeError("Failed to fetch");
      return new Response("here");
    });
    navigator.onLine = false;
  });
  afterEach(() => vi.unstubAllGlobals());

  const goOnline = (): void => {
    navigator.onLine = true;
    network.dispatchEvent(new Event("online"));
  };
  const source = { url: "https://data.example/v", timeouts: { totalMs: 100, headerMs: 100 } };

  it("pauses beyond every time limit, without using up tries, and goes on", async () => {
    const reading = openStore(source, { policy: { ...policy, attempts: 1 } }).get("a");
    await new Promise((done) => setTimeout(done, 400));
    expect(requests).toHaveLength(1);
    goOnline();
    expect(new TextDecoder().decode(await reading)).toBe("here");
    expect(requests).toHaveLength(2);
  });

  it("can be aborted meanwhile, with the caller's reason", async () => {
    const controller = new AbortController();
    const reading = openStore(source, { policy }).get("a", { signal: controller.signal });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    const reason = new Error("mine");
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    goOnline();
    expect(requests).toHaveLength(1);
  });

  it.each(["http://localhost:5173/v", "http://127.0.0.1/v", "http://[::1]:80/v"])(
    "is no reason to wait for this machine itself: %s",
    async (url) => {
      await expect(openStore(url, { policy }).get("a")).rejects.toMatchObject({
        code: "network",
        attempts: 3,
      });
    },
  );
});
