import { describe, expect, test } from "vitest";
import { VoxelfeedError } from "../../../src/errors.js";
import type { ByteRange, ByteStore, GetOptions } from "../../../src/zarr/byte-store.js";
import { coalesceRanges, groupSpans } from "../../../src/zarr/coalesce.js";

type Request = { readonly range: ByteRange; readonly options: GetOptions };

/** A store of one object whose byte at i is i, with every request it met. */
function recordingStore(size = 4096, delayMs = 5) {
  const requests: Request[] = [];
  const object = Uint8Array.from({ length: size }, (_, i) => i & 255);
  const store: ByteStore = {
    url: "memory:",
    spec: null,
    get: async () => object,
    async getRange(_path, range, options = {}) {
      requests.push({ range, options });
      await new Promise((resolve, reject) => {
        setTimeout(resolve, delayMs);
        options.signal?.addEventListener("abort", () => reject(options.signal!.reason));
      });
      if ("suffixLength" in range) return object.subarray(size - range.suffixLength);
      if (range.offset + range.length > size) throw new VoxelfeedError("range", "the object is shorter");
      options.onVersion?.("v1");
      return object.subarray(range.offset, range.offset + range.length);
    },
    rootExists: async () => true,
    child: () => store,
  };
  return { store, requests };
}

const at = (offset: number, length: number) => ({ span: { offset, length } });
const spansOf = (groups: ReturnType<typeof at>[][]) => groups.map((g) => g.map(({ span }) => span.offset));

describe("groupSpans", () => {
  test("joins neighbours in order of offset", () => {
    expect(spansOf(groupSpans([at(20, 10), at(0, 10), at(10, 10)], 0, 100))).toEqual([[0, 10, 20]]);
  });
  test("a hole up to the gap is bridged, a larger one is not", () => {
    expect(spansOf(groupSpans([at(0, 10), at(15, 10), at(31, 10)], 5, 100))).toEqual([[0, 15], [31]]);
  });
  test("no group is longer than the cap, unless one range alone is", () => {
    expect(spansOf(groupSpans([at(0, 10), at(10, 10), at(20, 10), at(30, 99)], 5, 20))).toEqual([
      [0, 10],
      [20],
      [30],
    ]);
  });
  test("ranges may overlap, and the same may be asked for twice", () => {
    expect(spansOf(groupSpans([at(0, 50), at(10, 5), at(10, 5), at(50, 5)], 0, 100))).toEqual([
      [0, 10, 10, 50],
    ]);
  });
});

describe("coalesceRanges", () => {
  test("one request for what is asked for together; every caller gets its own bytes and the version", async () => {
    const { store, requests } = recordingStore();
    const merged = coalesceRanges(store);
    const versions: string[] = [];
    const parts = await Promise.all(
      [300, 100, 200].map((offset) =>
        merged.getRange("c", { offset, length: 10 }, { onVersion: (version) => versions.push(version) }),
      ),
    );
    expect(requests.map(({ range }) => range)).toEqual([{ offset: 100, length: 210 }]);
    expect(parts.map((part) => [part![0], part!.byteLength])).toEqual([
      [300 & 255, 10],
      [100, 10],
      [200, 10],
    ]);
    expect(versions).toEqual(["v1", "v1", "v1"]);
  });

  test("other objects, other times and suffixes are requests of their own", async () => {
    const { store, requests } = recordingStore();
    const merged = coalesceRanges(store);
    await Promise.all([
      merged.getRange("a", { offset: 0, length: 1 }),
      merged.getRange("b", { offset: 1, length: 1 }),
      merged.getRange("a", { suffixLength: 4 }),
    ]);
    await merged.getRange("a", { offset: 1, length: 1 });
    expect(requests).toHaveLength(4);
  });

  test("does not cancel while some callers are still waiting, and gives the leaver its own reason", async () => {
    const { store, requests } = recordingStore();
    const merged = coalesceRanges(store);
    const leaver = new AbortController();
    const gone = merged.getRange("a", { offset: 0, length: 4 }, { signal: leaver.signal });
    const stays = merged.getRange("a", { offset: 4, length: 4 });
    setTimeout(() => leaver.abort("enough"), 3);
    await expect(gone).rejects.toBe("enough");
    expect(requests[0]!.options.signal!.aborted).toBe(false);
    expect((await stays)![0]).toBe(4);
  });

  test("cancels when the last caller leaves; who left before the request costs none", async () => {
    const { store, requests } = recordingStore(4096, 50);
    const merged = coalesceRanges(store);
    const early = new AbortController();
    const never = merged.getRange("a", { offset: 0, length: 4 }, { signal: early.signal });
    early.abort("early");
    await expect(never).rejects.toBe("early");
    const leaver = new AbortController();
    const gone = merged.getRange("a", { offset: 8, length: 4 }, { signal: leaver.signal });
    setTimeout(() => leaver.abort("late"), 10);
    await expect(gone).rejects.toBe("late");
    expect(requests).toHaveLength(1);
    expect(requests[0]!.options.signal!.aborted).toBe(true);
  });

  test("a range beyond the object fails alone", async () => {
    const { store } = recordingStore(1000);
    const merged = coalesceRanges(store);
    const [good, bad] = await Promise.allSettled([
      merged.getRange("a", { offset: 900, length: 50 }),
      merged.getRange("a", { offset: 950, length: 100 }),
    ]);
    expect(good.status).toBe("fulfilled");
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "range" } });
  });
});
