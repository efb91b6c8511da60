import { expect, it } from "vitest";
import { parseTarget } from "../../../src/dataset/classes.js";
import { parseSplitCsv } from "../../../src/dataset/csv.js";

it("reads the five-column and the three-column form, comments and quoted brackets", () => {
  const csv = [
    "# usage, raw, path, target, path",
    'train,a.zarr,em/raw,a.zarr,"labels/crop1/[membrane,mito]"',
    "validate,a.zarr/em/raw,a.zarr/labels/crop2/[mito]",
    "",
    "val,a.zarr,em/raw,b.zarr,labels/crop3/[x,y]",
  ].join("\r\n");
  expect(parseSplitCsv(csv)).toEqual([
    { line: 2, usage: "train", raw: "a.zarr/em/raw", target: "a.zarr/labels/crop1/[membrane,mito]" },
    { line: 3, usage: "validation", raw: "a.zarr/em/raw", target: "a.zarr/labels/crop2/[mito]" },
    { line: 5, usage: "validation", raw: "a.zarr/em/raw", target: "b.zarr/labels/crop3/[x,y]" },
  ]);
});

it.each([
  ["train,a,b,c", /Line 1 .*got 4/],
  ["test,a,b", /"train" or "validate", got "test"/],
  ['train,"a,b', /quote is not closed/],
  ["train,a,b/[c", /square bracket/],
])("refuses %j, naming the line", (csv, message) => {
  expect(() => parseSplitCsv(csv)).toThrow(message);
});

it("splits a target into group and classes", () => {
  expect(parseTarget("http://h/crop1/[a, b]")).toEqual({ root: "http://h/crop1", classes: ["a", "b"] });
  expect(parseTarget("http://h/crop1/[a]?sig=1")).toEqual({ root: "http://h/crop1?sig=1", classes: ["a"] });
  expect(parseTarget("http://h/crop1")).toEqual({ root: "http://h/crop1", classes: null });
  expect(() => parseTarget("http://h/[]")).toThrow(/at least one class/);
  expect(() => parseTarget("http://h/[a]/b")).toThrow(/bracketed list/);
});
