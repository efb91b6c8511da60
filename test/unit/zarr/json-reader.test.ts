import { describe, expect, it } from "vitest";
import { parseJsonText } from "../../../src/zarr/json-reader.js";

describe("parseJsonText", () => {
  it.each([
    "{}",
    "[]",
    ' { "a" : [ 1 , -2.5e3 , true , false , null , "" ] } \n',
    '{"a":{"b":[{"c":0}]},"ä":"ö","\\u0061\\n\\"\\\\\\/":"\\ud83d\\ude00"}',
    "[0, -0, 1.0, 1e-7, 9007199254740991, -9007199254740991]",
    '"text"',
    "7",
  ])("reads %s as JSON.parse does", (text) => {
    expect(parseJsonText(text)).toEqual(JSON.parse(text));
  });

  it("keeps what doubles would lose, and the words of Python", () => {
    const text =
      "[18446744073709551615, -9223372036854775808, 9007199254740992, NaN, Infinity, -Infinity, 1e19]";
    expect(parseJsonText(text)).toEqual([
      "18446744073709551615",
      "-9223372036854775808",
      "9007199254740992",
      "NaN",
      "Infinity",
      "-Infinity",
      1e19,
    ]);
  });

  it("makes objects that inherit nothing, whatever their members are called", () => {
    const object = parseJsonText('{"__proto__":{"polluted":1},"constructor":2}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.keys(object)).toEqual(["__proto__", "constructor"]);
    expect(object.toString).toBeUndefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each([
    ["", "at character 0 the text ends, expected a value"],
    ["{", "expected a name in quotes"],
    ['{"a"}', 'there is "}", expected ":"'],
    ['{"a":1,}', "expected a name in quotes"],
    ['{"a":1 "b":2}', 'expected "," or "}"'],
    ["[1,]", "expected a value"],
    ["[1", 'expected "," or "]"'],
    ["[1] 2", "expected the end"],
    ["01", "expected a value"],
    ["1.", "expected a value"],
    [".5", "expected a value"],
    ["+1", "expected a value"],
    ["0x10", "expected a value"],
    ["nul", "expected a value"],
    ["undefined", "expected a value"],
    ['"abc', "without control characters"],
    ['"a\\', "without control characters"],
    ['"a\nb"', "without control characters"],
    ['"\\x"', "known escapes"],
    ['{"a":1,"a":2}', 'the name "a" comes twice'],
    ["9".repeat(2000), "expected a value"],
  ])("refuses %j", (text, message) => {
    expect(() => parseJsonText(text)).toThrow(message);
  });

  it("is bounded in depth and in values", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(() => parseJsonText(nested(65))).not.toThrow();
    expect(() => parseJsonText(nested(66))).toThrow(/more than 64 deep/);
    expect(() => parseJsonText(`[${"1,".repeat(150_000)}1]`)).not.toThrow();
    expect(() => parseJsonText(`[${"1,".repeat(200_000)}1]`)).toThrow(/more than 200000 values/);
  });
});
