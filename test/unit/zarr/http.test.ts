import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { VoxelfeedError } from "../../../src/errors.js";
import type { ByteStore } from "../../../src/zarr/byte-store.js";
import { openHttpStore } from "../../../src/zarr/http.js";
import {
  type Behaviour,
  type LoggedRequest,
  startTestServer,
  type TestServer,
} from "../../helpers/server.js";

const policy = { attempts: 3, baseDelayMs: 2, maxDelayMs: 50, maxRetryAfterMs: 2_000, isPatient: false };
const body = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
let server: TestServer;
let run = 0;
let prefix = "";
let store: ByteStore;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  prefix = `/mem/http${run++}.zarr`;
  store = openHttpStore({ kind: "http", url: `${server.url}${prefix}?sig=secret` }, { policy });
  await fetch(`${server.url}${prefix}/a/b`, { method: "PUT", body });
});

async function behave(behaviour: Omit<Behaviour, "prefix">): Promise<void> {
  await fetch(`${server.url}/_behave`, { method: "POST", body: JSON.stringify({ prefix, ...behaviour }) });
}

async function log(): Promise<LoggedRequest[]> {
  return (await fetch(`${server.url}/_log?prefix=${prefix}`)).json() as Promise<LoggedRequest[]>;
}

async function failure(promise: Promise<unknown>): Promise<VoxelfeedError> {
  const error = await promise.then(
    () => new Error("expected a failure"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VoxelfeedError);
  expect((error as VoxelfeedError).url).toContain(prefix);
  expect(String(error)).not.toContain("secret");
  return error as VoxelfeedError;
}

describe("get", () => {
  it("gives the bytes, and sends the root's query string along", async () => {
    expect(await store.get("a/b")).toEqual(body);
    expect((await log())[0]?.path).toBe(`${prefix}/a/b?sig=secret`);
    expect(await store.child("a").get("b")).toEqual(body);
  });

  it.each([404, 410])("%i is missing, asked once", async (status) => {
    await behave({ status });
    expect(await store.get("a/b")).toBeUndefined();
    expect(await log()).toHaveLength(1);
  });

  it.each([401, 403])("%i is forbidden, asked once", async (status) => {
    await behave({ status });
    expect(await failure(store.get("a/b"))).toMatchObject({ code: "forbidden", status, retryable: false });
    expect(await log()).toHaveLength(1);
  });

  it.each([400, 405, 418])("%i is no passing fault, asked once", async (status) => {
    await behave({ status });
    expect(await failure(store.get("a/b"))).toMatchObject({
      code: "http",
      status,
      attempts: 1,
      retryable: false,
    });
    expect(await log()).toHaveLength(1);
  });

  it.each([408, 429, 500, 502, 503, 504])("%i is tried three times", async (status) => {
    await behave({ status });
    expect(await failure(store.get("a/b"))).toMatchObject({
      code: "http",
      status,
      attempts: 3,
      retryable: true,
    });
    expect(await log()).toHaveLength(3);
  });

  it.each([{ status: 503 }, { reset: "start" }, { reset: "body" }] as const)(
    "gets over %j twice",
    async (fault) => {
      await behave({ ...fault, times: 2 });
      expect(await store.get("a/b")).toEqual(body);
      expect(await log()).toHaveLength(3);
    },
  );

  it.each(["start", "body"] as const)(
    "a connection that always breaks (%s) is a network error",
    async (reset) => {
      await behave({ reset });
      expect(await failure(store.get("a/b"))).toMatchObject({
        code: "network",
        attempts: 3,
        retryable: true,
      });
    },
  );

  it("an unreachable server is a network error", async () => {
    const gone = await startTestServer();
    await gone.close();
    await expect(
      openHttpStore({ kind: "http", url: `${gone.url}/x` }, { policy }).get("a"),
    ).rejects.toMatchObject({
      code: "network",
      attempts: 3,
    });
  });

  it("waits as long as Retry-After says", async () => {
    await behave({ status: 429, headers: { "Retry-After": "1" }, times: 1 });
    const start = performance.now();
    expect(await store.get("a/b")).toEqual(body);
    expect(performance.now() - start).toBeGreaterThan(950);
  });

  it("refuses a body beyond maxBytes, and takes one of exactly that", async () => {
    expect(await store.get("a/b", { maxBytes: 1000 })).toEqual(body);
    expect(await failure(store.get("a/b", { maxBytes: 999 }))).toMatchObject({ code: "unsupported" });
  });
});

describe("getRange", () => {
  const inside = { offset: 100, length: 50 };
  const cases: [string, Omit<Behaviour, "prefix">][] = [
    ["a 206 reply", {}],
    ["a 200 reply with the whole object", { ignoreRange: true }],
    ["a hidden Content-Range", { hideContentRange: true }],
  ];

  it.each(cases)("%s", async (_, behaviour) => {
    await behave(behaviour);
    expect(await store.getRange("a/b", inside)).toEqual(body.slice(100, 150));
    expect(await store.getRange("a/b", { offset: 0, length: 1000 })).toEqual(body);
    expect(await store.getRange("a/b", { suffixLength: 7 })).toEqual(body.slice(993));
    expect(await store.getRange("a/b", { suffixLength: 5000 })).toEqual(body);
    expect((await log()).map(({ range }) => range)).toEqual([
      "bytes=100-149",
      "bytes=0-999",
      "bytes=-7",
      "bytes=-5000",
    ]);
  });

  it("owns its memory", async () => {
    const part = await store.getRange("a/b", inside);
    expect(part?.buffer.byteLength).toBe(50);
  });

  it("asks for nothing when nothing is wanted", async () => {
    expect(await store.getRange("a/b", { offset: 10, length: 0 })).toEqual(new Uint8Array(0));
    expect(await log()).toEqual([]);
  });

  it.each(cases)("an object that ends too early is a range error: %s", async (_, behaviour) => {
    await behave(behaviour);
    expect(await failure(store.getRange("a/b", { offset: 990, length: 20 }))).toMatchObject({
      code: "range",
    });
    expect(await failure(store.getRange("a/b", { offset: 1000, length: 1 }))).toMatchObject({
      code: "range",
    });
  });

  it("names the status of 416", async () => {
    expect(await failure(store.getRange("a/b", { offset: 2000, length: 1 }))).toMatchObject({
      code: "range",
      status: 416,
    });
  });

  it.each([{ shiftRange: -1 }, { shiftRange: 3 }])(
    "other bytes than asked for are a range error: %j",
    async (fault) => {
      await behave(fault);
      expect(await failure(store.getRange("a/b", inside))).toMatchObject({ code: "range" });
    },
  );

  it("a missing object is undefined", async () => {
    expect(await store.getRange("nope", inside)).toBeUndefined();
    expect(await store.getRange("nope", { suffixLength: 4 })).toBeUndefined();
  });

  it("asks for the size where suffix ranges are refused, and remembers that", async () => {
    await behave({ refuseSuffix: true });
    expect(await store.getRange("a/b", { suffixLength: 7 })).toEqual(body.slice(993));
    expect((await log()).map(({ method, range }) => `${method} ${range}`)).toEqual([
      "GET bytes=-7",
      "HEAD null",
      "GET bytes=993-999",
    ]);
    expect(await store.child("a").getRange("b", { suffixLength: 7 })).toEqual(body.slice(993));
    expect((await log()).slice(3).map(({ method }) => method)).toEqual(["HEAD", "GET"]);
    expect(await store.getRange("nope", { suffixLength: 7 })).toBeUndefined();
  });

  it("asks for the whole of an object that is shorter than the suffix, by its size", async () => {
    await behave({ refuseSuffix: true });
    expect(await store.getRange("a/b", { suffixLength: 5000 })).toEqual(body);
  });

  it("tries again when a range comes shorter than its own header says", async () => {
    await behave({ dropBytes: 5, times: 2 });
    expect(await store.getRange("a/b", inside)).toEqual(body.slice(100, 150));
    await behave({ dropBytes: 5 });
    expect(await failure(store.getRange("a/b", inside))).toMatchObject({ code: "network", attempts: 3 });
  });

  it("retries a range whose body breaks off", async () => {
    await behave({ reset: "body", times: 1 });
    expect(await store.getRange("a/b", inside)).toEqual(body.slice(100, 150));
  });
});

describe("abort", () => {
  it("rejects with the signal's own reason before, during and between requests", async () => {
    const reason = new Error("mine");
    await expect(store.get("a/b", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await log()).toEqual([]);

    await behave({ hang: true, times: 1 });
    const controller = new AbortController();
    const hanging = store.get("a/b", { signal: controller.signal });
    await expect.poll(async () => (await log()).length).toBe(1);
    controller.abort(reason);
    await expect(hanging).rejects.toBe(reason);
    await expect.poll(async () => (await log())[0]?.aborted).toBe(true);

    await behave({ status: 503, headers: { "Retry-After": "60" } });
    const waiting = new AbortController();
    const patient = openHttpStore(
      { kind: "http", url: `${server.url}${prefix}` },
      { policy: { ...policy, maxRetryAfterMs: 60_000 } },
    );
    const retried = patient.get("a/b", { signal: waiting.signal });
    await expect.poll(async () => (await log()).length).toBe(2);
    waiting.abort(reason);
    await expect(retried).rejects.toBe(reason);
    expect(await log()).toHaveLength(2);
  });
});

describe("rootExists", () => {
  it("tells an empty address from one that answers", async () => {
    expect(await store.rootExists()).toBe(true);
    expect(await store.child("nope").rootExists()).toBe(false);
    await behave({ status: 403 });
    expect(await store.rootExists()).toBe(true);
  });
});
