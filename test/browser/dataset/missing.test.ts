/** Volumes that were downloaded in part: raw chunks that are not stored under a crop. */
import { describe, expect, it, vi } from "vitest";
import {
  createLoader,
  type DatasetProblem,
  type DatasetSpec,
  isVoxelfeedError,
  openDataset,
  type SampleOrigin,
  samplers,
} from "../../../src/index.js";
import { numbered, serveTree } from "../../helpers/volumes.js";

const patch = { shape: [2, 2, 2], scale: [10, 10, 10], dtype: "uint8", interpolation: "nearest" } as const;

/** Twelve voxels in chunks of four, the middle chunk not stored; the crop covers columns 2 to 9. */
async function sparse(spec: Partial<DatasetSpec> = {}) {
  const line = { shape: [4, 4, 12], chunk: [4, 4, 4], value: () => 7 } as const;
  const root = await serveTree({
    raw: { ...line, skip: ([, , x]: readonly number[]) => x === 1, fill: 3 },
    "crop/a": { ...line, shape: [4, 4, 8], translation: [0, 0, 20] },
  });
  return await openDataset({
    backend: "cpu",
    workers: 1,
    raw: `${root}/raw`,
    target: `${root}/crop/[a]`,
    inputArrays: { raw: patch },
    targetArrays: { labels: patch },
    ...spec,
  });
}

/** A row of positions along x: at 0 the patch covers columns 2 and 3, at 6 columns 8 and 9; at 1 to 5 some of 4 to 7. */
const whole = (index: number): boolean => index % 7 === 0 || index % 7 === 6;

describe.each(["cpu", "webgpu"] as const)("onMissing (%s)", (backend) => {
  it("fill: reads fill value, and counts", async () => {
    const dataset = await sparse({ backend });
    const { arrays } = await dataset.get(1);
    expect([...arrays.raw!.data.slice(0, 2)]).toEqual([7, 3]);
    expect(dataset.missingChunks).toBe(1);
    dataset.dispose();
  });

  it("warn: tells once", async () => {
    const problems: DatasetProblem[] = [];
    const dataset = await sparse({
      backend,
      onMissing: "warn",
      onMissingChunk: (problem) => problems.push(problem),
    });
    await dataset.get(0);
    expect(problems).toEqual([]);
    await dataset.getBatch([1, 2, 3]);
    expect(problems.length).toBe(1);
    expect(problems[0]!.raw).toMatch(/raw$/);
    expect(isVoxelfeedError(problems[0]!.error, "missing-chunk") && problems[0]!.error.chunk).toEqual([
      0, 0, 1,
    ]);
    dataset.dispose();
  });

  it("error: says which chunk of what", async () => {
    const dataset = await sparse({ backend, onMissing: "error" });
    await dataset.get(0);
    const error = await dataset.get(1).catch((caught: unknown) => caught);
    expect(isVoxelfeedError(error, "missing-chunk")).toBe(true);
    expect(error).toMatchObject({ array: "s0", level: 0, chunk: [0, 0, 1] });
    expect((error as { url: string }).url).toMatch(/\/raw$/);
    dataset.dispose();
  });

  it("skip: loaders draw other samples, the same for any batch size, workers and backend", async () => {
    const dataset = await sparse({ backend, onMissing: "skip" });
    expect(dataset.length).toBe(3 * 3 * 7);
    const drawn: SampleOrigin[][] = [];
    for (const batchSize of [1, 4, 63]) {
      const loader = createLoader(dataset, {
        engine: dataset.engine,
        batchSize,
        seed: 4,
        sampler: samplers.sequential(),
      });
      const origins: SampleOrigin[] = [];
      for await (const batch of loader) {
        expect(new Set(await batch.arrays.raw!.data())).toEqual(new Set([7]));
        origins.push(...batch.samples);
        batch.release();
      }
      expect(loader.stats()).toMatchObject({ missingRawChunks: 1, replacedSamples: 9 * 5 });
      loader.dispose();
      drawn.push(origins);
    }
    const [one, four, all] = drawn as [SampleOrigin[], SampleOrigin[], SampleOrigin[]];
    expect(four).toEqual(one);
    expect(all).toEqual(one);
    for (const [position, { index, draw }] of one.entries()) {
      expect(draw).toEqual({ seed: 4, epoch: 0, position });
      expect(whole(index)).toBe(true);
      if (whole(position)) expect(index).toBe(position);
    }
    const error = await dataset.get(3).catch((caught: unknown) => caught);
    expect(isVoxelfeedError(error, "missing-chunk")).toBe(true);
    dataset.dispose();
  });
});

it("skips no sample for chunks that are missing beside the crop", async () => {
  const line = { shape: [4, 4, 12], chunk: [4, 4, 4], value: () => 7 } as const;
  const root = await serveTree({
    raw: { ...line, skip: ([, , x]: readonly number[]) => x === 2, fill: 3 },
    "crop/a": { ...line, shape: [4, 4, 8] },
  });
  const dataset = await openDataset({
    backend: "cpu",
    workers: 1,
    raw: `${root}/raw`,
    target: `${root}/crop/[a]`,
    onMissing: "error",
    inputArrays: { raw: { ...patch, shape: [2, 2, 8], padValue: 9 } },
  });
  // Twice as wide as the crop, the patch shows columns 9 and 11 of the missing chunk, as fill value.
  const matrix = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 2],
  ] as const;
  const { arrays } = await dataset.get(0, { turn: { matrix, drawn: null } });
  expect([...arrays.raw!.data.slice(0, 8)]).toEqual([9, 9, 7, 7, 7, 7, 3, 3]);
  expect(dataset.missingChunks).toBe(0);
  dataset.dispose();
});

it("gives up, with the chunk's error, on a volume that misses everything", async () => {
  const root = await serveTree({ raw: { ...numbered, skip: () => true } });
  const dataset = await openDataset({
    backend: "cpu",
    workers: 1,
    raw: `${root}/raw`,
    onMissing: "skip",
    inputArrays: { raw: patch },
  });
  const loader = createLoader(dataset, { engine: dataset.engine });
  const error = await loader[Symbol.asyncIterator]()
    .next()
    .catch((caught: unknown) => caught);
  expect(isVoxelfeedError(error, "missing-chunk")).toBe(true);
  loader.dispose();
  dataset.dispose();
});

it("warns on the console unless told otherwise", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const dataset = await sparse({ onMissing: "warn" });
  await dataset.get(2);
  await dataset.get(3);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toContain("chunk [0, 0, 1]");
  warn.mockRestore();
  dataset.dispose();
});
