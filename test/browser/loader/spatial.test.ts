/** Every spatial transform through the loader: provenance, independence of how batches are made, both backends. */
import { describe, expect, it } from "vitest";
import {
  createLoader,
  type Dataset,
  isVoxelfeedError,
  type LoaderOptions,
  openDataset,
  type SampleOrigin,
  spatial,
} from "../../../src/index.js";
import { serveCrop } from "../../helpers/volumes.js";

const spatialTransforms = [
  spatial.slip({ offset: [-30, 30], thickness: 10, rate: 0.5 }),
  spatial.shift({ offset: [-10, 10], thickness: 10, rate: 0.2 }),
  spatial.mirror({ axes: { x: 0.5 } }),
  spatial.cube({ p: 0.5 }),
  spatial.elastic({ spacing: 40, sigma: [0, 8] }),
  spatial.magnification({ range: [0.8, 1.25] }),
  spatial.shear({ axes: { yx: [-0.2, 0.2] } }),
  spatial.rotate({ axes: { z: [-180, 180] } }),
  spatial.translate({ axes: { z: [-20, 20], y: 15 } }),
];

async function open(): Promise<Dataset> {
  const { raw, target } = await serveCrop();
  return await openDataset({
    raw,
    target,
    inputArrays: { raw: { shape: [8, 10, 12], scale: [10, 10, 10] } },
    targetArrays: { labels: { shape: [8, 10, 12], scale: [10, 10, 10] } },
  });
}

interface Found {
  readonly origin: SampleOrigin;
  readonly raw: number[];
  readonly labels: number[];
  readonly mask: number[];
}

async function samples(dataset: Dataset, options: LoaderOptions, count: number): Promise<Found[]> {
  const loader = createLoader(dataset, { seed: 5, spatialTransforms, ...options });
  const found: Found[] = [];
  try {
    for await (const batch of loader) {
      const { raw, labels } = batch.arrays;
      const lists = [await raw!.data(), await labels!.data(), await labels!.mask!.data()];
      for (const [i, origin] of batch.samples.entries()) {
        const [values, ids, mask] = lists.map((list) => {
          const each = list.length / batch.samples.length;
          return Array.from(list.subarray(i * each, (i + 1) * each));
        });
        found.push({ origin, raw: values!, labels: ids!, mask: mask! });
      }
      batch.release();
      if (found.length >= count) break;
    }
  } finally {
    loader.dispose();
  }
  return found.slice(0, count);
}

describe("spatial transforms in the loader", () => {
  it("give the same for any number of workers and batch size, and again from their provenance", async () => {
    const dataset = await open();
    const reference = await samples(dataset, { backend: "cpu", workers: 1, batchSize: 1 }, 6);
    expect(await samples(dataset, { backend: "cpu", workers: 3, batchSize: 4 }, 6)).toEqual(reference);
    expect(new Set(reference.map(({ raw }) => raw.join())).size).toBe(6);
    for (const { origin, raw, labels } of reference) {
      expect(origin.drawn!.map(({ kind }) => kind)).toContain("elastic");
      const stored: SampleOrigin = JSON.parse(JSON.stringify(origin));
      const again = await dataset.render(stored);
      expect(Array.from(again.arrays.raw!.data)).toEqual(raw);
      expect(Array.from(again.arrays.labels!.data)).toEqual(labels);
      const { center, matrix, drawn } = again.origin;
      expect({ center, matrix, drawn }).toEqual({
        center: origin.center,
        matrix: origin.matrix,
        drawn: origin.drawn,
      });
    }
    dataset.dispose();
  });

  it("give the same on the GPU: values within 2e-3 of the range, labels and masks away from ties", async () => {
    const dataset = await open();
    const cpu = await samples(dataset, { backend: "cpu", batchSize: 2 }, 6);
    const gpu = await samples(dataset, { backend: "webgpu", batchSize: 3 }, 6);
    for (const [i, sample] of cpu.entries()) {
      const other = gpu[i]!;
      expect(other.origin).toEqual(sample.origin);
      let outside = 0;
      for (const [j, value] of sample.raw.entries())
        if (Math.abs(value - other.raw[j]!) > 2e-3 * 255) outside++;
      // A voxel on the border of the volume may fall to either side in float32.
      expect(outside).toBeLessThanOrEqual(1);
      const differ = sample.labels.filter((label, j) => label !== other.labels[j]).length;
      expect(differ).toBeLessThanOrEqual(2);
      expect(sample.mask.filter((known, j) => known !== other.mask[j]).length).toBeLessThanOrEqual(2);
    }
    dataset.dispose();
  });

  it("keep the moved centre within the legal ones", async () => {
    const dataset = await open();
    const wide = [spatial.translate({ axes: { z: [-500, 500], y: [-500, 500], x: [-500, 500] } })];
    const found = await samples(dataset, { backend: "cpu", batchSize: 4, spatialTransforms: wide }, 12);
    const { min, max } = dataset.samplingBox;
    for (const { origin } of found) {
      for (const axis of [0, 1, 2] as const) {
        expect(origin.center[axis]).toBeGreaterThanOrEqual(min[axis] - 1e-9);
        expect(origin.center[axis]).toBeLessThanOrEqual(max[axis] + 1e-9);
      }
    }
    expect(new Set(found.map(({ origin }) => origin.center.join())).size).toBe(12);
    expect(found.every(({ mask }) => !mask.includes(0))).toBe(true);
    dataset.dispose();
  });

  it("are refused when the loader is made, with the path", async () => {
    const dataset = await open();
    const refuse = (transforms: unknown, path: string) => {
      expect(() => createLoader(dataset, { spatialTransforms: transforms as never })).toThrow(
        expect.toSatisfy((error: unknown) => isVoxelfeedError(error) && error.path === path),
      );
    };
    refuse([spatial.cube(), spatial.elastic({ spacing: 40, sigma: 20 })], "spatialTransforms[1].sigma");
    refuse({ slip: { offset: 5, thickness: 80 } }, "spatialTransforms.slip.axis");
    dataset.dispose();
  });
});
