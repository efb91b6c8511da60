/** Samplers that look at the data: what they draw holds what they promise. */
import { describe, expect, inject, it } from "vitest";
import {
  type ArraySpec,
  combineDatasets,
  createLoader,
  type Dataset,
  Engine,
  isVoxelfeedError,
  type LoaderOptions,
  MiB,
  openDataset,
  type SampleOrigin,
  type Sampler,
  samplers,
  type Vec3,
} from "../../../src/index.js";
import { ClassIndex } from "../../../src/sampling/class-index.js";
import { targetLattice } from "../../../src/sampling/foreground.js";
import { countLattice } from "../../../src/sampling/lattice-counts.js";
import { PageTurns } from "../../../src/sampling/page-turns.js";
import { fitsShares, tally } from "../../helpers/chi-square.js";
import { type FixtureOptions, upload, writeVolume } from "../../helpers/fixtures.js";
import { freshName, requestsBelow } from "../../helpers/volumes.js";

type Voxels = (z: number, y: number, x: number) => number;

interface CropSpec {
  readonly classes: Readonly<Record<string, Voxels>>;
  readonly shape?: Vec3;
  readonly patch?: ArraySpec["shape"];
  /** Nanometres per target voxel; stored voxels have 10. */
  readonly scale?: ArraySpec["scale"];
  /** Attributes of every class. */
  readonly cellmap?: object;
  readonly volume?: FixtureOptions;
}

/** Uploads a crop and opens it; `root` is where its classes are. */
async function openCrop(spec: CropSpec): Promise<{ readonly dataset: Dataset; readonly root: string }> {
  const { classes, shape = [12, 14, 16], patch = [4, 5, 6], scale = [10, 10, 10], cellmap } = spec;
  const [server, name] = [inject("testServer"), freshName("sampled")];
  const put = async (path: string, options: Partial<FixtureOptions>, attributes: object): Promise<string> => {
    const files = await writeVolume({ shape, chunk: [5, 6, 7], ...spec.volume, ...options });
    const zattrs = JSON.parse(new TextDecoder().decode(files.get(".zattrs")));
    files.set(".zattrs", new TextEncoder().encode(JSON.stringify({ ...zattrs, ...attributes })));
    return await upload(server, `${name}/${path}`, files);
  };
  const raw = await put("raw", {}, {});
  for (const [className, value] of Object.entries(classes)) {
    await put(`crop/${className}`, { value }, cellmap === undefined ? {} : { cellmap });
  }
  const root = `${server}/mem/${name}/crop`;
  const dataset = await openDataset({
    raw,
    target: `${root}/[${Object.keys(classes)}]`,
    inputArrays: { raw: { shape: patch, scale } },
    targetArrays: { labels: { shape: patch, scale } },
  });
  return { dataset, root };
}

/** The samples of an epoch with the part of each that each class fills. */
async function drawn(
  dataset: Dataset,
  sampler: Sampler,
  options: LoaderOptions = {},
): Promise<{ readonly origin: SampleOrigin; readonly fractions: number[] }[]> {
  const loader = createLoader(dataset, {
    sampler,
    backend: "cpu",
    workers: 2,
    batchSize: 4,
    seed: 3,
    ...options,
  });
  const found: { origin: SampleOrigin; fractions: number[] }[] = [];
  try {
    for await (const batch of loader) {
      const { shape, data } = batch.arrays.labels!;
      const values = await data();
      const voxels = shape[2]! * shape[3]! * shape[4]!;
      for (const [n, origin] of batch.samples.entries()) {
        const fractions = Array.from({ length: shape[1]! }, (_, c) => {
          const first = (n * shape[1]! + c) * voxels;
          return values.subarray(first, first + voxels).filter((value: number) => value > 0).length / voxels;
        });
        found.push({ origin, fractions });
      }
      batch.release();
    }
  } finally {
    loader.dispose();
  }
  return found;
}

/** Indices at which a class fills at least a part of the patch, by reading every position. */
async function eligible(dataset: Dataset, classIndex: number, minFraction: number): Promise<number[]> {
  const all = await drawn(dataset, samplers.sequential(), { batchSize: 64 });
  return all.flatMap(({ fractions }, index) => (fractions[classIndex]! >= minFraction ? [index] : []));
}

/** An annotation whose value 255 is unknown. */
const coded = {
  annotation: {
    annotation_type: { type: "semantic_segmentation", encoding: { absent: 0, unknown: 255, present: 1 } },
  },
};

const ball: Voxels = (z, y, x) => ((z - 3) ** 2 + (y - 4) ** 2 + (x - 12) ** 2 < 8 ? 1 : 0);
const speckles: Voxels = (z, y, x) => ((z * 7 + y * 3 + x * 5) % 11 === 0 ? 2 : 0);

describe("foreground", () => {
  it("draws exactly the positions that hold enough of the class, all equally often", async () => {
    const { dataset } = await openCrop({ classes: { ball, speckles } });
    const wanted = await eligible(dataset, 0, 0.1);
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.length).toBeLessThan(dataset.length / 3);
    const samples = await drawn(
      dataset,
      samplers.foreground({ classes: ["ball"], minFraction: 0.1, samples: 3000 }),
      {
        batchSize: 50,
      },
    );
    expect(Math.min(...samples.map(({ fractions }) => fractions[0]!))).toBeGreaterThanOrEqual(0.1);
    const counts = tally(dataset.length, samples.length, (i) => samples[i]!.origin.index);
    const shares = Array.from({ length: dataset.length }, (_, index) => (wanted.includes(index) ? 1 : 0));
    expect(fitsShares(counts, shares)).toBe(true);
  });

  it.each<[string, CropSpec]>([
    ["at half the resolution", { classes: { ball }, scale: [20, 20, 20], patch: [3, 3, 3] }],
    ["between stored voxels", { classes: { ball }, scale: [7, 13, 15], patch: [4, 3, 3] }],
    ["of slices across all axes", { classes: { ball }, patch: [5, 6], scale: [10, 10] }],
    [
      "without what is unknown",
      { classes: { ball: (z, y, x) => (x < 12 ? 255 : 1) * ball(z, y, x) }, cellmap: coded },
    ],
    [
      "of 64-bit ids",
      { classes: { ball }, volume: { dtype: "uint64", shape: [12, 14, 16], chunk: [5, 6, 7] } },
    ],
    [
      "where fill value is the class",
      { classes: { ball: () => 1 }, volume: { shape: [12, 14, 16], fill: 1, skip: ([z]) => z === 0 } },
    ],
  ])("counts what is rendered: %s", async (_, spec) => {
    const { dataset } = await openCrop(spec);
    const all = await drawn(dataset, samplers.sequential(), { batchSize: 64 });
    const fractions = all.map((sample) => sample.fractions[0]!);
    const minFraction = Math.max(...fractions);
    const best = fractions.flatMap((fraction, index) => (fraction === minFraction ? [index] : []));
    const samples = await drawn(
      dataset,
      samplers.foreground({ classes: ["ball"], minFraction, samples: 64 }),
    );
    expect(samples.every(({ origin }) => best.includes(origin.index))).toBe(true);
  });

  it("takes classes in turn by lot, through several crops", async () => {
    const crops = await Promise.all([
      openCrop({ classes: { ball, speckles: () => 0 } }),
      openCrop({ classes: { ball: () => 0, speckles } }),
    ]);
    const dataset = combineDatasets(crops.map((crop) => crop.dataset));
    const sampler = samplers.foreground({ classes: ["ball", "speckles"], minFraction: 0.05, samples: 400 });
    const samples = await drawn(dataset, sampler, { batchSize: 40 });
    const first = samples.filter(({ origin }) => origin.index < crops[0]!.dataset.length);
    expect(first.every(({ fractions }) => fractions[0]! >= 0.05)).toBe(true);
    const second = samples.filter((sample) => !first.includes(sample));
    expect(second.every(({ fractions }) => fractions[1]! >= 0.05)).toBe(true);
    expect(fitsShares([first.length, second.length], [1, 1])).toBe(true);
  });

  it("explains an empty result with the best there is", async () => {
    const { dataset } = await openCrop({ classes: { ball, nothing: () => 0 } });
    const all = await drawn(dataset, samplers.sequential(), { batchSize: 64 });
    const best = Math.max(...all.map(({ fractions }) => fractions[0]!));
    const refuse = async (classes: string[], minFraction: number) => {
      const loader = createLoader(dataset, {
        backend: "cpu",
        sampler: samplers.foreground({ classes, minFraction }),
      });
      const error = await loader[Symbol.asyncIterator]()
        .next()
        .catch((caught: unknown) => caught);
      loader.dispose();
      expect(isVoxelfeedError(error, "empty-selection")).toBe(true);
      return (error as Error).message;
    };
    expect(await refuse(["ball"], 0.9)).toContain(`holds ${Number((best * 100).toPrecision(3))} %`);
    expect(await refuse(["ball", "nothing"], 0.01)).toMatch(
      /class "nothing": the fullest patch of 1 annotated crop holds 0 %/,
    );
  });

  it("counts once per engine, and stops when told to", async () => {
    const { dataset, root } = await openCrop({ classes: { ball } });
    const engine = new Engine({ backend: "cpu", workers: 2 });
    const options = { engine, sampler: samplers.foreground({ classes: ["ball"], minFraction: 0.1 }) };
    const abort = new AbortController();
    const stopped = createLoader(dataset, options).prepare({ signal: abort.signal });
    abort.abort("enough");
    await expect(stopped).rejects.toBe("enough");
    const loader = createLoader(dataset, options);
    const progress: number[] = [];
    await Promise.all([loader.prepare(), loader.prepare({ onProgress: (done) => progress.push(done) })]);
    expect(progress).toEqual(Array.from({ length: 27 }, (_, i) => (i + 1) / 27));
    const { chunkLoads } = engine.stats();
    expect(chunkLoads).toBeGreaterThanOrEqual(27);
    await createLoader(dataset, options).prepare();
    expect(engine.stats().chunkLoads).toBe(chunkLoads);
    const chunks = (await requestsBelow(root)).filter(
      ({ path, aborted }) => /\/s0\/\d/.test(path) && !aborted,
    );
    expect(new Set(chunks.map(({ path }) => path)).size).toBe(27);
    engine.dispose();
  });

  it("counts whole cells only, where voxels share cells", async () => {
    const { dataset } = await openCrop({ classes: { speckles } });
    const engine = new Engine({ backend: "cpu", workers: 1 });
    const lattice = targetLattice(dataset, dataset.grids![0]!, "labels", "speckles")!;
    const preparation = { engine, signal: new AbortController().signal, onProgress: () => {} };
    const turns = new PageTurns(preparation.signal);
    const exact = await ClassIndex.build(await countLattice(lattice, 1, preparation), lattice, turns);
    const coarse = await ClassIndex.build(await countLattice(lattice, 2, preparation), lattice, turns);
    const [fine, rough] = [new Uint32Array(11), new Uint32Array(11)];
    exact.row(1, 1, 1, fine);
    coarse.row(1, 1, 1, rough);
    const present = (from: Vec3, to: Vec3): number => {
      let sum = 0;
      for (let z = from[0]; z < to[0]; z++)
        for (let y = from[1]; y < to[1]; y++)
          for (let x = from[2]; x < to[2]; x++) sum += speckles(z, y, x) > 0 ? 1 : 0;
      return sum;
    };
    // A patch of 4 × 5 × 6 voxels at (1, 1, x); its whole cells of two begin at even voxels.
    for (let x = 0; x < 11; x++) {
      expect(fine[x]).toBe(present([1, 1, x], [5, 6, x + 6]));
      expect(rough[x]).toBe(present([2, 2, 2 * Math.ceil(x / 2)], [4, 6, 2 * Math.floor((x + 6) / 2)]));
    }
    engine.dispose();
  });
});

describe("classBalanced", () => {
  const rare: CropSpec = { classes: { a: () => 1, b: speckles, c: () => 0 } };
  const common: CropSpec = { classes: { a: () => 1, b: () => 0, c: () => 0 } };

  it("balances what is present, not what is merely annotated", async () => {
    const crops = await Promise.all([openCrop(common), openCrop(common), openCrop(common), openCrop(rare)]);
    const dataset = combineDatasets(crops.map((crop) => crop.dataset));
    const samples = await drawn(dataset, samplers.classBalanced({ samples: 200 }), { batchSize: 50 });
    const last = samples.filter(({ origin }) => origin.index >= 3 * crops[0]!.dataset.length).length;
    // b is in the last crop only: it has to come at least every second time, although all crops annotate it.
    expect(last).toBeGreaterThanOrEqual(100);
    await expect(drawn(dataset, samplers.classBalanced({ classes: ["b", "c"] }))).rejects.toThrow(
      /holds a voxel of class "c"/,
    );
  });

  it("takes the counts of the metadata where they are, and reads no label for them", async () => {
    const voxels = 12 * 14 * 16;
    const counted = (absent: number) => ({ annotation: { complement_counts: { absent, unknown: 0 } } });
    const [held, empty] = await Promise.all([
      openCrop({ classes: { a: () => 1 }, cellmap: counted(voxels - 1) }),
      openCrop({ classes: { a: () => 1 }, cellmap: counted(voxels) }),
    ]);
    const dataset = combineDatasets([empty.dataset, held.dataset]);
    const loader = createLoader(dataset, { backend: "cpu", sampler: samplers.classBalanced() });
    await loader.prepare();
    expect(loader.stats().chunkLoads).toBe(0);
    loader.dispose();
    const samples = await drawn(dataset, samplers.classBalanced({ samples: 12 }));
    expect(samples.every(({ origin }) => origin.index >= empty.dataset.length)).toBe(true);
  });

  it("does not count unknown voxels as present", async () => {
    const { dataset } = await openCrop({ classes: { a: (z) => (z < 6 ? 255 : 0) }, cellmap: coded });
    await expect(drawn(dataset, samplers.classBalanced())).rejects.toThrow(/holds a voxel of class "a"/);
  });
});

describe("the default sampler", () => {
  it("is blockShuffle for a volume far larger than the cache, and says so", async () => {
    const { dataset } = await openCrop({ classes: { ball } });
    const small = createLoader(dataset, { backend: "cpu" });
    expect(small.sampler).toEqual({ kind: "uniform" });
    small.dispose();
    const voxels = 12 * 14 * 16;
    const large = createLoader(dataset, {
      backend: "cpu",
      workers: 1,
      budget: { memory: Math.floor((2 * voxels) / 5) },
    });
    expect(large.sampler).toEqual({ kind: "blockShuffle" });
    let batches = 0;
    for await (const batch of large) {
      batch.release();
      if (++batches === 5) break;
    }
    expect(batches).toBe(5);
    large.dispose();
    const shared = new Engine({ budget: { memory: 64 * MiB } });
    expect(createLoader(dataset, { engine: shared }).sampler).toEqual({ kind: "uniform" });
    shared.dispose();
  });
});

describe("grid", () => {
  it("tells each tile's place and what it shares with the tile before", async () => {
    const { dataset } = await openCrop({ classes: { ball } });
    const samples = await drawn(dataset, samplers.grid({ overlap: [0, 1, 2] }));
    const axis = (count: number, size: number, overlap: number) =>
      Math.ceil((count - size) / (size - overlap)) + 1;
    expect(samples.length).toBe(axis(12, 4, 0) * axis(14, 5, 1) * axis(16, 6, 2));
    expect(samples[0]!.origin.tile).toEqual({ at: [0, 0, 0], counts: [3, 4, 4], overlapNm: [0, 0, 0] });
    // Tiles along y begin at 0, 4, 8 and 9 of 14, the last shifted: it shares four voxels more.
    expect(samples.at(-1)!.origin.tile).toEqual({ at: [2, 3, 3], counts: [3, 4, 4], overlapNm: [0, 40, 40] });
  });
});
