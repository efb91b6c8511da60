import { expect, it } from "vitest";
import { isVoxelfeedError } from "../../../src/errors.js";
import { type DatasetDict, type RowSource, readRows, type SplitPair } from "../../../src/split/rows.js";

const base = "https://h.org/data/";

async function rowsOf(source: RowSource) {
  return (await readRows(source, false)).rows;
}

it("resolves a CSV's paths against one base or two, keeping brackets and signatures", async () => {
  const csv = 'train,a.zarr,em,a.zarr,"crop1/[m,n]"\nval,https://other.org/b.zarr?s=1,../c/[m]';
  expect(await rowsOf({ csv, baseUrl: base })).toEqual([
    {
      row: 1,
      where: "line 1",
      usage: "train",
      raw: "https://h.org/data/a.zarr/em",
      target: "https://h.org/data/a.zarr/crop1/[m,n]",
      classes: ["m", "n"],
    },
    {
      row: 2,
      where: "line 2",
      usage: "validation",
      raw: "https://other.org/b.zarr?s=1",
      target: "https://h.org/c/[m]",
      classes: ["m"],
    },
  ]);
  const [first] = await rowsOf({ csv, baseUrl: { raw: "https://raw.org", target: "https://gt.org/x/" } });
  expect([first!.raw, first!.target]).toEqual([
    "https://raw.org/a.zarr/em",
    "https://gt.org/x/a.zarr/crop1/[m,n]",
  ]);
});

it("reads pairs and dictionaries alike", async () => {
  const pairs: SplitPair[] = [
    { split: "train", raw: "r1", target: "c1/[a]" },
    { split: "validate", raw: new URL("r2", base), target: "" },
    { split: "val", raw: "r3" },
  ];
  const fromPairs = await rowsOf({ pairs, baseUrl: base });
  const datasetDict: DatasetDict = {
    train: [{ raw: "r1", gt: "c1/[a]" }],
    validate: [{ raw: "r2", target: null }, { raw: "r3" }],
  };
  const fromDict = await rowsOf({ datasetDict, baseUrl: base });
  const bare = ({ usage, raw, target, classes }: (typeof fromDict)[number]) => ({
    usage,
    raw,
    target,
    classes,
  });
  expect(fromPairs.map(bare)).toEqual([
    { usage: "train", raw: `${base}r1`, target: `${base}c1/[a]`, classes: ["a"] },
    { usage: "validation", raw: `${base}r2`, target: null, classes: null },
    { usage: "validation", raw: `${base}r3`, target: null, classes: null },
  ]);
  expect(fromDict.map(bare)).toEqual(fromPairs.map(bare));
  expect(fromPairs.map(({ row, where }) => [row, where])[2]).toEqual([3, "pairs[2]"]);
  expect(fromDict.map(({ row, where }) => [row, where])[2]).toEqual([2, "datasetDict.validate[1]"]);
});

// biome-ignore format: a table
const badInput: readonly (readonly [object, string, RegExp, { readonly path?: string; readonly row?: number }?])[] = [
  [{}, "invalid-option", /exactly one of csv, pairs and datasetDict/],
  [{ csv: "train,a,b", pairs: [] }, "invalid-option", /exactly one/],
  [{ csv: 3 }, "invalid-option", /csv must be the text or URL/],
  [{ pairs: {} }, "invalid-option", /pairs must be a list/],
  [{ pairs: [{ split: "test", raw: "r" }] }, "invalid-option", /"train" or "validation"/, { path: "pairs[0].split" }],
  [{ pairs: [{ split: "train", raw: "" }] }, "invalid-option", /URL of an image/, { path: "pairs[0].raw" }],
  [{ pairs: [{ split: "train", raw: "r", target: 1 }] }, "invalid-option", /URL of a crop/, { path: "pairs[0].target" }],
  [{ pairs: [{ split: "train", raw: "r", targte: "t" }] }, "unknown-option", /Did you mean "target"/, { path: "pairs[0].targte" }],
  [{ datasetDict: { trian: [] } }, "unknown-option", /Did you mean "train"/],
  [{ datasetDict: { train: {} } }, "invalid-option", /datasetDict.train must be a list/],
  [{ datasetDict: { train: [{ raw: "r", gt: "t", target: "t" }] } }, "invalid-option", /both name the same/, { path: "datasetDict.train[0].gt" }],
  [{ csv: "train,a,b/[c]", baseUrl: { rwa: "x" } }, "unknown-option", /Did you mean "raw"/],
  [{ csv: "train,r,t\ntrain,r,t/[]" }, "invalid-option", /^line 2: .*at least one class/, { row: 2 }],
  [{ csv: "train,r,t\n\ntrain,ftp://h/r,t" }, "invalid-option", /^line 3: expected an http\(s\) URL/, { row: 3 }],
  [{ csv: "train,r,t", baseUrl: "not a base" }, "invalid-option", /^line 1: baseUrl must be a URL that "r" can be/, { row: 1, path: "baseUrl" }],
  [{ csv: "train,r" }, "invalid-csv", /Line 1/, { row: 1 }],
];

it.each(badInput.map(([source, code, message, fields = {}]) => ({ source, code, message, fields })))(
  "refuses $source with one typed error",
  async ({ source, code, message, fields }) => {
    const error: unknown = await readRows({ baseUrl: base, ...source }, false).catch(
      (reason: unknown) => reason,
    );
    expect(isVoxelfeedError(error)).toBe(true);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), ...fields });
  },
);

it("leaves unreadable rows out where it is told to, with row and reason", async () => {
  const csv = "train,r,t/[a]\nfoo,r,t\ntrain,r,t/[]\nval,r,t/[b]";
  const { rows, unreadable } = await readRows({ csv, baseUrl: base }, true);
  expect(rows.map(({ row }) => row)).toEqual([1, 4]);
  expect(unreadable).toMatchObject([
    { row: 2, where: "line 2", usage: null, error: { code: "invalid-csv", row: 2 } },
    { row: 3, where: "line 3", usage: "train", raw: "r", target: "t/[]", error: { code: "invalid-option" } },
  ]);
});
