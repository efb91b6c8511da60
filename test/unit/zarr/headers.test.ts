import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { VoxelfeedError } from "../../../src/errors.js";
import { type HeadersRequest, keepHeaders } from "../../../src/zarr/headers.js";
import { openSource } from "../../../src/zarr/store.js";
import { type LoggedRequest, startTestServer, type TestServer } from "../../helpers/server.js";

const origin = "https://a.example";

/** A callback that counts, and answers a little later. */
function counter() {
  const asked: HeadersRequest[] = [];
  const ask = async (request: HeadersRequest) => {
    const number = asked.push(request);
    await new Promise((done) => setTimeout(done, 5));
    return { token: `${request.origin} ${number}` };
  };
  return { asked, ask };
}

describe("keepHeaders", () => {
  it("asks once per origin", async () => {
    const { asked, ask } = counter();
    const headers = keepHeaders(ask);
    const all = await Promise.all([
      headers({ origin }),
      headers({ origin }),
      headers({ origin: "https://b.example" }),
    ]);
    expect(all.map(({ token }) => token)).toEqual([`${origin} 1`, `${origin} 1`, "https://b.example 2"]);
    expect(asked).toEqual([{ origin }, { origin: "https://b.example" }]);
  });

  it("asks once again when what it gave is refused, however many were refused", async () => {
    const { asked, ask } = counter();
    const headers = keepHeaders(ask);
    const refused = await headers({ origin });
    const again = await Promise.all([1, 2, 3].map(() => headers({ origin, refused: { ...refused } })));
    expect(again.map(({ token }) => token)).toEqual([`${origin} 2`, `${origin} 2`, `${origin} 2`]);
    // One that comes late, with headers that were replaced long ago, gets those that hold.
    expect(await headers({ origin, refused })).toEqual(again[0]);
    expect(asked).toHaveLength(2);
  });

  it("works the same through another one, as workers ask the page", async () => {
    const { asked, ask } = counter();
    const page = keepHeaders(ask);
    const workers = [keepHeaders(page), keepHeaders(page)];
    const first = await Promise.all(workers.map((worker) => worker({ origin })));
    await Promise.all(workers.map((worker, i) => worker({ origin, refused: first[i] })));
    expect(asked).toHaveLength(2);
  });

  it("does not keep a failure", async () => {
    let turn = 0;
    const headers = keepHeaders(async () => {
      if (turn++ === 0) throw new Error("not yet");
      return { token: "t" };
    });
    await expect(headers({ origin })).rejects.toThrow("not yet");
    expect(await headers({ origin })).toEqual({ token: "t" });
  });
});

describe("requests", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await fetch(`${server.url}/mem/v/a`, { method: "PUT", body: "data" });
  });
  afterAll(() => server.close());
  afterEach(async () => {
    for (const path of ["_log", "_behave"]) await fetch(`${server.url}/${path}`, { method: "DELETE" });
  });

  const refuse = (times?: number) =>
    fetch(`${server.url}/_behave`, {
      method: "POST",
      body: JSON.stringify({ prefix: "/mem/v", status: 401, times }),
    });
  const log = async (): Promise<LoggedRequest[]> => (await fetch(`${server.url}/_log?prefix=/mem/v`)).json();
  const text = async (bytes: Promise<Uint8Array | undefined>) => new TextDecoder().decode(await bytes);

  it("take the headers of the callback, over those of the source", async () => {
    const source = { url: `${server.url}/mem/v`, headers: { "x-key": "k", "x-token": "old" } };
    const store = openSource(source, { headers: ({ origin: to }) => ({ "x-token": to }) });
    expect(await text(store.get("a"))).toBe("data");
    expect((await log())[0]?.sent).toMatchObject({ "x-key": "k", "x-token": server.url });
  });

  it("ask again at 401, and the store goes on with what they get", async () => {
    await refuse(1);
    const { asked, ask } = counter();
    const store = openSource(`${server.url}/mem/v`, { headers: ask });
    expect(await text(store.get("a"))).toBe("data");
    expect(await text(store.child("").get("a"))).toBe("data");
    expect((await log()).map(({ sent }) => sent.token)).toEqual([1, 2, 2].map((n) => `${server.url} ${n}`));
    expect(asked[1]).toEqual({ origin: server.url, refused: { token: `${server.url} 1` } });
  });

  it("are forbidden when the new headers are refused too", async () => {
    await refuse();
    const { asked, ask } = counter();
    const store = openSource(`${server.url}/mem/v`, { headers: ask });
    await expect(store.get("a")).rejects.toMatchObject({ code: "forbidden", status: 401 });
    expect(asked).toHaveLength(2);
    expect(await log()).toHaveLength(2);
  });

  it.each([
    [() => Promise.reject(new Error("no session")), "forbidden", "no session"],
    [() => ({ token: 5 }) as never, "invalid-option", "texts by header name"],
    [() => null as never, "invalid-option", "texts by header name"],
    [
      () => {
        throw new VoxelfeedError("unsupported", "mine");
      },
      "unsupported",
      "mine",
    ],
  ])("fail with a typed error when the callback does: %s", async (headers, code, message) => {
    const reading = openSource(`${server.url}/mem/v`, { headers }).get("a");
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await log()).toEqual([]);
  });

  it("end in time where the callback never answers", async () => {
    const source = { url: `${server.url}/mem/v`, timeouts: { totalMs: 100 } };
    const reading = openSource(source, { headers: () => new Promise(() => {}) }).get("a");
    await expect(reading).rejects.toMatchObject({ code: "timeout" });
  });

  it("go through a fetch of the page, with the same checks", async () => {
    const asked: string[] = [];
    const store = openSource(`${server.url}/mem/v`, {
      fetch: async (url, init) => {
        asked.push(url);
        return await fetch(url, init);
      },
    });
    expect(store.spec).toBeNull();
    expect(await text(store.child("").get("a"))).toBe("data");
    expect(await store.get("nope")).toBeUndefined();
    expect(asked).toEqual([`${server.url}/mem/v/a`, `${server.url}/mem/v/nope`]);
    const silent = openSource(
      { url: `${server.url}/mem/v`, timeouts: { totalMs: 100 } },
      { fetch: () => new Promise(() => {}) },
    );
    await expect(silent.get("a")).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("options of all sources", () => {
  const http = { credentials: "include", forbiddenIsMissing: true, timeouts: { idleMs: 5 } } as const;

  it("hold for every form of a source, unless it says otherwise", () => {
    const url = "https://a.example/v";
    const spec = { kind: "http", url, ...http };
    expect(openSource(url, http).spec).toEqual(spec);
    expect(openSource(new URL(url), http).spec).toEqual(spec);
    expect(openSource({ url, credentials: "omit", timeouts: {} }, http).spec).toEqual({
      ...spec,
      credentials: "omit",
      timeouts: {},
    });
    const mirror = { url: "https://b.example/v", credentials: "include" };
    expect(openSource([url, mirror.url], http).spec).toEqual({ ...spec, mirrors: [mirror] });
    expect(openSource({ urls: [url, mirror.url] }, http).spec).toEqual({ ...spec, mirrors: [mirror] });
    expect(openSource({ get: () => undefined }, http).spec).toBeNull();
  });

  it.each([
    [{ header: () => ({}) }, 'Did you mean "headers"?'],
    [{ headers: { Authorization: "secret" } }, "{ url, headers }"],
    [{ fetch: "yes" }, "http.fetch must be a function"],
    [{ timeouts: { totalMs: -1 } }, "http.timeouts.totalMs must be"],
    [{ credentials: "all" }, "http.credentials must be"],
  ])("are checked: %j", (options, message) => {
    const open = () => openSource("https://a.example/v", options as never);
    expect(open).toThrow(message);
    expect(open).not.toThrow("secret");
  });
});
