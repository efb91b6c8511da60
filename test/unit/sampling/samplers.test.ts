import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/dataset/dataset.js";
import { checkSampler } from "../../../src/sampling/check.js";
import { epochSamples, isEndless } from "../../../src/sampling/epoch.js";
import { wholeShares } from "../../../src/sampling/mixture.js";
import type { SampleOrder } from "../../../src/sampling/order.js";
import type { Preparation } from "../../../src/sampling/preparation.js";
import { prepareOrder } from "../../../src/sampling/prepare.js";
import { type Sampler, samplers } from "../../../src/sampling/samplers.js";
import type { Vec3 } from "../../../src/types.js";
import { fitsShares, tally } from "../../helpers/chi-square.js";
import { gridDataset, joined, withoutGrids } from "../../helpers/grid-dataset.js";

/** The order of a sampler that needs nothing of the data; to ask for any would be an error. */
async function orderOf(sampler: Sampler, dataset: Dataset, seed = 1): Promise<SampleOrder> {
  checkSampler(sampler, dataset);
  return await prepareOrder(sampler, dataset, seed, null as unknown as Preparation);
}

const take = (order: SampleOrder, samples: number, epoch = 0): number[] =>
  Array.from({ length: samples }, (_, i) => order.index(epoch, i));

const line = (length: number): Dataset => gridDataset({ counts: [1, 1, length] });
const ascending = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("sequential", () => {
  it("gives every index once, in order, and ends", async () => {
    expect(take(await orderOf(samplers.sequential(), line(3)), 3)).toEqual([0, 1, 2]);
    expect(epochSamples(samplers.sequential(), line(3))).toBe(3);
    expect(isEndless(samplers.sequential())).toBe(false);
  });
});

describe("uniform", () => {
  it("draws every index equally often, and differently by epoch and seed", async () => {
    const order = await orderOf(samplers.uniform(), line(10));
    expect(
      fitsShares(
        tally(10, 100_000, (i) => order.index(0, i)),
        Array(10).fill(1),
      ),
    ).toBe(true);
    const far = (seed: number) => orderOf(samplers.uniform(), line(1e12), seed);
    const lists = [take(await far(1), 20, 0), take(await far(1), 20, 1), take(await far(2), 20, 0)];
    expect(new Set(lists.map(String)).size).toBe(3);
    expect(take(await far(1), 20, 0)).toEqual(lists[0]);
  });

  it.each([1, 2, 3, 97])("without replacement takes each of %i indices once a round", async (length) => {
    const order = await orderOf(samplers.uniform({ replacement: false }), line(length));
    const drawn = take(order, 3 * length);
    for (const round of [0, 1, 2]) {
      expect(ascending(drawn.slice(round * length, (round + 1) * length))).toEqual(range(length));
    }
    if (length === 97) expect(drawn.slice(0, 97)).not.toEqual(drawn.slice(97, 194));
  });

  it("without replacement draws from 2^53 positions in no memory", async () => {
    const order = await orderOf(samplers.uniform({ replacement: false }), line(2 ** 53 - 1));
    const drawn = take(order, 1000);
    expect(new Set(drawn).size).toBe(1000);
    expect(drawn.every((index) => Number.isSafeInteger(index) && index >= 0)).toBe(true);
  });
});

describe("subsetRandom", () => {
  it.each([
    [0, 5],
    [3, 5],
    [5, 5],
    [13, 5],
    [4, 1],
  ])("takes %i of %i with as few repeats as can be", async (samples, length) => {
    const sampler = samplers.subsetRandom({ samples });
    expect(epochSamples(sampler, line(length))).toBe(samples);
    const counts = tally(length, samples, () => 0).fill(0);
    for (const index of take(await orderOf(sampler, line(length)), samples)) counts[index]!++;
    const least = Math.floor(samples / length);
    expect(counts.every((count) => count === least || count === least + 1)).toBe(true);
  });

  it("takes nothing of an empty dataset", () => {
    expect(epochSamples(samplers.subsetRandom({ samples: 4 }), line(0))).toBe(0);
    expect(epochSamples(samplers.subsetRandom({ samples: 0 }), line(0))).toBe(0);
  });
});

describe("blockShuffle", () => {
  const dataset = gridDataset({ counts: [5, 8, 10] });
  const sampler = samplers.blockShuffle({ blockNm: [30, 40, 50], samplesPerBlock: 10 });
  const place = (index: number): Vec3 => [Math.floor(index / 80), Math.floor(index / 10) % 8, index % 10];
  // Two blocks along each axis: z is cut at 2, y at 4, x at 5.
  const blockOf = ([z, y, x]: Vec3): string => [z < 2 ? 0 : 1, y < 4 ? 0 : 1, x < 5 ? 0 : 1].join();

  it("takes ten samples in a row of one block, then of another", async () => {
    const drawn = take(await orderOf(sampler, dataset), 400);
    const runs = range(40).map(
      (run) => new Set(drawn.slice(run * 10, run * 10 + 10).map((i) => blockOf(place(i)))),
    );
    expect(runs.every((blocks) => blocks.size === 1)).toBe(true);
    expect(new Set(runs.flatMap((blocks) => [...blocks])).size).toBe(8);
  });

  it("takes every position once an epoch: 400 positions, block sizes 40 and 60", async () => {
    const order = await orderOf(sampler, dataset);
    // Blocks of 40 are dealt six lots like those of 60, so their positions come again in the sixth and fifth.
    const counts = tally(400, 480, (i) => order.index(0, i));
    expect([...counts].every((count) => count === 1 || count === 2)).toBe(true);
    const even = await orderOf(
      samplers.blockShuffle({ blockNm: [40, 40, 50], samplesPerBlock: 8 }),
      gridDataset({ counts: [8, 8, 10] }),
    );
    expect(ascending(take(even, 640))).toEqual(range(640));
    expect(ascending(take(even, 1280).slice(640))).toEqual(range(640));
  });

  it("differs by epoch, and gives crops samples by their size", async () => {
    const both = joined([gridDataset({ counts: [10, 10, 10] }), gridDataset({ counts: [20, 20, 25] })]);
    const order = await orderOf(
      samplers.blockShuffle({ blockNm: [100, 100, 100], samplesPerBlock: 10 }),
      both,
    );
    expect(take(order, 50, 0)).not.toEqual(take(order, 50, 1));
    const drawn = take(order, 11_000);
    const small = drawn.filter((index) => index < 1000).length;
    expect(small).toBeGreaterThanOrEqual(900);
    expect(small).toBeLessThanOrEqual(1100);
    expect(Math.max(...drawn)).toBeLessThan(11_000);
  });

  it("draws from 10^12 positions in no memory", async () => {
    const order = await orderOf(samplers.blockShuffle(), gridDataset({ counts: [10_000, 10_000, 10_000] }));
    const drawn = take(order, 64);
    expect(new Set(drawn).size).toBe(64);
    const spread = (list: readonly number[]) =>
      Math.max(...list.map((i) => Math.floor(i / 1e8))) - Math.min(...list.map((i) => Math.floor(i / 1e8)));
    expect(spread(drawn.slice(0, 32))).toBeLessThan(256);
    expect(spread(drawn.slice(32))).toBeLessThan(256);
  });
});

describe("weighted", () => {
  it("draws datasets by weight and positions within evenly: 100,000 draws", async () => {
    const dataset = joined([line(4), line(1), line(5)]);
    const order = await orderOf(samplers.weighted({ datasets: [1, 0, 3] }), dataset);
    const counts = tally(10, 100_000, (i) => order.index(0, i));
    expect(fitsShares(counts, [0.25, 0.25, 0.25, 0.25, 0, 0.6, 0.6, 0.6, 0.6, 0.6])).toBe(true);
  });

  it("draws samples by weight: 100,000 draws", async () => {
    const weights = [0, 1, 2.5, 0, 4, 0.5, 0];
    const order = await orderOf(samplers.weighted({ samples: weights }), line(7));
    expect(
      fitsShares(
        tally(7, 100_000, (i) => order.index(0, i)),
        weights,
      ),
    ).toBe(true);
  });
});

describe("mixture", () => {
  it("holds the proportions in every block of their sum, without repeats in a dataset", async () => {
    const dataset = joined([line(6), line(50), line(9)]);
    const order = await orderOf(samplers.mixture({ proportions: [3, 1, 0] }), dataset);
    const drawn = take(order, 80);
    for (const block of range(20)) {
      const part = drawn.slice(block * 4, block * 4 + 4);
      expect([part.filter((i) => i < 6).length, part.filter((i) => i >= 6 && i < 56).length]).toEqual([3, 1]);
    }
    expect(ascending(drawn.slice(0, 8).filter((i) => i < 6))).toEqual(range(6));
    expect(new Set(drawn.filter((i) => i >= 6)).size).toBe(20);
  });

  it.each([
    [
      [3, 1],
      [3, 1],
    ],
    [
      [0.5, 0.25, 0.25],
      [500, 250, 250],
    ],
    [
      [1.5, 1.5, 1.5],
      [334, 333, 333],
    ],
    [
      [0.7, 0],
      [1000, 0],
    ],
  ])("takes %j as the whole shares %j", (proportions, shares) => {
    expect(wholeShares(proportions)).toEqual(shares);
  });
});

describe("grid", () => {
  it("covers every voxel of a crop and marks what tiles share", async () => {
    // A patch of 4 × 4 × 4 voxels in 7 × 4 × 10 voxels: 4 × 1 × 7 positions.
    const dataset = gridDataset({ counts: [4, 1, 7], patch: [4, 4, 4] });
    const order = await orderOf(samplers.grid(), dataset);
    expect(epochSamples(samplers.grid(), dataset)).toBe(6);
    expect(take(order, 6)).toEqual([0, 4, 6, 21, 25, 27]);
    expect(order.tile!(2)).toEqual({ at: [0, 0, 2], counts: [2, 1, 3], overlapNm: [0, 0, 20] });
    expect(order.tile!(3)).toEqual({ at: [1, 0, 0], counts: [2, 1, 3], overlapNm: [10, 0, 0] });
  });

  it("covers everything with any overlap, through several crops", () => {
    const side = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.asyncProperty(fc.tuple(side, side, side), side, fc.nat(5), async (counts, size, overlap) => {
        fc.pre(overlap < size);
        const crop = gridDataset({ counts, patch: [size, size, size] });
        const dataset = joined([crop, crop]);
        const sampler = samplers.grid({ overlap });
        const tiles = take(await orderOf(sampler, dataset), epochSamples(sampler, dataset));
        expect(new Set(tiles).size).toBe(tiles.length);
        const covered = new Set<string>();
        for (const index of tiles) {
          const at = index % crop.length;
          const [z, y, x] = [
            Math.floor(at / (counts[1] * counts[2])),
            Math.floor(at / counts[2]) % counts[1],
            at % counts[2],
          ];
          for (const [k] of new Uint8Array(size ** 3).entries()) {
            const voxel = [z + Math.floor(k / size ** 2), y + (Math.floor(k / size) % size), x + (k % size)];
            covered.add(`${index < crop.length} ${voxel}`);
          }
        }
        expect(covered.size).toBe(2 * counts.reduce((product, count) => product * (count + size - 1), 1));
      }),
    );
  });
});

describe("every sampler", () => {
  const dataset = joined([gridDataset({ counts: [3, 4, 5] }), gridDataset({ counts: [2, 3, 7] })]);
  const all: readonly Sampler[] = [
    samplers.sequential(),
    samplers.uniform(),
    samplers.uniform({ replacement: false }),
    samplers.subsetRandom({ samples: 300 }),
    samplers.blockShuffle({ samplesPerBlock: 7, blockNm: [20, 20, 20] }),
    samplers.weighted({ datasets: [1, 2] }),
    samplers.mixture({ proportions: [2, 3] }),
    samplers.grid(),
  ];

  it.each(all)("is a pure function of seed, epoch and position: $kind", async (sampler) => {
    const samples = epochSamples(sampler, dataset);
    const whole = take(await orderOf(sampler, dataset, 9), samples, 3);
    expect(whole.every((index) => Number.isSafeInteger(index) && index >= 0 && index < dataset.length)).toBe(
      true,
    );
    const fresh = await orderOf(sampler, dataset, 9);
    fc.assert(
      fc.property(fc.nat(samples - 1), (position) => {
        expect(fresh.index(3, position)).toBe(whole[position]);
      }),
    );
  });

  it.each(all)("is plain JSON: $kind", (sampler) => {
    expect(JSON.parse(JSON.stringify(sampler))).toEqual(sampler);
    expect(checkSampler(JSON.parse(JSON.stringify(sampler)), dataset)).toEqual(sampler);
  });
});

describe("checks", () => {
  const dataset = joined([
    gridDataset({ counts: [1, 1, 4], patch: [2, 2, 2], classes: ["membrane", "mito"] }),
    gridDataset({ counts: [1, 1, 4], patch: [2, 2, 2], classes: ["membrane", "mito"] }),
  ]);

  it.each<[unknown, string, RegExp]>([
    [null, "sampler", /such as samplers.uniform/],
    [{}, "sampler.kind", /one of sequential/],
    [{ kind: "unifrom" }, "sampler.kind", /one of "sequential"/],
    [{ kind: "sequential", samples: 3 }, "sampler.samples", /Unknown option "samples"/],
    [{ kind: "uniform", samples: 0 }, "sampler.samples", /≥ 1/],
    [{ kind: "uniform", replacment: false }, "sampler.replacment", /Did you mean "replacement"/],
    [{ kind: "blockShuffle", blockNm: [1, 2] }, "sampler.blockNm", /three positive nanometres/],
    [{ kind: "blockShuffle", samplesPerBlock: 0 }, "sampler.samplesPerBlock", /≥ 1/],
    [{ kind: "weighted" }, "sampler", /either datasets or samples/],
    [{ kind: "weighted", datasets: [1] }, "sampler.datasets", /one number per dataset, 2 in all, got 1/],
    [{ kind: "weighted", datasets: [1, -1] }, "sampler.datasets[1]", /≥ 0, got -1/],
    [{ kind: "weighted", datasets: [0, 0] }, "sampler.datasets", /above 0/],
    [{ kind: "weighted", samples: [1, 2, 3] }, "sampler.samples", /8 in all, got 3/],
    [{ kind: "mixture", proportions: [1, Number.NaN] }, "sampler.proportions[1]", /got NaN/],
    [{ kind: "classBalanced", classes: [] }, "sampler.classes", /different classes/],
    [{ kind: "classBalanced", classes: ["mitto"] }, "sampler.classes[0]", /Did you mean "mito"/],
    [{ kind: "foreground", classes: ["mito"] }, "sampler.minFraction", /above 0/],
    [{ kind: "foreground", classes: ["mito"], minFraction: 2 }, "sampler.minFraction", /at most 1/],
    [{ kind: "foreground", classes: ["mito"], minFraction: 0.1 }, "sampler", /target arrays/],
    [{ kind: "grid", overlap: -1 }, "sampler.overlap", /≥ 0/],
    [{ kind: "grid", overlap: [1, 1] }, "sampler.overlap", /three of them/],
    [{ kind: "subsetRandom" }, "sampler.samples", /≥ 0/],
  ])("refuses %j at %s", (sampler, path, message) => {
    const check = () => checkSampler(sampler as Sampler, dataset);
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ name: "VoxelfeedError", path }));
  });

  it("refuses an overlap as large as the tile", async () => {
    await expect(orderOf(samplers.grid({ overlap: 2 }), dataset)).rejects.toThrow(
      /less than the tile's \[2, 2, 2\]/,
    );
  });

  it("refuses what needs grids where there are none, and classes where there are none", () => {
    for (const sampler of [samplers.blockShuffle(), samplers.grid()]) {
      expect(() => checkSampler(sampler, withoutGrids(dataset))).toThrow(/subset of positions/);
    }
    expect(() => checkSampler(samplers.classBalanced(), line(3))).toThrow(/needs classes/);
  });
});
