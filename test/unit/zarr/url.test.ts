import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isVoxelfeedError } from "../../../src/errors.js";
import { belowRoot, joinUrl, messageUrl, sourceUrl } from "../../../src/zarr/url.js";

const root = "https://host.example/a/b.zarr";

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isVoxelfeedError(error) ? error.code : String(error);
  }
  return undefined;
}

describe("sourceUrl", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ["https://h.example/a.zarr/", "https://h.example/a.zarr"],
    ["https://h.example/a.zarr///?x=1#frag", "https://h.example/a.zarr?x=1"],
    ["http://h.example", "http://h.example/"],
    [new URL("https://h.example/a b"), "https://h.example/a%20b"],
  ])("%s", (source, expected) => {
    expect(sourceUrl(source)).toBe(expected);
  });

  it.each(["a.zarr", "ftp://h.example/a", "s3://bucket/key", "file:///a", "https://u:p@h.example/a", ""])(
    "refuses %j",
    (source) => {
      expect(codeOf(() => sourceUrl(source))).toBe("invalid-option");
    },
  );

  it("resolves against the page where there is one", () => {
    vi.stubGlobal("location", { href: "https://page.example/dir/index.html?q=1" });
    expect(sourceUrl("../data/a.zarr")).toBe("https://page.example/data/a.zarr");
  });

  it.each(["nonsense?secret=1", "https://user:pass@h.example/a?secret=1"])(
    "keeps secrets out of its message",
    (source) => {
      expect.assertions(1);
      try {
        sourceUrl(source);
      } catch (error) {
        expect(String(error)).not.toMatch(/secret|user:|pass@/);
      }
    },
  );
});

describe("joinUrl", () => {
  it.each([
    ["s0", `${root}/s0`],
    ["s0/", `${root}/s0`],
    ["./s0/./0", `${root}/s0/0`],
    ["", root],
    [".", root],
    ["a b/ü#?&", `${root}/a%20b/%C3%BC%23%3F%26`],
    ["100%", `${root}/100%25`],
    ["..hidden/a..b", `${root}/..hidden/a..b`],
  ])("%j", (path, expected) => {
    expect(joinUrl(root, path)).toBe(expected);
  });

  it("keeps the root's query string", () => {
    expect(joinUrl(`${root}?sig=a%2Fb`, "s0/0/0/0")).toBe(`${root}/s0/0/0/0?sig=a%2Fb`);
  });

  it.each([
    "..",
    "../x",
    "a/../b",
    "a/..",
    "/etc",
    "//host/x",
    "a//b",
    "https://evil.example/x",
    "data:text/plain,x",
    "C:\\x",
    "a\\..\\b",
    "%2e%2e/x",
    "a/%2E%2e",
    "a%2fb",
    "a\u0000b",
    "a\nb",
    "a%0ab",
    "/",
  ])("refuses %j", (path) => {
    expect(codeOf(() => joinUrl(root, path))).toBe("invalid-metadata");
  });

  it("never leaves the root, whatever the path", () => {
    const nasty = fc.array(
      fc.constantFrom("..", ".", "/", "\\", "%2e", "%2F", "a", ":", "?", "#", "@", "\t", "//", "%"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          nasty.map((parts) => parts.join("")),
          fc.string(),
        ),
        (path) => {
          let joined: string;
          try {
            joined = joinUrl(`${root}?q=1`, path);
          } catch (error) {
            return isVoxelfeedError(error, "invalid-metadata");
          }
          // Parsed once more, as fetch does.
          const url = new URL(joined);
          const isBelow = url.pathname === "/a/b.zarr" || url.pathname.startsWith("/a/b.zarr/");
          return url.host === "host.example" && url.search === "?q=1" && url.hash === "" && isBelow;
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe("messageUrl and belowRoot", () => {
  it("drops query, fragment and credentials", () => {
    expect(messageUrl("https://u:p@h.example/a/?sig=1#x")).toBe("https://h.example/a");
    expect(messageUrl("directory:volume")).toBe("directory:volume");
  });

  it("normalises paths", () => {
    expect(belowRoot("./a/b/", "x")).toBe("a/b");
    expect(belowRoot("", "x")).toBe("");
  });
});
