import { describe, expect, it } from "vitest";
import { isVoxelfeedError } from "../../../src/errors.js";
import { openStore } from "../../../src/zarr/store.js";

const url = "https://h.example/v.zarr";

function specOf(source: object) {
  return openStore(source as never).spec;
}

function failure(source: object) {
  try {
    openStore(source as never);
  } catch (error) {
    if (isVoxelfeedError(error)) return error;
  }
  throw new Error("expected a typed error");
}

describe("a source with options", () => {
  it("is plain data, and says no more than it was given", () => {
    expect(specOf({ url: `${url}/` })).toEqual({ kind: "http", url });
    expect(specOf({ url: new URL(url), forbiddenIsMissing: false, timeouts: {} })).toEqual({
      kind: "http",
      url,
      timeouts: {},
    });
    expect(specOf({ urls: [url, { url: "https://m.example/v", credentials: "include" }] })).toEqual({
      kind: "http",
      url,
      mirrors: [{ url: "https://m.example/v", credentials: "include" }],
    });
  });

  it("sends what is beside the URLs to the first one's origin only", () => {
    const headers = { "X-Key": "k" };
    const urls = [
      url,
      "https://h.example/other",
      "https://h.example:444/v",
      { url: "https://h.example/own", headers: {} },
    ];
    expect(specOf({ urls, headers })).toEqual({
      kind: "http",
      url,
      headers,
      mirrors: [
        { url: "https://h.example/other", headers },
        { url: "https://h.example:444/v" },
        { url: "https://h.example/own", headers: {} },
      ],
    });
  });

  it.each([
    [{ url, urls: [url] }, "source"],
    [{ url: 5 }, "source.url"],
    [{ urls: url }, "source.urls"],
    [{ urls: [url, { url: 5 }] }, "source.urls[1].url"],
    [{ urls: [url, { url, headers: { a: 5 } }] }, "source.urls[1].headers"],
    [{ url, headers: { Range: "bytes=0-1" } }, "source.headers"],
    [{ url, headers: { "no name": "x" } }, "source.headers"],
    [{ url, headers: ["a"] }, "source.headers"],
    [{ url, credentials: "always" }, "source.credentials"],
    [{ url, forbiddenIsMissing: 1 }, "source.forbiddenIsMissing"],
    [{ url, timeouts: { totalMs: 0 } }, "source.timeouts.totalMs"],
    [{ url, timeouts: { idleMs: Number.POSITIVE_INFINITY } }, "source.timeouts.idleMs"],
  ])("%j is refused at %s", (source, path) => {
    expect(failure(source)).toMatchObject({ code: "invalid-option", path });
  });

  it("names the nearest known option", () => {
    expect(failure({ url, timeout: {} }).message).toContain('Did you mean "timeouts"?');
    expect(failure({ url, timeouts: { totalMS: 5 } }).message).toContain('Did you mean "totalMs"?');
  });

  it("does not repeat secrets in its errors", () => {
    expect(String(failure({ url, headers: { Authorization: "Bearer secret", bad: 5 } }))).not.toContain(
      "secret",
    );
  });
});
