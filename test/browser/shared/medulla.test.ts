/** The real volume beside the project: a hundred batches of raw and labels from its crops. */
import { describe, expect, inject, it } from "vitest";
import { createLoader, openDataSplit } from "../../../src/index.js";

const root = `${inject("testServer")}/shared/data`;

describe.skipIf(!inject("sharedData"))("medulla.zarr", () => {
  it("gives 100 batches of raw and labels whose membranes are darker than neurites", async () => {
    const array = { shape: [24, 32, 32], scale: [10, 10, 10] } as const;
    const split = await openDataSplit({
      csv: `${root}/datasplit.csv`,
      inputArrays: { raw: array },
      targetArrays: { labels: array },
    });
    expect(split.classes).toEqual(["membrane", "neurite", "large_neurite"]);
    expect(split.train!.datasets.length).toBe(2);
    expect(split.validation!.datasets.length).toBe(1);
    const loader = createLoader(split.train!, {
      batchSize: 2,
      iterationsPerEpoch: 100,
      backend: "cpu",
      workers: 2,
    });
    const sums = { membrane: 0, neurite: 0 };
    const counts = { membrane: 0, neurite: 0 };
    let batches = 0;
    for await (const batch of loader) {
      const raw = await batch.arrays.raw!.data();
      const labels = await batch.arrays.labels!.data();
      const mask = await batch.arrays.labels!.mask!.data();
      const voxels = 24 * 32 * 32;
      for (let n = 0; n < 2; n++) {
        for (const [c, name] of (["membrane", "neurite"] as const).entries()) {
          const plane = (n * 3 + c) * voxels;
          for (let v = 0; v < voxels; v++) {
            if (mask[plane + v] === 1 && labels[plane + v] === 1) {
              sums[name] += raw[n * voxels + v]!;
              counts[name]++;
            }
          }
        }
      }
      batches++;
      batch.release();
    }
    expect(batches).toBe(100);
    expect(counts.membrane).toBeGreaterThan(10_000);
    expect(sums.membrane / counts.membrane).toBeLessThan(sums.neurite / counts.neurite - 15);
    loader.dispose();
  });
});
