/** Budgets are ceilings: results do not depend on them, and what cannot fit says which number to raise. */
import { describe, expect, it } from "vitest";
import {
  type Backend,
  type Batch,
  type BudgetEvent,
  createLoader,
  type LoaderOptions,
  MiB,
  openDataset,
  openImage,
  rotation,
  values,
} from "../../../src/index.js";
import { rawVolume, serve, serveCrop } from "../../helpers/volumes.js";

const brick = 16 ** 3;

describe("budgets", () => {
  it("stay ceilings while every batch stays the same", async () => {
    const { raw, target } = await serveCrop();
    const array = { shape: [8, 10, 12], scale: [10, 10, 10] } as const;
    const dataset = await openDataset({
      raw,
      target,
      inputArrays: { raw: array },
      targetArrays: { labels: array },
    });
    const take = async (options: LoaderOptions) => {
      const loader = createLoader(dataset, { batchSize: 2, workers: 2, seed: 2, ...options });
      const events: BudgetEvent[] = [];
      loader.on("budget", (event) => void events.push(event));
      const values: number[][] = [];
      for await (const batch of loader) {
        values.push([...(await batch.arrays.raw!.data()), ...(await batch.arrays.labels!.data())]);
        batch.release();
        if (batch.index === 9) break;
      }
      const stats = loader.stats();
      loader.dispose();
      return { values, stats, events };
    };
    for (const backend of ["cpu", "webgpu"] as const) {
      const plenty = await take({ backend });
      const scarce = await take({ backend, budget: { memory: 12 * brick, gpu: 20 * brick } });
      expect(scarce.values).toEqual(plenty.values);
      const { memory, gpu } = scarce.stats.budget;
      // A chunk in the memory of each worker's codec cannot be kept out by bricks that are in use.
      expect(memory.peakBytes).toBeLessThanOrEqual(memory.maxBytes + 2 * brick);
      expect(gpu.peakBytes).toBeLessThanOrEqual(gpu.maxBytes);
      expect(scarce.stats.evictedBricks).toBeGreaterThan(0);
      expect(scarce.events).toContainEqual(
        expect.objectContaining({ tier: "memory", action: "evict", maxBytes: 12 * brick }),
      );
      expect(plenty.events).toEqual([]);
      // What was evicted is loaded again, from the disk; on the GPU a second tier still has some of it.
      const loads = ({ stats }: typeof plenty) => stats.chunkLoads + stats.diskHits;
      if (backend === "cpu") expect(loads(scarce)).toBeGreaterThan(loads(plenty));
    }
  });

  it.each<[Backend, "memory" | "gpu", number]>([
    ["cpu", "memory", 3],
    ["webgpu", "gpu", 17],
  ])("cut a read that needs more than the whole in pieces (%s: budget.%s)", async (backend, tier, bricks) => {
    const url = await serve(rawVolume);
    const request = {
      center: [155, 155, 155],
      shape: [40, 20, 20],
      scale: [10, 10, 10],
      matrix: rotation([30, 0, 0]),
      interpolation: "nearest",
    } as const;
    const plenty = await openImage(url, { backend });
    const image = await openImage(url, { backend, workers: 1, budget: { [tier]: bricks * brick } });
    const whole = await plenty.read(request);
    const pieces = await image.read(request);
    expect(pieces.mask).toEqual(whole.mask);
    expect(pieces.data).toEqual(whole.data);
    const { peakBytes, maxBytes } = image.stats().budget[tier];
    expect(peakBytes).toBeLessThanOrEqual(maxBytes + (tier === "memory" ? brick : 0));
    plenty.dispose();
    image.dispose();
  });

  it.each<[Backend, "memory" | "gpu", number]>([
    ["cpu", "memory", 2],
    ["webgpu", "gpu", 3],
  ])(
    "refuse a voxel that needs more than the whole, and name the number (%s: budget.%s)",
    async (backend, tier, bricks) => {
      const image = await openImage(await serve(rawVolume), { backend, budget: { [tier]: bricks * brick } });
      const request = { center: [155, 155, 155], shape: [2, 2, 2], scale: [10, 10, 10] } as const;
      const error = await image
        .read({ ...request, matrix: rotation([30, 20, 0]) })
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "budget" });
      expect((error as Error).message).toContain(`Raise budget.${tier}`);
      const small = await image.read({ ...request, center: [75, 75, 75] });
      expect(small.mask.every((inside) => inside === 1)).toBe(true);
      image.dispose();
    },
  );

  it("count batches and scratch with the bricks, and shrink at run time", async () => {
    const { raw } = await serveCrop();
    const array = { shape: [12, 12, 12], scale: [10, 10, 10] } as const;
    const dataset = await openDataset({ raw, inputArrays: { raw: array } });
    const loader = createLoader(dataset, {
      backend: "webgpu",
      batchSize: 2,
      workers: 2,
      rawValueTransforms: [values.gaussianBlur([10, 10])],
      budget: { gpu: 4 * MiB, memory: MiB },
      iterationsPerEpoch: 12,
    });
    const seen: number[][] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      loader.setEpoch(0);
      const bits: number[] = [];
      for await (const batch of loader) {
        bits.push(...(await batch.arrays.raw!.data()));
        batch.release();
      }
      seen.push(bits);
      const { gpu, memory } = loader.stats().budget;
      expect(gpu.bytes).toBeLessThanOrEqual(gpu.maxBytes);
      if (epoch > 0) continue;
      expect(gpu.parts.batches).toBeGreaterThanOrEqual(2 * 12 ** 3 * 4);
      expect(gpu.parts.scratch).toBeGreaterThan(3 * 12 ** 3 * 4);
      expect(gpu.parts.bricks).toBeGreaterThan(brick);
      expect(memory.parts.rendering).toBe(0);
      loader.setBudget({ gpu: 512 * 1024, memory: 24 * brick });
    }
    expect(seen[1]).toEqual(seen[0]);
    const { gpu, memory, inflight, disk } = loader.stats().budget;
    expect([gpu.maxBytes, memory.maxBytes]).toEqual([512 * 1024, 24 * brick]);
    expect(memory.bytes).toBeLessThanOrEqual(memory.maxBytes);
    expect(inflight.bytes).toBe(0);
    expect(disk.bytes).toBeLessThanOrEqual(disk.maxBytes);
    expect(() => loader.setBudget({ gpu: 0 })).toThrow(/budget\.gpu/);
    expect(() => loader.setBudget({ gpus: 1 } as object)).toThrow(/Did you mean "gpu"/);
    loader.dispose();
  });

  it("let in what waits when they grow", async () => {
    const { raw } = await serveCrop();
    const array = { shape: [16, 16, 16], scale: [10, 10, 10] } as const;
    const dataset = await openDataset({ raw, inputArrays: { raw: array } });
    const bytes = 16 ** 3 * 4;
    const loader = createLoader(dataset, {
      backend: "webgpu",
      prefetch: 3,
      maxHeldBatches: 4,
      budget: { gpu: 5 * bytes },
    });
    const batches = loader[Symbol.asyncIterator]();
    const first = (await batches.next()).value as Batch;
    const second = (await batches.next()).value as Batch;
    const third = batches.next();
    const outcome = await Promise.race([third.then(() => "given"), new Promise((r) => setTimeout(r, 300))]);
    expect(outcome).toBeUndefined();
    loader.setBudget({ gpu: 20 * bytes });
    ((await third).value as Batch).release();
    first.release();
    second.release();
    loader.dispose();
  });

  it("refuse a batch of more than half of budget.gpu", async () => {
    const { raw } = await serveCrop();
    const array = { shape: [16, 16, 16], scale: [10, 10, 10] } as const;
    const dataset = await openDataset({ raw, inputArrays: { raw: array } });
    const loader = createLoader(dataset, { backend: "webgpu", budget: { gpu: 16 ** 3 * 4 * 1.5 } });
    const error = await loader[Symbol.asyncIterator]()
      .next()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "budget" });
    expect((error as Error).message).toContain("Raise budget.gpu");
    loader.dispose();
  });
});
