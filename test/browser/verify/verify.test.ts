/** verify(): each fault is put into a small volume on purpose, and found; a sound one gives a clean report. */
import { beforeAll, expect, inject, it } from "vitest";
import {
  type Dataset,
  type DatasetSpec,
  openDataSplit,
  openDataset,
  reportText,
  type VerifyOptions,
  verify,
} from "../../../src/index.js";
import { type FixtureOptions, upload, writeVolume } from "../../helpers/fixtures.js";
import {
  behave,
  classVolume,
  freshName,
  rawVolume,
  requestsBelow,
  serveCrop,
} from "../../helpers/volumes.js";

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

/** A raw volume and a class `a`, with the changes given. */
async function faulty(raw: Partial<FixtureOptions>, label: Partial<FixtureOptions> = {}) {
  const server = inject("testServer");
  const name = freshName("faulty");
  await upload(server, `${name}/raw`, await writeVolume({ ...rawVolume, ...raw }));
  await upload(server, `${name}/crop/a`, await writeVolume({ ...classVolume(2), ...label }));
  const root = `${server}/mem/${name}`;
  return { root, raw: `${root}/raw`, target: `${root}/crop/[a]` };
}

async function report(spec: Partial<DatasetSpec> & Pick<DatasetSpec, "raw">, options?: VerifyOptions) {
  const dataset = await openDataset({ ...arrays, ...spec });
  try {
    return await verify(dataset, options);
  } finally {
    dataset.dispose();
  }
}

it("finds nothing wrong with a sound crop, and says what it saw", async () => {
  const seen: object[] = [];
  const result = await report({ raw: crop.raw, target: crop.target }, { onProgress: (p) => seen.push(p) });
  expect(result.problems).toEqual([]);
  expect(result).toEqual({
    ok: true,
    problems: [],
    crops: [
      {
        where: `crop 1 (${crop.target})`,
        usage: null,
        raw: crop.raw,
        target: crop.target,
        // Voxels 8 to 31 of 10 nm, faces half a voxel out.
        boundingBox: { min: [75, 75, 75], max: [315, 315, 315] },
        unknownClasses: [],
        rawCoverage: 1,
        // Chunks of 16: voxels 8 to 31 lie in chunks 0 and 1 of each axis.
        rawChunks: { total: 8, checked: 8, missing: 0 },
        samplesRead: 2,
      },
    ],
  });
  expect(seen).toEqual([{ done: 1, total: 1 }]);
  expect(reportText(result)).toMatch(
    /^OK: 1 crop, 0 errors, 0 warnings, 0 notes\ncrop 1 .*: 240 × 240 × 240 nm/,
  );
});

// biome-ignore format: a table
const faults: readonly (readonly [string, Partial<FixtureOptions>, Partial<FixtureOptions>, Partial<DatasetSpec>, RegExp])[] = [
  ["warning partial-overlap", {}, { translation: [80, 80, 440] }, {}, /raw covers 50 % of class "a"/],
  ["warning coarse-scale", {}, {}, { inputArrays: { raw: { ...array, scale: [5, 5, 5] } } }, /"raw" asks for \[5, 5, 5\]/],
  ["error constant-raw", { value: () => 7 }, {}, {}, /one value everywhere \(7\) in 2 of 2 samples/],
  ["warning empty-labels", {}, { value: () => 0 }, {}, /none of 2 samples has a voxel of any class \(a\)/],
  ["note metadata", { units: null }, {}, {}, /the raw image: .*unit/],
  // Bricks [0,0,0] of 8 under the crop; samples are read elsewhere.
  ["warning missing-chunks", { skip: ([z, y, x], level) => level === 0 && z + y + x === 0 }, {}, {}, /1 of 8 raw chunks asked for \(12.5 %\)/],
];

it.each(faults)("finds %s", async (expected, raw, label, spec, message) => {
  const source = await faulty(raw, label);
  const { problems, ok } = await report({ raw: source.raw, target: source.target, ...spec });
  expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([expected]);
  expect(problems[0]!.message).toMatch(message);
  expect(problems[0]!.where).toBe(`crop 1 (${source.target})`);
  expect(ok).toBe(!expected.startsWith("error"));
});

it("finds a volume of which nothing was downloaded, and reads that fail", async () => {
  const { raw, target } = await faulty({ skip: () => true });
  const empty = await report({ raw, target });
  expect(empty.ok).toBe(false);
  expect(empty.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
    "error missing-chunks",
    "error constant-raw",
  ]);
  const broken = await serveCrop();
  await behave(`${broken.raw}/s0/0.0.0`, { status: 403 });
  const failed = await report({ raw: broken.raw, target: broken.target });
  expect(failed.ok).toBe(false);
  expect(failed.problems.every(({ code }) => code === "read-failed")).toBe(true);
  expect(failed.problems[0]!.message).toMatch(/403/);
});

it("finds a level whose translation is wrong", async () => {
  const server = inject("testServer");
  const name = freshName("levels");
  const files = await writeVolume(rawVolume);
  const attributes = JSON.parse(new TextDecoder().decode(files.get(".zattrs")!));
  const transforms = attributes.multiscales[0].datasets[1].coordinateTransformations;
  transforms.find(({ type }: { type: string }) => type === "translation").translation = [45, 5, 5];
  files.set(".zattrs", new TextEncoder().encode(JSON.stringify(attributes)));
  const raw = await upload(server, name, files);
  const { problems } = await report({ raw, targetArrays: {} });
  expect(problems).toMatchObject([{ severity: "warning", code: "level-boxes" }]);
  expect(problems[0]!.message).toMatch(/level 1 of the raw image/);
});

it("reports on every crop of a split and on the rows that were left out", async () => {
  const csv = `train,${crop.raw},${crop.target}\nval,${crop.raw},${crop.root}/crop/[b]\nval,${crop.root}/x,`;
  const split = await openDataSplit({ ...arrays, csv, problems: "skip" });
  const result = await verify(split, { samples: 1, chunks: 1 });
  split.dispose();
  expect(result.ok).toBe(false);
  expect(result.problems).toMatchObject([{ severity: "error", code: "left-out", where: "line 3" }]);
  expect(result.crops).toMatchObject([
    { usage: "train", unknownClasses: [], samplesRead: 1, rawChunks: { total: 8, checked: 1, missing: 0 } },
    { usage: "validation", unknownClasses: ["a"], samplesRead: 1 },
  ]);
  expect(result.crops[1]!.where).toBe(`validation crop 1 (${crop.root}/crop/[b])`);
  expect(reportText(result)).toMatch(/^NOT OK: 2 crops, 1 error,/);
});

it("refuses bad options and stops on abort with the signal's reason", async () => {
  const dataset = await openDataset({ ...arrays, raw: crop.raw, target: crop.target });
  await expect(verify(dataset, { samples: -1 })).rejects.toMatchObject({
    code: "invalid-option",
    path: "samples",
  });
  await expect(verify(dataset, { sample: 1 } as never)).rejects.toMatchObject({ code: "unknown-option" });
  await expect(verify({} as Dataset)).rejects.toMatchObject({ code: "invalid-option" });
  const reason = new Error("enough");
  await expect(verify(dataset, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  dataset.dispose();
});

it("writes nothing to the source", async () => {
  const requests = await requestsBelow(crop.root);
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.every(({ method }) => method === "GET" || method === "HEAD")).toBe(true);
});

it.skipIf(!inject("sharedData"))("finds the sample data sound", async () => {
  const csv = `${inject("testServer")}/shared/data/datasplit.csv`;
  const patch = { shape: [32, 48, 48], scale: [10, 10, 10] } as const;
  const split = await openDataSplit({ csv, inputArrays: { raw: patch }, targetArrays: { labels: patch } });
  const result = await verify(split);
  split.dispose();
  expect(result.problems.filter(({ severity }) => severity !== "note")).toEqual([]);
  expect(result.crops.map(({ rawCoverage, rawChunks }) => [rawCoverage, rawChunks.missing])).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
});
