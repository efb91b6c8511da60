import { describe, expect, it } from "vitest";
import type { SourceDType } from "../../../src/types.js";
import { fillBytes } from "../../../src/zarr/fill.js";
import { parseJson } from "../../../src/zarr/json.js";

const bytesOf = (array: ArrayBufferView) => [...new Uint8Array(array.buffer)];

describe("fillBytes", () => {
  it.each<[SourceDType, unknown, ArrayBufferView]>([
    ["bool", true, new Uint8Array([1])],
    ["bool", false, new Uint8Array([0])],
    ["bool", 1, new Uint8Array([1])],
    ["uint8", 255, new Uint8Array([255])],
    ["int8", -128, new Int8Array([-128])],
    ["int16", -2, new Int16Array([-2])],
    ["uint16", 65535, new Uint16Array([65535])],
    ["int32", -(2 ** 31), new Int32Array([-(2 ** 31)])],
    ["uint32", 2 ** 32 - 1, new Uint32Array([2 ** 32 - 1])],
    ["int64", "-9223372036854775808", new BigInt64Array([-(2n ** 63n)])],
    ["uint64", "18446744073709551615", new BigUint64Array([2n ** 64n - 1n])],
    ["int64", null, new BigInt64Array(1)],
    ["float32", undefined, new Float32Array(1)],
    ["float16", 1.5, new Uint16Array([0x3e00])],
    ["float16", "0x7e01", new Uint16Array([0x7e01])],
    ["float16", "-Infinity", new Uint16Array([0xfc00])],
    ["float32", 0.1, new Float32Array([0.1])],
    ["float32", "NaN", new Float32Array([Number.NaN])],
    ["float32", "Infinity", new Float32Array([Infinity])],
    ["float32", "0x7fc00000", new Uint32Array([0x7fc00000])],
    ["float32", "0xffc00001", new Uint32Array([0xffc00001])],
    ["float64", 0.1, new Float32Array([0.1])],
    ["float64", "0x3ff8000000000000", new Float32Array([1.5])],
    ["float64", "0x7ff8000000000000", new Float32Array([Number.NaN])],
    ["float64", 1e300, new Float32Array([Infinity])],
    ["float32", "12345678901234567890", new Float32Array([1.2345678901234567e19])],
  ])("%s %j", (dtype, fill, expected) => {
    expect(fillBytes(fill, dtype, "u")).toEqual(bytesOf(expected));
  });

  it.each<[SourceDType, unknown]>([
    ["uint8", 256],
    ["uint8", -1],
    ["uint8", 1.5],
    ["uint8", "1e3"],
    ["uint8", "NaN"],
    ["int8", 128],
    ["uint64", "18446744073709551616"],
    ["int64", "9223372036854775808"],
    ["bool", 2],
    ["bool", "true"],
    ["float32", "nonsense"],
    ["float32", "0x7fc0"],
    ["float32", true],
    ["float32", [0]],
    ["uint8", true],
  ])("refuses %s %j", (dtype, fill) => {
    expect(() => fillBytes(fill, dtype, "https://u.example")).toThrow(/fill value/);
  });
});

describe("parseJson", () => {
  const parse = (text: string) => parseJson(new TextEncoder().encode(text), "https://u.example/x");

  it("keeps integers beyond 2^53 exact and leaves all else alone", () => {
    const parsed = parse(
      '{"a": 18446744073709551615, "b": -9223372036854775808, "c": 9007199254740991, "d": 0.12345678901234567890,' +
        '"e": "18446744073709551615 NaN", "f": 1234567890123456789e2, "g": "a\\"12345678901234567890", "h": [1]}',
    );
    expect(parsed).toEqual({
      a: "18446744073709551615",
      b: "-9223372036854775808",
      c: 9007199254740991,
      d: Number("0.12345678901234567890"),
      e: "18446744073709551615 NaN",
      f: Number("1234567890123456789e2"),
      g: 'a"12345678901234567890',
      h: [1],
    });
  });

  it("reads Python's NaN and Infinity", () => {
    expect(parse('{"a": NaN, "b": -Infinity, "c": [Infinity], "d": "NaN"}')).toEqual({
      a: "NaN",
      b: "-Infinity",
      c: ["Infinity"],
      d: "NaN",
    });
  });

  it.each([
    ["<!doctype html><p>", /HTML/],
    ["  <html>", /HTML/],
    ["{", /expected JSON/],
    ["", /expected JSON/],
    ["[]", /JSON object/],
    ["null", /JSON object/],
  ])("refuses %j", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
