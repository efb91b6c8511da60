/** How much of each class there is, and what weights follow from it. */
import { describe, expect, inject, it } from "vitest";
import { combineDatasets, openDataset } from "../../../src/index.js";
import type { FixtureOptions } from "../../helpers/fixtures.js";
import { numbered, requestsBelow, serveTree } from "../../helpers/volumes.js";

const patch = { shape: [2, 2, 2], scale: [10, 10, 10] } as const;
const arrays = {
  inputArrays: { raw: patch },
  targetArrays: { labels: patch },
  backend: "cpu",
  workers: 2,
} as const;

/** 5 × 6 × 7 voxels in chunks of four, so that edge chunks are padded: with 1, which must not be counted. */
function labels(value: (x: number) => number, annotation?: object): FixtureOptions {
  return {
    shape: [5, 6, 7],
    chunk: [4, 4, 4],
    fill: 1,
    voxelSize: [10, 10, 20],
    value: (_, __, x) => value(x),
    ...(annotation === undefined ? {} : { attributes: { cellmap: { annotation } } }),
  };
}

const encoding = { absent: 0, present: 1, unknown: 255 };
const semantic = { annotation_type: { type: "semantic_segmentation", encoding } };
/** Columns: present 0 and 1, unknown 2, absent 3 to 6; 30 voxels each of 2000 cubic nanometres. */
const striped = (x: number): number => (x < 2 ? 1 : x === 2 ? 255 : 0);
const count = (voxels: number) => ({ voxels, nm3: voxels * 2000 });

it("counts voxels in the workers where the metadata does not tell, with progress, and writes nothing", async () => {
  const root = await serveTree({
    raw: numbered,
    "crop/a": labels(striped, semantic),
    "crop/b": labels(() => 1),
  });
  const dataset = await openDataset({ ...arrays, raw: `${root}/raw`, target: `${root}/crop/[a,b]` });
  const progress: number[] = [];
  const counts = await dataset.classCounts({ onProgress: (done) => progress.push(done) });
  expect(counts).toEqual({
    a: { foreground: count(60), absent: count(120), unknown: count(30), from: "voxels" },
    b: { foreground: count(210), absent: count(0), unknown: count(0), from: "voxels" },
  });
  // Eight chunks each.
  expect(progress.length).toBeGreaterThanOrEqual(16);
  expect(progress).toEqual(progress.toSorted((p, q) => p - q));
  expect(progress.at(-1)).toBe(1);
  const asked = await requestsBelow(root);
  expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(["GET"]));
  expect(asked.filter(({ path }) => /crop\/a\/s0\/\d/.test(path)).length).toBe(8);
  expect(await dataset.classCounts()).toEqual(counts);
  expect((await requestsBelow(root)).length).toBe(asked.length);
  dataset.dispose();
});

it("takes the counts of the metadata without reading a chunk, on the group or on the array", async () => {
  const complement_counts = { absent: 100, unknown: 50 };
  const root = await serveTree(
    {
      raw: numbered,
      "crop/a": labels(striped, { ...semantic, complement_counts }),
      "crop/b": labels(striped, semantic),
    },
    { "crop/b/s0/.zattrs": { cellmap: { annotation: { complement_counts: { absent: 10 } } } } },
  );
  const dataset = await openDataset({ ...arrays, raw: `${root}/raw`, target: `${root}/crop/[a,b]` });
  expect(await dataset.classCounts()).toEqual({
    a: { foreground: count(60), absent: count(100), unknown: count(50), from: "metadata" },
    b: { foreground: count(200), absent: count(10), unknown: count(0), from: "metadata" },
  });
  expect((await requestsBelow(root)).filter(({ path }) => /s0\/\d/.test(path))).toEqual([]);
  const recounted = await dataset.classCounts({ recount: true });
  expect(recounted.a).toEqual({
    foreground: count(60),
    absent: count(120),
    unknown: count(30),
    from: "voxels",
  });
  dataset.dispose();
});

it("counts where the metadata cannot be true, and chunks that are not stored as fill value", async () => {
  const impossible = { ...semantic, complement_counts: { absent: 1000 } };
  const sparse = { ...labels(striped, impossible), skip: ([z]: readonly number[]) => z === 1 };
  const root = await serveTree({ raw: numbered, "crop/a": sparse });
  const dataset = await openDataset({ ...arrays, raw: `${root}/raw`, target: `${root}/crop/[a]` });
  // The last plane reads as fill value, 1: 42 voxels; of the others 48 are present and 24 unknown.
  expect((await dataset.classCounts()).a).toEqual({
    foreground: count(42 + 48),
    absent: count(96),
    unknown: count(24),
    from: "voxels",
  });
  dataset.dispose();
});

it("stops counting on abort, with the signal's reason", async () => {
  const root = await serveTree({ raw: numbered, "crop/a": labels(striped) });
  const dataset = await openDataset({ ...arrays, raw: `${root}/raw`, target: `${root}/crop/[a]` });
  const abort = new AbortController();
  const counting = dataset.classCounts({ signal: abort.signal, onProgress: () => abort.abort("enough") });
  await expect(counting).rejects.toBe("enough");
  expect((await dataset.classCounts()).a!.foreground).toEqual(count(90));
  dataset.dispose();
});

describe("weights", () => {
  it("are absent by present volume, 1 where either is zero, over all crops", async () => {
    const root = await serveTree({
      raw: numbered,
      "one/a": labels(striped, semantic),
      "one/b": labels(() => 1),
      "two/a": labels((x) => (x === 6 ? 1 : 0)),
    });
    const open = (target: string) =>
      openDataset({ ...arrays, raw: `${root}/raw`, target, classes: ["a", "b"], missingClasses: "unknown" });
    const [one, two] = await Promise.all([open(`${root}/one/[a,b]`), open(`${root}/two/[a]`)]);
    expect(await one!.classWeights()).toEqual({ a: 120 / 60, b: 1 });
    expect(await two!.classWeights()).toEqual({ a: 180 / 30, b: 1 });
    expect((await two!.classCounts()).b!.from).toBe("none");
    const both = combineDatasets([one!, two!]);
    expect((await both.classCounts()).a).toEqual({
      foreground: count(90),
      absent: count(300),
      unknown: count(30),
      from: "voxels",
    });
    const weights = await both.classWeights();
    expect(weights).toEqual({ a: 300 / 90, b: 1 });
    // Crop one: 60 voxels of a and 210 of b; crop two: 30 of a.
    const [first, second] = [60 * weights.a! + 210, 30 * weights.a!];
    const { datasets, samples } = await both.samplingWeights();
    expect(datasets[0]).toBeCloseTo(first / (first + second), 12);
    expect(datasets[0]! + datasets[1]!).toBeCloseTo(1, 12);
    expect(samples[1]).toBeCloseTo(datasets[1]! / two!.length, 12);
    both.dispose();
  });

  it("count the slices of one crop once", async () => {
    const root = await serveTree({ raw: numbered, "crop/a": labels(striped, semantic) });
    const slice = { shape: [2, 2], scale: [10, 10] } as const;
    const dataset = await openDataset({
      ...arrays,
      inputArrays: { raw: slice },
      targetArrays: { labels: slice },
      raw: `${root}/raw`,
      target: `${root}/crop/[a]`,
    });
    expect(dataset.datasets?.length).toBe(3);
    expect((await dataset.classCounts()).a!.foreground).toEqual(count(60));
    dataset.dispose();
  });
});

describe.skipIf(!inject("sharedData"))("medulla.zarr", () => {
  it("has the counts of crops.json, from metadata and from voxels", async () => {
    const root = `${inject("testServer")}/shared/data/medulla.zarr`;
    const crops: Record<string, { shape: [number, number, number]; present: number }> = await (
      await fetch(`${root}/crops.json`)
    ).json();
    for (const crop of ["crop1", "crop2", "crop3"]) {
      const classes = Object.keys(crops).flatMap((name) =>
        name.startsWith(`${crop}/`) ? [name.split("/")[1]!] : [],
      );
      const dataset = await openDataset({
        ...arrays,
        raw: `${root}/recon-1/em/fibsem-uint8`,
        target: `${root}/recon-1/labels/groundtruth/${crop}/[${classes}]`,
      });
      for (const recount of [false, true]) {
        const counts = await dataset.classCounts({ recount });
        for (const name of classes) {
          const { shape, present } = crops[`${crop}/${name}`]!;
          const all = shape[0] * shape[1] * shape[2];
          expect([crop, name, counts[name]!.foreground.voxels]).toEqual([crop, name, present]);
          expect(counts[name]!.absent).toEqual({ voxels: all - present, nm3: (all - present) * 1000 });
          expect(counts[name]!.from).toBe(recount ? "voxels" : "metadata");
        }
      }
      dataset.dispose();
    }
  });
});
