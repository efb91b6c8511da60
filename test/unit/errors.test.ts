import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isVoxelfeedError, VoxelfeedError } from "../../src/errors.js";
import { fromWireError, toWireError } from "../../src/wire-error.js";

it("names the place in the message and keeps every field", () => {
  const error = new VoxelfeedError("decode", "Bad bytes.", {
    url: "http://x/y",
    array: "s0",
    level: 0,
    chunk: [1, 2, 3],
  });
  expect(error.message).toBe('Bad bytes. (url http://x/y, array "s0", level 0, chunk [1, 2, 3])');
  expect(isVoxelfeedError(error)).toBe(true);
  expect(isVoxelfeedError(error, "http", "decode")).toBe(true);
  expect(isVoxelfeedError(error, "http")).toBe(false);
  expect(isVoxelfeedError(new Error("x"))).toBe(false);
});

it("crosses a structured clone whole", () => {
  const cause = new Error("crc");
  const error = new VoxelfeedError("http", "Busy.", {
    status: 503,
    attempts: 3,
    retryable: true,
    url: "u",
    cause,
  });
  const copy = fromWireError(structuredClone(toWireError(error, "worker")));
  expect({ ...copy }).toEqual({ ...error });
  expect(copy.message).toBe(error.message);
  expect(copy.cause).toBe("crc");
  expect(copy.stack).toBe(error.stack);
});

it("gives what is no VoxelfeedError the fallback code", () => {
  expect(fromWireError(toWireError(new TypeError("boom"), "worker"))).toMatchObject({
    code: "worker",
    message: "boom",
  });
});

describe("what the source throws", () => {
  const root = join(import.meta.dirname, "../..");
  const files = ["src", "workers"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`),
  );
  const read = (file: string): string => readFileSync(join(root, file), "utf8");

  /** Where untyped errors begin that get their code, or are dealt with, before a user meets them. */
  const untyped = [
    // Decoders say what is wrong with the bytes; zarr/codecs.ts makes it a `decode` error that names the chunk.
    "src/zarr/decoders/",
    "src/zarr/pipeline.ts",
    // JSON that is none: zarr/json.ts makes it an `invalid-metadata` error that names the document.
    "src/zarr/json-reader.ts",
    // A body that ended early is a broken connection: asked for again, and `network` at last.
    "src/zarr/http.ts",
    "src/zarr/range-reply.ts",
    // A disk that is full makes a record a miss.
    "src/cache/disk/payload.ts",
    // Mistakes of our own.
    "src/cache/lru.ts",
  ];

  it("is typed, or is typed by whoever calls", () => {
    expect(files.length).toBeGreaterThan(200);
    const throwing = files.filter((file) =>
      /throw (new (?!VoxelfeedError\b|GpuOutOfMemory\b|LostWorker\b)[A-Z]\w*\(|["'`{])/.test(read(file)),
    );
    expect(throwing.filter((file) => !untyped.some((place) => file.startsWith(place)))).toEqual([]);
  });

  it("uses every code somewhere", () => {
    const [, union] = /export type ErrorCode =([^;]*);/.exec(read("src/errors.ts"))!;
    const codes = [...union!.matchAll(/"([a-z-]+)"/g)].map((match) => match[1]!);
    const sources = files.filter((file) => file !== "src/errors.ts").map(read);
    expect(codes.filter((code) => !sources.some((source) => source.includes(`"${code}"`)))).toEqual([]);
  });
});
