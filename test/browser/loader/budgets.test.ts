/** Budgets are ceilings: results do not depend on them, and what cannot fit says which number to raise. */
import { describe, expect, it } from "vitest";
import {
  type Backend,
  type BudgetEvent,
  createLoader,
  type LoaderOptions,
  openDataset,
  openImage,
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
      expect(memory.peakBytes).toBeLessThanOrEqual(memory.maxBytes);
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

  it.each<[Backend, "memory" | "gpu"]>([
    ["cpu", "memory"],
    ["webgpu", "gpu"],
  ])(
    "of a read that needs more than the whole are refused at once (%s: budget.%s)",
    async (backend, tier) => {
      const image = await openImage(await serve(rawVolume), { backend, budget: { [tier]: 3 * brick } });
      const error = await image
        .read({ center: [155, 155, 155], shape: [20, 20, 20], scale: [10, 10, 10] })
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "budget" });
      expect((error as Error).message).toContain(`Raise budget.${tier}`);
      const small = await image.read({ center: [75, 75, 75], shape: [16, 16, 16], scale: [10, 10, 10] });
      expect(small.mask.every((inside) => inside === 1)).toBe(true);
      image.dispose();
    },
  );
});
