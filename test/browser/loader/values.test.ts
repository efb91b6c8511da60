import { describe, expect, it } from "vitest";
import {
  type Backend,
  type Batch,
  createLoader,
  type Dataset,
  isVoxelfeedError,
  type LoaderOptions,
  openDataset,
  presets,
  type RawValueTransforms,
  type SampleOrigin,
  values,
} from "../../../src/index.js";
import { serveCrop } from "../../helpers/volumes.js";

const inputArrays = {
  raw: { shape: [8, 10, 12], scale: [10, 10, 10] },
  context: { shape: [6, 6, 6], scale: [20, 20, 20] },
} as const;

const rawValueTransforms: RawValueTransforms = {
  raw: [
    values.normalize(),
    values.contrast([0.75, 1.25], { about: "mean" }),
    values.gaussianNoise([0, 0.1]),
    values.gaussianBlur([0, 15], { p: 0.5 }),
    values.cutout([20, 60]),
  ],
  context: [values.normalize(), values.speckle(0.1), values.missingSections(0.2)],
};

const spatialTransforms = { mirror: { axes: { x: 0.5 } }, rotate: { axes: { z: [-180, 180] } } } as const;

interface Found {
  readonly origin: SampleOrigin;
  readonly raw: Float32Array;
  readonly context: Float32Array;
}

async function take(dataset: Dataset, options: LoaderOptions, samples: number): Promise<Found[]> {
  const loader = createLoader(dataset, { seed: 5, spatialTransforms, rawValueTransforms, ...options });
  const found: Found[] = [];
  const part = async (batch: Batch, name: string, i: number): Promise<Float32Array> => {
    const data = (await batch.arrays[name]!.data()) as Float32Array;
    const each = data.length / batch.samples.length;
    return data.slice(i * each, (i + 1) * each);
  };
  for await (const batch of loader) {
    for (const [i, origin] of batch.samples.entries()) {
      found.push({ origin, raw: await part(batch, "raw", i), context: await part(batch, "context", i) });
    }
    batch.release();
    if (found.length >= samples) break;
  }
  loader.dispose();
  return found.slice(0, samples);
}

describe("rawValueTransforms", () => {
  it("gives the same bits for any number of workers and any batch size", async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({ raw, inputArrays });
    const reference = await take(dataset, { backend: "cpu", workers: 1, batchSize: 1 }, 8);
    expect(new Set(reference.map(({ raw: voxels }) => voxels.slice(0, 9).join())).size).toBe(8);
    expect(new Set(reference.map(({ origin }) => origin.values!.raw!.transforms.length))).toEqual(
      new Set([4, 5]),
    );
    expect(await take(dataset, { backend: "cpu", workers: 2, batchSize: 4, prefetch: 3 }, 8)).toEqual(
      reference,
    );
  });

  it("agrees between backends, and each backend renders a sample of its provenance again", {
    timeout: 180_000,
  }, async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({ raw, inputArrays });
    const cpu = await take(dataset, { backend: "cpu", batchSize: 2 }, 6);
    const gpu = await take(dataset, { backend: "webgpu", batchSize: 3 }, 6);
    for (const [i, sample] of cpu.entries()) {
      expect(gpu[i]!.origin).toEqual(sample.origin);
      for (const name of ["raw", "context"] as const) {
        const apart = sample[name].map((v, j) => Math.abs(v - gpu[i]![name][j]!));
        expect(apart.reduce((a, b) => Math.max(a, b))).toBeLessThan(2e-3);
      }
    }
    for (const backend of ["cpu", "webgpu"] as const satisfies readonly Backend[]) {
      const again = await openDataset({ raw, inputArrays, backend });
      const wanted = backend === "cpu" ? cpu : gpu;
      for (const { origin, ...arrays } of wanted.slice(0, 4)) {
        const { arrays: rendered } = await again.render(JSON.parse(JSON.stringify(origin)));
        expect(rendered.raw!.data).toEqual(arrays.raw);
        expect(rendered.context!.data).toEqual(arrays.context);
      }
      again.dispose();
    }
  });

  it("applies one list to every input array, each drawing for itself, and leaves targets alone", async () => {
    const { raw, target } = await serveCrop();
    const dataset = await openDataset({
      raw,
      target,
      inputArrays,
      targetArrays: { labels: inputArrays.raw },
    });
    const loader = createLoader(dataset, { ...presets.emAnisotropic(), backend: "cpu", batchSize: 2 });
    for await (const batch of loader) {
      for (const name of ["raw", "context"]) {
        const data = await batch.arrays[name]!.data();
        expect(data.every((v) => v >= 0 && v <= 1)).toBe(true);
      }
      const [sample] = batch.samples;
      expect(Object.keys(sample!.values!)).toEqual(["raw", "context"]);
      expect(sample!.values!.raw!.transforms).not.toEqual(sample!.values!.context!.transforms);
      expect(Math.max(...(await batch.arrays.labels!.data()))).toBeGreaterThanOrEqual(1);
      batch.release();
      if (batch.index === 2) break;
    }
    loader.dispose();
  });

  it("is refused when the loader is made, with the path", async () => {
    const { raw } = await serveCrop();
    const dataset = await openDataset({ raw, inputArrays: { raw: { ...inputArrays.raw, dtype: "uint8" } } });
    const refused = (option: unknown): unknown => {
      try {
        createLoader(dataset, { rawValueTransforms: option as RawValueTransforms });
      } catch (error) {
        return isVoxelfeedError(error) ? [error.code, error.path] : error;
      }
      return null;
    };
    expect(refused([values.invert(), values.contrast([2, 1])])).toEqual([
      "invalid-option",
      "rawValueTransforms[1].range",
    ]);
    expect(refused({ raw: [values.invert({ p: 2 })] })).toEqual([
      "invalid-option",
      "rawValueTransforms.raw[0].p",
    ]);
    expect(refused({ rwa: [] })).toEqual(["unknown-option", "rawValueTransforms.rwa"]);
    expect(refused([values.normalize()])).toEqual(["invalid-option", "inputArrays.raw.dtype"]);
  });
});
