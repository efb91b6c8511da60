import { expect, it } from "vitest";
import type { VoxelfeedError } from "../../../src/errors.js";
import { parseSplitCsv } from "../../../src/split/csv.js";

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

it("reads an empty target as a crop without annotation", () => {
  expect(parseSplitCsv('train,a.zarr,em,,\ntrain,a.zarr/em,""')).toEqual([
    { line: 1, usage: "train", raw: "a.zarr/em", target: null },
    { line: 2, usage: "train", raw: "a.zarr/em", target: null },
  ]);
});

const badLines: readonly (readonly [string, RegExp])[] = [
  ["train,a,b,c", /Line 1 .*got 4/],
  ["train", /Line 1 .*got 1/],
  ["test,a,b", /"train" or "validate", got "test"/],
  ["train,,b", /names no raw image/],
  ['train,"a,b', /quote is not closed/],
  ["train,a,b/[c", /square bracket/],
];

it.each(badLines)("refuses %j, naming the line", (csv, message) => {
  expect(() => parseSplitCsv(csv)).toThrow(message);
});

it("hands bad lines over and reads on, where it is told to", () => {
  const errors: VoxelfeedError[] = [];
  const csv = ["train,a,b", ...badLines.map(([line]) => line), "val,c,d"].join("\n");
  const rows = parseSplitCsv(csv, (error) => errors.push(error));
  expect(rows.map(({ line, raw }) => [line, raw])).toEqual([
    [1, "a"],
    [8, "c"],
  ]);
  expect(errors.map(({ code, row }) => [code, row])).toEqual(badLines.map((_, i) => ["invalid-csv", i + 2]));
});
