import { describe, expect, it } from "vitest";
import type { ByteRange, StoreSpec } from "../../../src/zarr/byte-store.js";
import { openStore } from "../../../src/zarr/store.js";

const body = Uint8Array.from({ length: 100 }, (_, i) => i);

/** A directory handle over a plain object: what the browser gives, as far as the store uses it. */
function directory(
  name: string,
  entries: Record<string, Uint8Array | object>,
  denied = false,
): FileSystemDirectoryHandle {
  const find = (entry: string, isFile: boolean) => {
    if (denied) throw new DOMException("no", "NotAllowedError");
    const found = Object.hasOwn(entries, entry) ? entries[entry]! : undefined;
    if (found === undefined) throw new DOMException(entry, "NotFoundError");
    if (found instanceof Uint8Array !== isFile) throw new DOMException(entry, "TypeMismatchError");
    return found;
  };
  const handle = {
    kind: "directory",
    name,
    getFileHandle: async (entry: string) => {
      const bytes = find(entry, true) as Uint8Array<ArrayBuffer>;
      return { getFile: async () => new File([bytes], entry) };
    },
    getDirectoryHandle: async (entry: string) =>
      directory(entry, find(entry, false) as Record<string, Uint8Array>),
  };
  return handle as unknown as FileSystemDirectoryHandle;
}

const tree = directory("volume", { a: { b: { c: body } }, "zarr.json": new Uint8Array([123, 125]) });
const custom = (ranges: boolean) => ({
  get: async (key: string) => (key === "/a/b/c" ? body : undefined),
  ...(ranges && {
    getRange: async (key: string, range: ByteRange) => {
      if (key !== "/a/b/c") return undefined;
      if ("suffixLength" in range) return body.slice(-range.suffixLength);
      return body.slice(range.offset, range.offset + range.length);
    },
  }),
});

describe.each([
  ["a directory", () => openStore(tree)],
  ["a store with ranges", () => openStore(custom(true))],
  ["a store without ranges", () => openStore(custom(false))],
])("%s", (_, open) => {
  it("reads whole objects and parts", async () => {
    const store = open();
    expect(await store.get("a/b/c")).toEqual(body);
    expect(await store.child("a").child("b").get("c")).toEqual(body);
    expect(await store.getRange("a/b/c", { offset: 10, length: 5 })).toEqual(body.slice(10, 15));
    expect(await store.getRange("a/b/c", { suffixLength: 3 })).toEqual(body.slice(97));
    expect(await store.getRange("a/b/c", { suffixLength: 300 })).toEqual(body);
  });

  it("misses what is not there", async () => {
    const store = open();
    for (const path of ["x", "a/x", "a/b/c/d", "a/b", "x/y/z"]) expect(await store.get(path)).toBeUndefined();
    expect(await store.getRange("x", { offset: 0, length: 1 })).toBeUndefined();
  });

  it("refuses ranges beyond the end, objects beyond maxBytes and paths out of the root", async () => {
    const store = open();
    await expect(store.getRange("a/b/c", { offset: 90, length: 20 })).rejects.toMatchObject({
      code: "range",
    });
    await expect(store.get("a/b/c", { maxBytes: 99 })).rejects.toMatchObject({ code: "unsupported" });
    expect(await store.get("a/b/c", { maxBytes: 100 })).toEqual(body);
    await expect(store.get("../a")).rejects.toMatchObject({ code: "invalid-metadata" });
    expect(() => store.child("a").child("../..")).toThrow(/must stay below/);
  });

  it("rejects with the signal's reason", async () => {
    const reason = new Error("mine");
    await expect(open().get("a/b/c", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("specs", () => {
  it("open the same store again", async () => {
    const child = openStore(tree).child("a");
    expect(await openStore(child.spec!).get("b/c")).toEqual(body);
    const http = openStore("https://h.example/v.zarr/?sig=1");
    expect(http.url).toBe("https://h.example/v.zarr");
    expect(openStore(http.child("s0").spec!).spec).toEqual({
      kind: "http",
      url: "https://h.example/v.zarr/s0?sig=1",
    } satisfies StoreSpec);
    expect(openStore(custom(true)).spec).toBeNull();
  });

  it.each([42, null, {}, { kind: "http" }])("refuses %j", (source) => {
    expect(() => openStore(source as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

describe("a directory", () => {
  it("tells whether its root is there", async () => {
    expect(await openStore(tree).rootExists()).toBe(true);
    expect(await openStore(tree).child("nope").rootExists()).toBe(false);
  });

  it("that may not be read is forbidden", async () => {
    await expect(openStore(directory("x", {}, true)).get("a")).rejects.toMatchObject({
      code: "forbidden",
      url: "directory:x/a",
    });
  });
});

describe("a custom store", () => {
  it("that fails is a storage error with its own as cause", async () => {
    const cause = new Error("disk on fire");
    const store = openStore({
      get: () => {
        throw cause;
      },
    });
    await expect(store.get("a")).rejects.toMatchObject({ code: "storage", url: "store:custom/a", cause });
  });

  it("that ignores the signal does not keep its caller waiting", async () => {
    const controller = new AbortController();
    const reading = openStore({ get: () => new Promise<undefined>(() => {}) }).get("a", {
      signal: controller.signal,
    });
    controller.abort(new Error("mine"));
    await expect(reading).rejects.toThrow("mine");
  });

  it("that answers a range with something else is a range error", async () => {
    const store = openStore({ get: () => body, getRange: () => body });
    await expect(store.getRange("a", { offset: 10, length: 5 })).rejects.toMatchObject({ code: "range" });
  });
});
