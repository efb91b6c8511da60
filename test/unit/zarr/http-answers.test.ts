/** What answers mean that are neither data nor simply missing, and what is sent along to whom. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HttpSource } from "../../../src/zarr/byte-store.js";
import { defaultRetryPolicy } from "../../../src/zarr/retry.js";
import { openStore } from "../../../src/zarr/store.js";
import {
  type Behaviour,
  type LoggedRequest,
  startTestServer,
  type TestServer,
} from "../../helpers/server.js";

const policy = { ...defaultRetryPolicy, baseDelayMs: 2, attempts: 3 };
const body = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
let server: TestServer;
let other: TestServer;
let run = 0;
let prefix = "";

beforeAll(async () => {
  [server, other] = await Promise.all([startTestServer(), startTestServer()]);
});
afterAll(() => Promise.all([server.close(), other.close()]));
beforeEach(async () => {
  prefix = `/mem/answers${run++}.zarr`;
  for (const { url } of [server, other]) await fetch(`${url}${prefix}/a`, { method: "PUT", body });
});

function open(source: Omit<HttpSource, "url"> = {}) {
  return openStore({ url: `${server.url}${prefix}`, ...source }, { policy });
}

async function behave(behaviour: Omit<Behaviour, "prefix">, at = server): Promise<void> {
  await fetch(`${at.url}/_behave`, { method: "POST", body: JSON.stringify({ prefix, ...behaviour }) });
}

async function log(at = server): Promise<LoggedRequest[]> {
  return (await fetch(`${at.url}/_log?prefix=${prefix}`)).json() as Promise<LoggedRequest[]>;
}

const accessDenied = (message: string, code = "AccessDenied") =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

describe("forbiddenIsMissing", () => {
  it("takes 403 for missing, and nothing else", async () => {
    await behave({ status: 403, body: accessDenied("Access Denied"), contentType: "application/xml" });
    const store = open({ forbiddenIsMissing: true });
    expect(await store.get("nope")).toBeUndefined();
    expect(await store.getRange("nope", { suffixLength: 20 })).toBeUndefined();
    expect(await store.rootExists()).toBe(true);
    await expect(open().get("nope")).rejects.toMatchObject({ code: "forbidden", status: 403 });
    await behave({ status: 401 });
    await expect(store.get("nope")).rejects.toMatchObject({ code: "forbidden", status: 401 });
  });

  it.each([
    accessDenied("Request has expired"),
    accessDenied("The provided token is wrong.", "ExpiredToken"),
    accessDenied("The signature does not match.", "SignatureDoesNotMatch"),
  ])("but not for a signature that is no longer good: %s", async (text) => {
    await behave({ status: 403, body: text });
    await expect(open({ forbiddenIsMissing: true }).get("a")).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("web pages", () => {
  const page = "<!DOCTYPE html><html><title>Sign in</title></html>";

  it("instead of data are an error that says so, after a few tries", async () => {
    await behave({ body: page, contentType: "text/html; charset=utf-8" });
    const store = open();
    for (const read of [store.get("a"), store.getRange("a", { offset: 5, length: 5 })]) {
      await expect(read).rejects.toMatchObject({
        code: "http",
        status: 200,
        attempts: 3,
        message: expect.stringContaining("a web page instead of data"),
      });
    }
    expect(await log()).toHaveLength(6);
  });

  it("that pass are read over", async () => {
    await behave({ body: page, contentType: "text/html", times: 2 });
    expect(await open().get("a")).toEqual(body);
  });

  it("are left to who reads a document", async () => {
    await behave({ body: page, contentType: "text/html" });
    expect(new TextDecoder().decode(await open().get("a", { isDocument: true }))).toBe(page);
  });

  it("are no data that a server merely calls so", async () => {
    await behave({ contentType: "text/html" });
    expect(await open().get("a")).toEqual(body);
    expect(await open().getRange("a", { offset: 5, length: 5 })).toEqual(body.slice(5, 10));
  });
});

describe("sizes", () => {
  it("a part that nobody asked for, and one that is longer than asked for, are tried again", async () => {
    await behave({ status: 206, body: "xyz", times: 2 });
    expect(await open().get("a")).toEqual(body);
    await behave({ status: 206, body: "too long", times: 1 });
    expect(await open().getRange("a", { offset: 5, length: 5 })).toEqual(body.slice(5, 10));
    await behave({ status: 206, body: "too long" });
    await expect(open().getRange("a", { offset: 5, length: 5 })).rejects.toMatchObject({
      code: "range",
      attempts: 3,
    });
  });

  it("other bytes than asked for are tried again", async () => {
    await behave({ shiftRange: 3, times: 2 });
    expect(await open().getRange("a", { offset: 5, length: 5 })).toEqual(body.slice(5, 10));
  });

  it("a server that ignores ranges is not asked for a part that lies far behind", async () => {
    await behave({ ignoreRange: true });
    const far = open().getRange("a", { offset: 100 * 2 ** 20, length: 5 });
    await expect(far).rejects.toMatchObject({
      code: "range",
      message: expect.stringContaining("ignores ranges"),
    });
    expect(await log()).toHaveLength(1);
  });
});

describe("headers and credentials", () => {
  const headers = { Authorization: "Bearer t", "X-Key": "k" };

  it("go to the origin of the source", async () => {
    const store = open({ headers });
    await store.get("a");
    await store.child("b").getRange("c", { offset: 0, length: 1 });
    for (const { sent } of await log())
      expect(sent).toMatchObject({ authorization: "Bearer t", "x-key": "k" });
  });

  it("go to no mirror of another origin, unless it has its own", async () => {
    const paths = Array.from({ length: 32 }, (_, i) => `c${i}`);
    const urls = [`${server.url}${prefix}`, `${other.url}${prefix}`];
    const shared = openStore({ urls, headers }, { policy });
    await Promise.all(paths.map((path) => shared.get(path)));
    const ofOther = await log(other);
    expect(ofOther.length).toBeGreaterThan(8);
    for (const { sent } of ofOther) expect(sent.authorization ?? sent["x-key"]).toBeUndefined();
    for (const { sent } of await log()) expect(sent["x-key"]).toBe("k");
    const own = openStore(
      { urls: [urls[0]!, { url: urls[1]!, headers: { "X-Key": "own" } }], headers },
      { policy },
    );
    await Promise.all(paths.map((path) => own.get(path)));
    const later = (await log(other)).slice(ofOther.length);
    expect(new Set(later.map(({ sent }) => sent["x-key"]))).toEqual(new Set(["own"]));
    expect(later.every(({ sent }) => sent.authorization === undefined)).toBe(true);
  });

  it("are redirected nowhere, which an error says at once", async () => {
    const Location = `${other.url}${prefix}/a`;
    await behave({ status: 302, headers: { Location } });
    await expect(open({ headers }).get("a")).rejects.toMatchObject({
      code: "http",
      attempts: 1,
      message: expect.stringContaining("redirects"),
    });
    expect(await log(other)).toEqual([]);
    // Without them there is nothing to leak.
    expect(await open().get("a")).toEqual(body);
  });

  it("come back whole on another thread", () => {
    const source = {
      headers,
      credentials: "include",
      forbiddenIsMissing: true,
      timeouts: { idleMs: 5 },
    } as const;
    const { spec } = open(source);
    expect(openStore(structuredClone(spec!)).spec).toEqual(spec);
    expect(spec).toMatchObject(source);
  });
});
