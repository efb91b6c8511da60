/** Batches that nobody releases: said once, by the garbage collector's leave. */

import { afterEach, expect, vi } from "vitest";
import { cdp } from "vitest/browser";
import { createLoader, openDataset } from "../../../src/index.js";
import { gpuTest } from "../../helpers/gpu.js";
import { serveCrop } from "../../helpers/volumes.js";

afterEach(() => {
  vi.restoreAllMocks();
});

gpuTest(
  "a batch that is garbage-collected unreleased is warned of once; a released one is not",
  async (device) => {
    const { raw, target } = await serveCrop();
    const dataset = await openDataset({
      raw,
      target,
      inputArrays: { raw: { shape: [8, 8, 8], scale: [10, 10, 10] } },
    });
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const loader = createLoader(dataset, {
      device,
      backend: "webgpu",
      prefetch: 0,
      maxHeldBatches: 8,
      seed: 2,
    });
    const batches = loader[Symbol.asyncIterator]();
    // In functions of their own, so that nothing here refers to a batch afterwards.
    const takeAndRelease = async () => void (await batches.next()).value.release();
    const takeAndForget = async () => void (await batches.next());
    await takeAndRelease();
    await collectGarbage();
    expect(warned).not.toHaveBeenCalled();
    await takeAndForget();
    await takeAndForget();
    // The pass keeps none of the batches it has delivered.
    await takeAndRelease();
    await vi.waitFor(
      async () => {
        await collectGarbage();
        expect(warned).toHaveBeenCalled();
      },
      { timeout: 10_000, interval: 200 },
    );
    await collectGarbage();
    expect(warned).toHaveBeenCalledTimes(1);
    expect(warned.mock.calls[0]![0]).toMatch(/batch [12] was garbage-collected without release\(\)/);
    loader.dispose();
  },
);

async function collectGarbage(): Promise<void> {
  await cdp().send("HeapProfiler.collectGarbage");
  // Finalizers run as tasks of their own.
  await new Promise((resolve) => setTimeout(resolve, 50));
}
