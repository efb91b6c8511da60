/** Splits over HTTP: every form, what is left out and why, and how much is asked for at once. */
import { beforeAll, expect, inject, it, vi } from "vitest";
import { type DataSplitSpec, isVoxelfeedError, type LeftOutRow, openDataSplit } from "../../../src/index.js";
import { behave, freshName, requestsBelow, serve, serveCrop } from "../../helpers/volumes.js";

const array = { shape: [8, 8, 8], scale: [10, 10, 10] } as const;
const arrays = {
  inputArrays: { raw: array },
  targetArrays: { labels: array },
  workers: 1,
  backend: "cpu",
} as const;

let crop: Awaited<ReturnType<typeof serveCrop>>;

beforeAll(async () => {
  crop = await serveCrop();
});

/** A row of each kind: good, missing raw, missing class, raw only. */
function mixedCsv(): string {
  return [
    "# usage, raw, target",
    `train,${crop.raw},${crop.root}/crop/[a]`,
    `train,${crop.root}/nowhere,${crop.root}/crop/[a]`,
    `validate,${crop.raw},${crop.root}/crop/[a,ghost]`,
    `validate,${crop.raw},`,
  ].join("\n");
}

async function errorOf(spec: object): Promise<unknown> {
  return await openDataSplit({ ...arrays, ...spec } as DataSplitSpec).then(
    (split) => split.dispose(),
    (error: unknown) => error,
  );
}

it("opens CSV, pairs and dictionary to the same samples", async () => {
  const forms: readonly Partial<DataSplitSpec>[] = [
    { csv: `train,raw,crop/[a,b]\nval,raw,crop/[b]`, baseUrl: `${crop.root}/` },
    {
      pairs: [
        { split: "train", raw: crop.raw, target: crop.target },
        { split: "validation", raw: crop.raw, target: `${crop.root}/crop/[b]` },
      ],
    },
    {
      datasetDict: {
        train: [{ raw: crop.raw, gt: crop.target }],
        validate: [{ raw: "raw", target: "crop/[b]" }],
      },
      baseUrl: `${crop.root}/`,
    },
  ];
  const results = [];
  for (const form of forms) {
    const split = await openDataSplit({ ...arrays, ...form });
    const [train, validation] = await Promise.all([split.train!.get(7), split.validation!.get(7)]);
    results.push({
      classes: split.classes,
      lengths: [split.train!.length, split.validation!.length],
      labels: [train.arrays.labels!.data, validation.arrays.labels!.data],
      masks: [train.arrays.labels!.mask, validation.arrays.labels!.mask],
    });
    split.dispose();
  }
  const [first] = results;
  expect(first!.classes).toEqual(["a", "b"]);
  // A crop of 24³ voxels has 17³ positions for a patch of 8³.
  expect(first!.lengths).toEqual([4913, 4913]);
  const voxels = 512;
  expect(first!.labels[0]!.some((value) => value === 1)).toBe(true);
  // The validation crop does not name class a: unknown, not absent.
  expect(first!.masks[1]!.subarray(0, voxels).every((value) => value === 0)).toBe(true);
  expect(first!.masks[1]!.subarray(voxels).every((value) => value === 1)).toBe(true);
  expect(results[1]).toEqual(first);
  expect(results[2]).toEqual(first);
});

it("fails with row, code, place and cause of the row that cannot be opened", async () => {
  const error = await errorOf({ csv: mixedCsv().split("\n").slice(0, 3).join("\n") });
  expect(error).toMatchObject({ code: "not-found", row: 3, url: `${crop.root}/nowhere`, status: 404 });
  const { message, cause } = error as Error;
  expect(message).toMatch(/^line 3 \(http.*crop\/\[a\]\): .*\(url http[^)]*nowhere\)$/);
  expect(message.match(/nowhere/g)!.length).toBe(1);
  expect(isVoxelfeedError(cause, "not-found")).toBe(true);
  expect((cause as Error).message).not.toContain("line 3");
});

it("leaves failing rows out where it is told to, and says which and why", async () => {
  const problems: LeftOutRow[] = [];
  const split = await openDataSplit({
    ...arrays,
    csv: mixedCsv(),
    problems: "skip",
    onProblem: (problem) => problems.push(problem),
  });
  expect(problems).toMatchObject([
    {
      row: 3,
      where: "line 3",
      usage: "train",
      raw: `${crop.root}/nowhere`,
      error: { code: "not-found", row: 3 },
    },
    { row: 4, where: "line 4", usage: "validation", error: { code: "class-not-found", row: 4 } },
  ]);
  expect(split.leftOut).toEqual(problems);
  expect(split.train!.datasets.length).toBe(1);
  // The row without target has raw, and labels that are unknown.
  const { arrays: read } = await split.validation!.get(0);
  expect(read.raw!.data.some((value) => value > 0)).toBe(true);
  expect(read.labels!.mask!.every((value) => value === 0)).toBe(true);
  split.dispose();
});

it("never skips a mistake in what is asked of every row", async () => {
  const bad = { ...array, shape: [8, 8, 0] };
  const error = await errorOf({ csv: mixedCsv(), problems: "skip", inputArrays: { raw: bad } });
  expect(error).toMatchObject({ code: "invalid-option", path: "inputArrays.raw.shape" });
  expect((error as { row?: number }).row).toBeUndefined();
});

it("says why a split or a part of it is empty", async () => {
  const good = `train,${crop.raw},${crop.target}`;
  const gone = `train,${crop.root}/x,${crop.target}\ntrain,${crop.root}/y,${crop.target}`;
  expect(await errorOf({ csv: "# nothing\n" })).toMatchObject({
    code: "empty-split",
    message: expect.stringMatching(/no row that is not a comment/),
  });
  expect(await errorOf({ pairs: [] })).toMatchObject({ code: "empty-split" });
  expect(await errorOf({ csv: gone, problems: "skip" })).toMatchObject({
    code: "empty-split",
    message: expect.stringMatching(/of 2 rows, 2 could not be opened. The first: line 1 /),
  });
  const fine = { ...arrays.inputArrays.raw, scale: [2, 2, 2] };
  expect(await errorOf({ csv: good, filterByScale: true, inputArrays: { raw: fine } })).toMatchObject({
    code: "empty-split",
    message: expect.stringMatching(/of 1 rows, 1 lack the resolution asked for \(filterByScale\)/),
  });
  const split = await openDataSplit({
    ...arrays,
    csv: `${gone}\n${good.replace("train", "val")}`,
    problems: "skip",
  });
  expect(split.train).toBeNull();
  expect(() => split.loader("train")).toThrow(
    /train part has no crop left: of 2 rows, 2 could not be opened/,
  );
  split.dispose();
  const noValidation = await openDataSplit({ ...arrays, csv: good });
  expect(() => noValidation.loader("validation")).toThrow(/no row is for validation/);
  noValidation.dispose();
});

it("filterByScale leaves out what is stored too coarsely, within the tolerance", async () => {
  // The raw image has 10 and 20 nm; this one begins at 11 nm.
  const coarse = await serve({ shape: [24, 24, 24], voxelSize: [10, 11, 10] });
  const csv = `train,${crop.raw},\ntrain,${coarse},`;
  const open = async (filterByScale?: boolean | number) => {
    const split = await openDataSplit({ ...arrays, targetArrays: {}, csv, filterByScale });
    split.dispose();
    return { crops: split.train!.datasets.length, leftOut: split.leftOut };
  };
  expect((await open()).crops).toBe(2);
  expect(await open(true)).toMatchObject({
    crops: 1,
    leftOut: [
      {
        row: 2,
        error: {
          code: "no-matching-scale",
          message: expect.stringMatching(
            /"raw" asks for \[10, 10, 10\] nm, but the finest .* \[10, 11, 10\] nm/,
          ),
        },
      },
    ],
  });
  expect((await open(0.1)).crops).toBe(2);
  expect((await open(0.09)).crops).toBe(1);
  expect(await errorOf({ csv, filterByScale: -1 })).toMatchObject({
    code: "invalid-option",
    path: "filterByScale",
  });
});

it("filterByScale looks at every annotated class", async () => {
  const csv = `train,${crop.raw},${crop.target}`;
  const error = await errorOf({
    csv,
    filterByScale: true,
    targetArrays: { labels: { ...array, scale: [8, 8, 8] } },
  });
  expect(error).toMatchObject({
    code: "empty-split",
    message: expect.stringMatching(/finest level of class "a"/),
  });
});

it("names unknown classes and unreadable options", async () => {
  const csv = `train,${crop.raw},${crop.target}`;
  expect(await errorOf({ csv, classes: ["a", "bb"] })).toMatchObject({
    code: "class-not-found",
    path: "classes",
    message: expect.stringMatching(/they name a, b. Did you mean "b"/),
  });
  // A group without metadata does not tell what it holds.
  expect(await errorOf({ csv: `train,${crop.raw},${crop.root}/crop` })).toMatchObject({
    code: "class-not-found",
    row: 1,
  });
  expect(await errorOf({ csv, pad: "test" })).toMatchObject({ code: "invalid-option", path: "pad" });
  expect(await errorOf({ csv, problems: "ignore" })).toMatchObject({
    code: "invalid-option",
    path: "problems",
  });
  expect(await errorOf({ csv, target: "x" })).toMatchObject({ code: "unknown-option" });
  expect(await errorOf({ csv: `${crop.root}/missing.csv` })).toMatchObject({ code: "not-found" });
});

it("asks the groups of targets without brackets for their classes", async () => {
  const named = await serveCrop();
  const attributes = { cellmap: { annotation: { class_names: ["b", "a"] } } };
  await fetch(`${named.root}/crop/.zattrs`, { method: "PUT", body: JSON.stringify(attributes) });
  const csv = `train,${named.raw},${named.root}/crop\nval,${crop.raw},${crop.target}`;
  const split = await openDataSplit({ ...arrays, csv });
  expect(split.classes).toEqual(["b", "a"]);
  const [inGroup, inBrackets] = await Promise.all([split.train!.get(0), split.validation!.get(0)]);
  expect(inGroup.arrays.labels!.data).toEqual(inBrackets.arrays.labels!.data);
  split.dispose();
});

it("goes through the validation part once, tile by tile, unless told otherwise", async () => {
  const split = await openDataSplit({ ...arrays, csv: `val,${crop.raw},${crop.target}` });
  const seen = [];
  for await (const batch of split.loader("validation", { batchSize: 8 })) {
    seen.push(...batch.samples.map(({ index }) => index));
    batch.release();
  }
  // 24³ voxels in tiles of 8³.
  expect(seen.length).toBe(27);
  expect([...seen].sort((a, b) => a - b)).toEqual(split.validation!.validationIndices);
  split.dispose();
});

it("pads only the part that is named", async () => {
  const big = { ...array, shape: [32, 32, 32] } as const;
  const csv = `train,${crop.raw},${crop.target}\nvalidate,${crop.raw},${crop.target}`;
  const spec = { ...arrays, inputArrays: { raw: big }, csv, problems: "skip" } as const;
  const split = await openDataSplit({ ...spec, pad: "validate" });
  expect([split.train, split.validation!.length]).toEqual([null, 1]);
  expect(split.leftOut).toMatchObject([{ row: 1, error: { code: "patch-too-large" } }]);
  split.dispose();
});

it("opens many rows without asking for everything at once", async () => {
  const root = `${inject("testServer")}/mem/${freshName("gone")}`;
  await behave(root, { latencyMs: 60, status: 404 });
  const rows = Array.from({ length: 40 }, (_, i) => `train,${root}/r${i},`);
  const opening = errorOf({ csv: rows.join("\n"), problems: "skip", targetArrays: {} });
  await vi.waitFor(async () => expect((await requestsBelow(root)).length).toBeGreaterThan(0));
  const asked = new Set((await requestsBelow(root)).map(({ path }) => /\/r\d+/.exec(path)![0]));
  expect(asked.size).toBeLessThanOrEqual(8);
  expect(await opening).toMatchObject({
    code: "empty-split",
    message: expect.stringMatching(/of 40 rows, 40/),
  });
});

it("stops when its signal aborts, with the signal's reason", async () => {
  const root = `${inject("testServer")}/mem/${freshName("slow")}`;
  await behave(root, { hang: true });
  const controller = new AbortController();
  const opening = errorOf({
    csv: `train,${root}/r,`,
    problems: "skip",
    targetArrays: {},
    signal: controller.signal,
  });
  await vi.waitFor(async () => expect((await requestsBelow(root)).length).toBeGreaterThan(0));
  const reason = new Error("enough");
  controller.abort(reason);
  expect(await opening).toBe(reason);
  await vi.waitFor(async () =>
    expect((await requestsBelow(root)).every(({ aborted }) => aborted)).toBe(true),
  );
});

it("gives loaders that share the split's workers and caches", async () => {
  const { raw, target } = await serveCrop();
  const split = await openDataSplit({ ...arrays, csv: `train,${raw},${target}` });
  const options = { batchSize: 2, seed: 5, iterationsPerEpoch: 2 };
  const read = async () => {
    const loader = split.loader("train", options);
    const values = [];
    for await (const batch of loader) {
      values.push((await batch.arrays.raw!.data()).slice());
      batch.release();
    }
    return { values, loads: loader.stats().chunkLoads };
  };
  const first = await read();
  const second = await read();
  expect(second.values).toEqual(first.values);
  expect(first.loads).toBeGreaterThan(0);
  expect(second.loads).toBe(first.loads);
  split.dispose();
});

it.skipIf(!inject("sharedData"))("opens the sample datasplit", async () => {
  const split = await openDataSplit({ ...arrays, csv: `${inject("testServer")}/shared/data/datasplit.csv` });
  expect(split.classes).toEqual(["membrane", "neurite", "large_neurite"]);
  expect([split.train!.datasets.length, split.validation!.datasets.length]).toEqual([2, 1]);
  expect(split.leftOut).toEqual([]);
  split.dispose();
});
