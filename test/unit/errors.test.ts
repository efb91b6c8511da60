import { expect, it } from "vitest";
import { fromWireError, isVoxelfeedError, toWireError, VoxelfeedError } from "../../src/errors.js";

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
