/** What a loader asks the server for: each chunk once, neighbours in a shard together. */
import { expect, it } from "vitest";
import { createLoader, type LoaderOptions, openDataset } from "../../../src/index.js";
import { rawVolume, requestsBelow, serve, serveCrop } from "../../helpers/volumes.js";

const array = { shape: [16, 16, 16], scale: [10, 10, 10] } as const;

it("asks for each chunk once, for all samples, arrays, batches and epochs", async () => {
  const { raw, target, root } = await serveCrop();
  const dataset = await openDataset({
    raw,
    target,
    inputArrays: { raw: array, context: { shape: [8, 8, 8], scale: [10, 10, 10] } },
    targetArrays: { labels: array },
  });
  for (const backend of ["cpu", "webgpu"] as const) {
    const before = (await requestsBelow(root)).length;
    const loader = createLoader(dataset, {
      backend,
      batchSize: 3,
      prefetch: 4,
      iterationsPerEpoch: 6,
      workers: 3,
      budget: { disk: 0 },
    });
    for (let epoch = 0; epoch < 2; epoch++) for await (const batch of loader) batch.release();
    const chunks = (await requestsBelow(root))
      .slice(before)
      .map(({ path }) => path)
      .filter((path) => /\/\d+[./]\d+[./]\d+$/.test(path));
    expect(chunks.length).toBeGreaterThan(10);
    expect(new Set(chunks).size).toBe(chunks.length);
    expect(loader.stats().chunkLoads).toBe(chunks.length);
    loader.dispose();
  }
});

it("fetches neighbours in a shard as one range, as far as the options let it", async () => {
  const raw = await serve({
    ...rawVolume,
    zarr: 3,
    shape: [32, 32, 64],
    levels: 1,
    chunk: [8, 8, 8],
    shard: { shape: [32, 32, 64] },
  });
  const bits: number[][] = [];
  const count = async (coalesce: LoaderOptions["coalesce"]): Promise<number> => {
    const dataset = await openDataset({ raw, inputArrays: { raw: array } });
    const before = (await requestsBelow(raw)).length;
    const loader = createLoader(dataset, {
      backend: "cpu",
      workers: 1,
      iterationsPerEpoch: 2,
      budget: { disk: 0 },
      coalesce,
    });
    const seen: number[] = [];
    for await (const batch of loader) seen.push(...(await batch.arrays.raw!.data()));
    loader.dispose();
    bits.push(seen);
    return (await requestsBelow(raw)).slice(before).filter(({ path }) => /c\/0\/0\/0$/.test(path)).length;
  };
  const apart = await count({ maxBytes: 0 });
  const close = await count({ gapBytes: 0 });
  const merged = await count(undefined);
  expect(apart).toBeGreaterThan(16);
  expect(close).toBeLessThan(apart);
  expect(merged).toBeLessThan(close);
  expect(bits[1]).toEqual(bits[0]);
  expect(bits[2]).toEqual(bits[0]);
});

it("refuses options of coalescing that it does not know", async () => {
  const dataset = await openDataset({ raw: await serve(rawVolume), inputArrays: { raw: array } });
  expect(() => createLoader(dataset, { coalesce: { gap: 3 } as object })).toThrow(/gapBytes/);
  expect(() => createLoader(dataset, { coalesce: { gapBytes: -1 } })).toThrow(/coalesce\.gapBytes/);
});
