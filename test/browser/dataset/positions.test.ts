/** Positions: how many, which tile the crop, and samples that are read again from their provenance. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  combineDatasets,
  createLoader,
  type Dataset,
  isVoxelfeedError,
  openDataset,
  samplers,
  subset,
  values,
} from "../../../src/index.js";
import { numbered, serve, serveCrop, serveTree } from "../../helpers/volumes.js";

const patch = { shape: [4, 4, 4], scale: [10, 10, 10], dtype: "uint8", interpolation: "nearest" } as const;
const cpu = { backend: "cpu", workers: 1 } as const;

let dataset: Dataset;
let other: Dataset;

beforeAll(async () => {
  const [six, longer] = await Promise.all([
    serve(numbered),
    serve({ ...numbered, shape: [4, 4, 9], chunk: [4, 4, 4] }),
  ]);
  dataset = await openDataset({ ...cpu, raw: six, inputArrays: { raw: patch } });
  other = await openDataset({ ...cpu, raw: longer, inputArrays: { raw: patch } });
});

afterAll(() => {
  dataset.dispose();
  other.dispose();
});

it("has n - P + 1 positions along each axis, the first and the last of them at the borders", async () => {
  expect(dataset.length).toBe(3 ** 3);
  const { arrays } = await dataset.getBatch([0, 26]);
  expect(arrays.raw!.data[0]).toBe(0);
  expect(arrays.raw!.data.at(-1)).toBe(215);
});

describe("validation tiles", () => {
  it("cover every voxel once but for the marked overlap, in a combination too", async () => {
    const both = combineDatasets([dataset, other]);
    // Six voxels in tiles of four: at 0, and at 2 reaching back over 2. Nine: at 0, 4, and at 5 reaching back over 3.
    expect(dataset.validationIndices).toEqual([0, 2, 6, 8, 18, 20, 24, 26]);
    expect(both.validationIndices).toEqual([...dataset.validationIndices, 27, 27 + 4, 27 + 5]);
    expect(both.validationTiles.slice(-3).map(({ overlapNm }) => overlapNm[2])).toEqual([0, 0, 30]);
    const { arrays } = await both.getBatch(both.validationIndices);
    const seen = new Set(arrays.raw!.data.subarray(0, 8 * 64));
    expect(seen.size).toBe(216);
  });

  it("of a subset are those that it holds", () => {
    const part = subset(dataset, [26, 5, 0]);
    expect(part.validationIndices).toEqual([2, 0]);
  });
});

describe("indices", () => {
  it.each([-1, 27, 0.5, Number.NaN, "3"])("refuses %s", async (index) => {
    for (const read of [() => dataset.get(index as number), () => dataset.getBatch([0, index as number])]) {
      const error = await read().catch((caught: unknown) => caught);
      expect(isVoxelfeedError(error, "index-out-of-range")).toBe(true);
      expect((error as Error).message).toContain("0 to 26");
    }
    expect(() => subset(dataset, [index as number])).toThrow(/0 to 26/);
  });

  it("of a subset and of a combination lead to the same samples", async () => {
    const both = combineDatasets([dataset, other]);
    const part = subset(both, [28, 3]);
    const [a, b] = await Promise.all([part.get(0), other.get(1)]);
    expect(a.arrays).toEqual(b.arrays);
    expect(a.origin).toMatchObject({ index: 0, crop: 1, raw: b.origin.raw });
    expect((await part.get(1)).arrays).toEqual((await dataset.get(3)).arrays);
    expect(() => subset(both, [])).toThrow(/at least one index/);
  });
});

it("getBatch gives what get gives, stacked", async () => {
  const batch = await dataset.getBatch([7, 7, 1]);
  const samples = await Promise.all([7, 7, 1].map((index) => dataset.get(index)));
  expect(batch.arrays.raw!.shape).toEqual([3, 1, 4, 4, 4]);
  expect([...batch.arrays.raw!.data]).toEqual(samples.flatMap(({ arrays }) => [...arrays.raw!.data]));
  expect(batch.origins).toEqual(samples.map(({ origin }) => origin));
  await expect(dataset.getBatch([])).rejects.toThrow(/at least one index/);
});

describe.each(["cpu", "webgpu"] as const)("provenance (%s)", (backend) => {
  it.each([
    { shape: [6, 8, 10], scale: [10, 10, 10] },
    { shape: [8, 10], scale: [10, 10] },
  ] as const)("of a batch, fed back as JSON, gives the same bits: %j", async (size) => {
    const { raw, target } = await serveCrop();
    const crop = await openDataset({
      backend,
      workers: 2,
      raw,
      target,
      inputArrays: { raw: size },
      targetArrays: { labels: size },
    });
    const loader = createLoader(crop, {
      engine: crop.engine,
      batchSize: 3,
      seed: 11,
      sampler: samplers.uniform({ samples: 6 }),
      spatialTransforms: {
        mirror: { axes: { x: 0.5, z: 0.5 } },
        transpose: { axes: ["y", "x"] },
        rotate: { axes: { z: [-180, 180] } },
      },
      rawValueTransforms: [values.normalize(), values.contrast([0.5, 1.5]), values.gaussianNoise(0.05)],
    });
    for await (const batch of loader) {
      for (const name of ["raw", "labels"]) {
        const array = batch.arrays[name]!;
        const [data, mask] = [await array.data(), await array.mask?.data()];
        const each = data.length / 3;
        for (const [i, origin] of batch.samples.entries()) {
          expect(origin.draw).toEqual({ seed: 11, epoch: 0, position: batch.index * 3 + i });
          const again = await crop.render(JSON.parse(JSON.stringify(origin)));
          expect(again.arrays[name]!.data).toEqual(data.slice(i * each, (i + 1) * each));
          expect(again.arrays[name]!.mask ?? undefined).toEqual(mask?.slice(i * each, (i + 1) * each));
          // JSON knows no -0.
          expect(JSON.stringify(again.origin.matrix)).toBe(JSON.stringify(origin.matrix));
        }
      }
      batch.release();
    }
    loader.dispose();
    crop.dispose();
  });
});

describe("raw and labels", () => {
  // World positions as values: a sample that is off by d nanometres shows d.
  const world = (z: number, y: number, x: number) => z + 7 * y + 49 * x;
  const ramp = (shape: readonly [number, number, number], first: number, levels: number) =>
    ({
      shape,
      chunk: [16, 16, 16],
      dtype: "float32",
      translation: [first, first, first],
      levels,
      value: (z, y, x) => world(first + 10 * z, first + 10 * y, first + 10 * x),
    }) as const satisfies Parameters<typeof serve>[0];

  it.each([false, true])(
    "stay registered within 0.01 voxel at every level combination, pad %s",
    async (pad) => {
      const root = await serveTree({ raw: ramp([48, 48, 48], 0, 3), "crop/a": ramp([16, 16, 16], 70, 2) });
      const met = new Set<string>();
      for (const rawNm of [10, 20, 40]) {
        for (const labelNm of [10, 20]) {
          const size = (nm: number, extent: number) =>
            ({ shape: [extent / nm, extent / nm, extent / nm], scale: [nm, nm, nm] }) as const;
          const extent = pad ? 240 : 80;
          const crop = await openDataset({
            ...cpu,
            raw: `${root}/raw`,
            target: `${root}/crop/[a]`,
            pad,
            inputArrays: { raw: size(rawNm, extent) },
            targetArrays: {
              labels: {
                ...size(labelNm, extent),
                dtype: "float32",
                interpolation: "linear",
              },
            },
          });
          // The crop's corners and a position between them.
          for (const index of new Set([0, crop.length - 1, Math.floor(crop.length / 2)])) {
            const { arrays, origin } = await crop.get(index);
            met.add(`${origin.levels.raw}/${origin.levels.labels}`);
            for (const [name, nm] of [
              ["raw", rawNm],
              ["labels", labelNm],
            ] as const) {
              const { data, mask } = arrays[name]!;
              const n = extent / nm;
              let worst = 0;
              let inside = 0;
              for (let i = 0; i < data.length; i++) {
                if (mask !== null && mask[i] === 0) continue;
                inside++;
                const k = [Math.floor(i / (n * n)), Math.floor(i / n) % n, i % n];
                const [z, y, x] = k.map((v, a) => origin.center[a]! + (v - (n - 1) / 2) * nm);
                // Beside the raw volume there is nothing to compare.
                if ([z, y, x].some((at) => at! < 0 || at! > 470)) continue;
                worst = Math.max(worst, Math.abs(data[i]! - world(z!, y!, x!)));
              }
              expect(inside).toBeGreaterThan(0);
              expect(worst).toBeLessThan(0.1);
            }
          }
          crop.dispose();
        }
      }
      expect([...met].sort()).toEqual(["0/0", "0/1", "1/0", "1/1", "2/0", "2/1"]);
    },
  );
});
