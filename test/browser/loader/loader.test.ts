import { describe, expect, it } from "vitest";
import {
  type Backend,
  type Batch,
  combineDatasets,
  createLoader,
  type Dataset,
  type DatasetSpec,
  isVoxelfeedError,
  type LoaderOptions,
  openDataset,
  samplers,
} from "../../../src/index.js";
import { behave, requestsBelow, serveCrop } from "../../helpers/volumes.js";

const arrays = {
  inputArrays: {
    raw: { shape: [8, 10, 12], scale: [10, 10, 10] },
    context: { shape: [8, 8, 8], scale: [20, 20, 20], dtype: "float16" },
  },
  targetArrays: { labels: { shape: [8, 10, 12], scale: [10, 10, 10] } },
} as const satisfies Partial<DatasetSpec>;

const spatialTransforms = {
  mirror: { axes: { x: 0.5, y: 0.5, z: 0.5 } },
  transpose: { axes: ["x", "y"] },
  rotate: { axes: { z: [-180, 180] } },
} as const;

/** Every array and mask of every sample as one list of numbers per sample. */
async function contents(dataset: Dataset, options: LoaderOptions, samples: number): Promise<number[][]> {
  const loader = createLoader(dataset, { seed: 5, spatialTransforms, ...options });
  const found: number[][] = [];
  try {
    for await (const batch of loader) {
      const lists = Array.from(batch.samples, (): number[] => []);
      for (const array of Object.values(batch.arrays)) {
        for (const values of [await array.data(), (await array.mask?.data()) ?? new Uint8Array(0)]) {
          const each = values.length / batch.samples.length;
          lists.forEach((list, i) => void list.push(...values.subarray(i * each, (i + 1) * each)));
        }
      }
      found.push(...lists);
      batch.release();
      if (found.length >= samples) break;
    }
  } finally {
    loader.dispose();
  }
  return found.slice(0, samples);
}

describe("createLoader", () => {
  it("gives the same samples for any number of workers, batch size and prefetch", async () => {
    const { raw, target } = await serveCrop();
    const dataset = await openDataset({ raw, target, ...arrays });
    const reference = await contents(dataset, { backend: "cpu", workers: 1, batchSize: 1, prefetch: 0 }, 8);
    expect(reference.length).toBe(8);
    expect(new Set(reference.map((list) => list.slice(0, 50).join())).size).toBe(8);
    for (const options of [
      { workers: 2, batchSize: 4 },
      { workers: 4, batchSize: 4, prefetch: 3 },
      { workers: 2, batchSize: 3 },
      { workers: 2, batchSize: 1, budget: { memory: 200_000 } },
      { workers: 2, batchSize: 4, sharedMemory: false },
      { workers: 3, batchSize: 2, sharedMemory: false, budget: { memory: 200_000 } },
    ]) {
      expect(await contents(dataset, { backend: "cpu", ...options }, 8)).toEqual(reference);
    }
  });

  it("renders the same on the GPU: labels and masks equal, values within 2e-3 of the range", async () => {
    const { raw, target } = await serveCrop();
    const dataset = await openDataset({
      raw,
      target,
      inputArrays: { raw: arrays.inputArrays.raw },
      targetArrays: arrays.targetArrays,
    });
    const cpu = await contents(dataset, { backend: "cpu", batchSize: 2 }, 6);
    const gpu = await contents(dataset, { backend: "webgpu", batchSize: 3 }, 6);
    const rawVoxels = 8 * 10 * 12;
    for (const [i, sample] of cpu.entries()) {
      const other = gpu[i]!;
      const worst = Math.max(...sample.slice(0, rawVoxels).map((v, j) => Math.abs(v - other[j]!)));
      expect(worst).toBeLessThan(2e-3 * 255);
      const unequal = sample.slice(rawVoxels).filter((v, j) => v !== other[rawVoxels + j]).length;
      // A label at a tie of two voxels may fall either way in float32.
      expect(unequal).toBeLessThanOrEqual(2);
    }
  });

  it.each<Backend>(["cpu", "webgpu"])(
    "asks for each chunk once, and for none after dispose (%s)",
    async (backend) => {
      const { root, raw, target } = await serveCrop();
      const dataset = await openDataset({ raw, target, ...arrays });
      const loader = createLoader(dataset, { backend, batchSize: 2, workers: 2, spatialTransforms });
      let batches = 0;
      for await (const batch of loader) {
        batch.release();
        if (++batches === 20) break;
      }
      const chunks = (await requestsBelow(root)).filter(({ path }) => /\/s\d\/\d/.test(path));
      expect(chunks.length).toBeGreaterThan(10);
      expect(new Set(chunks.map(({ path }) => path)).size).toBe(chunks.length);
      expect(loader.stats().chunkLoads).toBeGreaterThanOrEqual(chunks.length);
      loader.dispose();
      const after = (await requestsBelow(root)).length;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect((await requestsBelow(root)).length).toBe(after);
    },
  );

  it("delivers in order, with a last batch that is smaller", async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({
      raw,
      inputArrays: { raw: { shape: [40, 48, 54], scale: [10, 10, 10] } },
    });
    expect(dataset.length).toBe(3);
    const loader = createLoader(dataset, { batchSize: 2, sampler: samplers.sequential(), backend: "cpu" });
    expect(loader.length).toBe(2);
    const seen: number[][] = [];
    for await (const batch of loader) {
      seen.push(batch.samples.map(({ index }) => index));
      expect(batch.arrays.raw!.shape).toEqual([batch.samples.length, 1, 40, 48, 54]);
      batch.release();
    }
    expect(seen).toEqual([[0, 1], [2]]);
    expect(loader.epoch).toBe(1);
    loader.dispose();
  });

  it("stops everything on break: requests under way are cancelled, and a new pass works", async () => {
    const { root, raw, target } = await serveCrop();
    const dataset = await openDataset({ raw, target, ...arrays });
    const loader = createLoader(dataset, { backend: "cpu", batchSize: 1, prefetch: 4 });
    await behave(`${raw}/s0/`, { latencyMs: 30 });
    for await (const batch of loader) {
      batch.release();
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    const settled = (await requestsBelow(root)).length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await requestsBelow(root)).length).toBe(settled);
    const again = await loader[Symbol.asyncIterator]().next();
    expect(again.value.index).toBe(0);
    loader.dispose();
  });

  it("rejects with the signal's reason on abort, and with `disposed` on dispose", async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({ raw, inputArrays: { raw: arrays.inputArrays.raw } });
    await behave(`${raw}/s0/`, { hang: true });
    const abort = new AbortController();
    const aborted = createLoader(dataset, { backend: "cpu", signal: abort.signal });
    const waiting = aborted[Symbol.asyncIterator]().next();
    setTimeout(() => abort.abort("enough"), 20);
    await expect(waiting).rejects.toBe("enough");
    aborted.dispose();

    const disposed = createLoader(dataset, { backend: "cpu" });
    const other = disposed[Symbol.asyncIterator]().next();
    setTimeout(() => disposed.dispose(), 20);
    const error = await other.catch((caught: unknown) => caught);
    expect(isVoxelfeedError(error, "disposed")).toBe(true);
    expect((await requestsBelow(`${raw}/s0/0`)).length).toBeLessThan(30);
  });

  it("ends with the error of a chunk that cannot be decoded, and hangs nothing", async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({ raw, inputArrays: { raw: arrays.inputArrays.raw } });
    await behave(`${raw}/s0/`, { status: 200, body: "broken" });
    const loader = createLoader(dataset, { backend: "cpu", batchSize: 2 });
    const pass = loader[Symbol.asyncIterator]();
    const error = await pass.next().catch((caught: unknown) => caught);
    expect(isVoxelfeedError(error, "decode")).toBe(true);
    expect(await pass.next()).toEqual({ done: true, value: undefined });
    loader.dispose();
  });

  it("reads a class without annotation as unknown: zeros and mask 0, on both backends", async () => {
    const { raw, target } = await serveCrop();
    const spec = { raw, target, classes: ["b", "c", "a"], ...arrays } as const;
    const refused = await openDataset(spec).catch((caught: unknown) => caught);
    expect(isVoxelfeedError(refused, "class-not-found")).toBe(true);
    const dataset = await openDataset({ ...spec, missingClasses: "unknown" });
    for (const backend of ["cpu", "webgpu"] as const) {
      const loader = createLoader(dataset, { backend, batchSize: 2 });
      for await (const batch of loader) {
        const { shape, data, mask } = batch.arrays.labels!;
        expect(shape).toEqual([2, 3, 8, 10, 12]);
        const voxels = 8 * 10 * 12;
        const sums = (values: ArrayLike<number>) =>
          Array.from({ length: 6 }, (_, i) =>
            Array.from(values)
              .slice(i * voxels, (i + 1) * voxels)
              .reduce((a, b) => a + b),
          );
        const [values, masks] = [sums(await data()), sums(await mask!.data())];
        expect([masks[1], masks[4], values[1], values[4]]).toEqual([0, 0, 0, 0]);
        expect(masks[0]).toBe(voxels);
        expect(values[0]! > 0 && values[2]! > values[0]!).toBe(true);
        batch.release();
        if (batch.index === 2) break;
      }
      loader.dispose();
    }
  });

  it.each<Backend>(["cpu", "webgpu"])("lays channels last with ndhwc (%s)", async (backend) => {
    const { raw, target } = await serveCrop();
    const dataset = await openDataset({ raw, target, ...arrays });
    const take = async (layout: "ncdhw" | "ndhwc"): Promise<{ batch: Batch; values: ArrayLike<number> }> => {
      const loader = createLoader(dataset, { backend, layout, batchSize: 2 });
      const { value: batch } = await loader[Symbol.asyncIterator]().next();
      const values = await batch.arrays.labels.data();
      loader.dispose();
      return { batch, values };
    };
    const first = await take("ncdhw");
    const last = await take("ndhwc");
    expect(last.batch.arrays.labels!.shape).toEqual([2, 8, 10, 12, 2]);
    const voxels = 8 * 10 * 12;
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 2; c++)
        for (let v = 0; v < voxels; v++) {
          if (first.values[(n * 2 + c) * voxels + v] !== last.values[(n * voxels + v) * 2 + c])
            expect([n, c, v]).toBeNull();
        }
  });

  it("joins datasets: indices count through them", async () => {
    const [one, two] = [await serveCrop(), await serveCrop()];
    const parts = await Promise.all(
      [one, two].map(({ raw, target }) => openDataset({ raw, target, ...arrays })),
    );
    const joined = combineDatasets(parts);
    expect(joined.length).toBe(parts[0]!.length * 2);
    const sample = await joined.get(parts[0]!.length + 3);
    expect(sample.origin).toMatchObject({ index: parts[0]!.length + 3, raw: two.raw });
    expect(sample.arrays.raw!.shape).toEqual([1, 8, 10, 12]);
    await expect(joined.get(joined.length)).rejects.toMatchObject({ code: "index-out-of-range" });
    await expect(joined.get(-1)).rejects.toMatchObject({ code: "index-out-of-range" });
    joined.dispose();
  });
});
