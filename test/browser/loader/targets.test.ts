import { describe, expect, it } from "vitest";
import {
  type Backend,
  type Batch,
  createLoader,
  type Dataset,
  isVoxelfeedError,
  type LoaderOptions,
  openDataset,
  samplers,
  targets,
  type Vec3,
} from "../../../src/index.js";
import { serve } from "../../helpers/volumes.js";

const origin = 8;
const size = 24;

/** Instances of a crop in voxels of the crop: slanted slabs with background between them. */
const instance = (z: number, y: number, x: number): number => {
  const at = 2 * z + y + 3 * x;
  return at % 11 < 3 ? 0 : 1 + (Math.floor(at / 11) % 6);
};

async function openCrop(targetArrays: Parameters<typeof openDataset>[0]["targetArrays"]): Promise<Dataset> {
  const crop = { shape: [size, size, size], chunk: [8, 8, 8], translation: [80, 80, 80] } as const;
  const [raw, ids, soma] = await Promise.all([
    serve({ shape: [40, 48, 56], chunk: [16, 16, 16], compressor: "gzip" }),
    serve({ ...crop, dtype: "uint32", compressor: "gzip", value: instance }),
    serve({ ...crop, dtype: "uint8", compressor: "gzip", value: (z) => (z < 12 ? 1 : 0) }),
  ]);
  return await openDataset({
    raw,
    targets: { instance: ids, soma },
    classes: ["instance", "soma"],
    inputArrays: { raw: { shape: [6, 7, 8], scale: [10, 10, 10] } },
    targetArrays,
  });
}

const labels = { shape: [6, 7, 8], scale: [10, 10, 10], dtype: "uint32" } as const;

interface Read {
  readonly batch: Pick<Batch, "samples">;
  readonly arrays: Readonly<
    Record<
      string,
      {
        data: number[];
        mask: number[] | null;
        channels: readonly string[];
        shape: readonly number[];
        dtype: string;
      }
    >
  >;
}

async function firstBatches(dataset: Dataset, options: LoaderOptions, count: number): Promise<Read[]> {
  const loader = createLoader(dataset, { seed: 3, batchSize: 2, ...options });
  const found: Read[] = [];
  try {
    for await (const batch of loader) {
      const entries = Object.entries(batch.arrays).map(async ([name, array]) => {
        const mask = array.mask === undefined ? null : Array.from(await array.mask.data());
        const { channels, shape, dtype } = array;
        return [name, { data: Array.from(await array.data()), mask, channels, shape, dtype }] as const;
      });
      found.push({ batch, arrays: Object.fromEntries(await Promise.all(entries)) });
      batch.release();
      if (found.length === count) break;
    }
  } finally {
    loader.dispose();
  }
  return found;
}

const backends: readonly Backend[] = ["cpu", "webgpu"];

describe("targetTransforms", () => {
  for (const backend of backends) {
    it(`${backend}: affinities are right to the patch's border, and unknown beyond the crop`, async () => {
      const dataset = await openCrop({ labels });
      const offsets: readonly Vec3[] = [
        [-1, 0, 0],
        [0, 3, -2],
      ];
      const options = {
        backend,
        targetTransforms: [targets.affinities(offsets)],
        sampler: samplers.uniform(),
      };
      const [{ batch, arrays }] = (await firstBatches(dataset, options, 1)) as [Read];
      const { data, mask, channels, shape, dtype } = arrays.labels!;
      expect(channels).toEqual(["instance[-1,0,0]", "instance[0,3,-2]", "soma[-1,0,0]", "soma[0,3,-2]"]);
      expect([shape, dtype]).toEqual([[2, 4, 6, 7, 8], "uint32"]);
      let masked = 0;
      let i = 0;
      for (const { center } of batch.samples) {
        const first = center.map((at, axis) => Math.round(at / 10 - (labels.shape[axis]! - 1) / 2) - origin);
        for (const of of [instance, (z: number) => (z < 12 ? 1 : 0)]) {
          for (const offset of offsets) {
            for (let z = 0; z < 6; z++) {
              for (let y = 0; y < 7; y++) {
                for (let x = 0; x < 8; x++, i++) {
                  const p = [first[0]! + z, first[1]! + y, first[2]! + x] as const;
                  const q = [p[0] + offset[0], p[1] + offset[1], p[2] + offset[2]] as const;
                  const known = q.every((at) => at >= 0 && at < size);
                  const same = of(...p) !== 0 && of(...p) === of(...q);
                  if (!known) masked++;
                  expect([data[i], mask![i]]).toEqual(known ? [same ? 1 : 0, 1] : [0, 0]);
                }
              }
            }
          }
        }
      }
      expect(i).toBe(data.length);
      expect(masked).toBeGreaterThan(0);
    });
  }

  it("is the same on both backends, for any batch size, turned and with another list for each array", async () => {
    const dataset = await openCrop({
      labels,
      shape: { shape: [4, 5, 6], scale: [12, 10, 15], dtype: "float16", interpolation: "linear-argmax" },
      soft: {
        shape: [5, 5, 5],
        scale: [13, 13, 13],
        dtype: "float32",
        interpolation: "linear",
        unknown: "nan",
      },
    });
    const targetTransforms = {
      labels: [targets.weights(), targets.erode(), targets.boundary({ steps: 2 })],
      shape: [targets.lsd({ sigmaNm: 15 })],
      soft: [targets.binarize({ threshold: 0.5 }), targets.signedDistance({ clipNm: 60, tanhNm: 30 })],
    };
    const spatialTransforms = { mirror: { axes: { x: 0.5 } }, transpose: { axes: ["x", "y"] } } as const;
    const options = { targetTransforms, spatialTransforms };
    const cpu = await firstBatches(dataset, { ...options, backend: "cpu" }, 2);
    const single = await firstBatches(dataset, { ...options, backend: "cpu", batchSize: 1, workers: 1 }, 4);
    const gpu = await firstBatches(dataset, { ...options, backend: "webgpu", batchSize: 4 }, 1);
    const flat = (reads: readonly Read[], name: string) => reads.flatMap(({ arrays }) => arrays[name]!.data);
    const masks = (reads: readonly Read[], name: string) =>
      reads.flatMap(({ arrays }) => arrays[name]!.mask ?? []);
    expect(Object.keys(cpu[0]!.arrays)).toEqual(["raw", "labels", "labels_weights", "shape", "soft"]);
    expect(cpu[0]!.arrays.labels_weights!.channels).toEqual(["instance", "soma"]);
    for (const name of ["labels", "labels_weights", "shape", "soft"]) {
      expect(flat(single, name)).toEqual(flat(cpu, name));
      expect(masks(single, name)).toEqual(masks(cpu, name));
      expect(masks(gpu, name)).toEqual(masks(cpu, name));
      const [a, b] = [flat(gpu, name), flat(cpu, name)];
      // float16 is compared as its bits: one step is one part in a thousand.
      const tolerance = name === "labels" ? 0 : name === "shape" ? 1 : 1e-5;
      const wrong = a.filter(
        (value, i) => !Object.is(value, b[i]) && !(Math.abs(value - b[i]!) <= tolerance),
      );
      expect(wrong).toEqual([]);
    }
    expect(masks(cpu, "labels").filter((known) => known === 1).length).toBeGreaterThan(200);
    expect(flat(cpu, "soft").some(Number.isNaN)).toBe(true);
    expect(flat(cpu, "soft").some((value) => value > 0.1)).toBe(true);
  });

  it("renders into a caller's buffer of the size of what comes out", async () => {
    const dataset = await openCrop({ labels: { ...labels, dtype: "uint8" } });
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const targetTransforms = [targets.oneHot([1, 2, 3])];
    const options = { device, targetTransforms, backend: "webgpu", batchSize: 2, seed: 3 } as const;
    const bytes = 2 * 6 * 6 * 7 * 8;
    const small = [device.createBuffer({ size: bytes / 3, usage })];
    expect(() => createLoader(dataset, { ...options, outputBuffers: { labels: small } })).toThrow(
      /at least 4032 bytes/,
    );
    const own = device.createBuffer({ size: bytes, usage });
    const loader = createLoader(dataset, { ...options, outputBuffers: { labels: [own] } });
    for await (const batch of loader) {
      expect(batch.arrays.labels!.buffer).toBe(own);
      const [plain] = await firstBatches(dataset, { targetTransforms, backend: "cpu" }, 1);
      expect(Array.from(await batch.arrays.labels!.data())).toEqual(plain!.arrays.labels!.data);
      batch.release();
      break;
    }
    loader.dispose();
    device.destroy();
  });

  for (const backend of backends) {
    it(`${backend}: a class without annotation is known to be absent where one that excludes it is present`, async () => {
      const ids = await serve({
        shape: [size, size, size],
        chunk: [8, 8, 8],
        translation: [80, 80, 80],
        dtype: "uint32",
        compressor: "gzip",
        value: instance,
      });
      const dataset = await openDataset({
        raw: await serve({ shape: [40, 48, 56], chunk: [16, 16, 16], compressor: "gzip" }),
        targets: { instance: ids },
        classes: ["soma"],
        missingClasses: "unknown",
        classRelations: { soma: ["instance"] },
        inputArrays: { raw: { shape: [6, 7, 8], scale: [10, 10, 10] } },
        targetArrays: { labels: { ...labels, dtype: "float32", unknown: "nan" } },
        backend,
      });
      // Nothing annotated bounds the positions: this one, at raw voxel (13, 13, 28), reaches out of the crop along x.
      const index = (13 * 42 + 13) * 49 + 28;
      const sample = await dataset.get(index);
      const { data, mask, channels } = sample.arrays.labels!;
      expect(channels).toEqual(["soma"]);
      const first = sample.origin.center.map(
        (at, axis) => Math.round(at / 10 - (labels.shape[axis]! - 1) / 2) - origin,
      );
      let i = 0;
      const seen = { inferred: 0, beyond: 0 };
      for (let z = 0; z < 6; z++) {
        for (let y = 0; y < 7; y++) {
          for (let x = 0; x < 8; x++, i++) {
            const p = [first[0]! + z, first[1]! + y, first[2]! + x] as const;
            const within = p.every((at) => at >= 0 && at < size);
            const known = within && instance(...p) !== 0;
            if (known) seen.inferred++;
            if (!within) seen.beyond++;
            expect([data[i], mask![i]]).toEqual(known ? [0, 1] : [Number.NaN, 0]);
          }
        }
      }
      expect(Math.min(seen.inferred, seen.beyond)).toBeGreaterThan(20);
      dataset.dispose();
    });
  }

  it.each([
    ["remap", targets.remap([[5, 1]]), "unsupported"],
    ["oneHot", targets.oneHot([5, 6]), "unsupported"],
    ["boundary, which names no ids", targets.boundary(), null],
  ])("of ids that come with an id table: %s", async (_, transform, code) => {
    const ids = await serve({
      shape: [40, 48, 56],
      chunk: [16, 16, 16],
      dtype: "uint64",
      compressor: "gzip",
      value: (z) => (z < 20 ? 5 : 2n ** 53n + 7n),
    });
    const dataset = await openDataset({
      raw: await serve({ shape: [40, 48, 56], chunk: [16, 16, 16], compressor: "gzip" }),
      targets: { instance: ids },
      classes: ["instance"],
      inputArrays: { raw: { shape: [6, 7, 8], scale: [10, 10, 10] } },
      targetArrays: { labels },
    });
    // Patches of one half hold small ids alone and have no table: every place is seen.
    const options: LoaderOptions = {
      targetTransforms: [transform],
      sampler: samplers.grid(),
      backend: "cpu",
    };
    const outcome = await firstBatches(dataset, options, 1000).then(
      () => null,
      (error: unknown) => (isVoxelfeedError(error) ? error.code : String(error)),
    );
    expect(outcome).toBe(code);
    dataset.dispose();
  });

  it("refuses what does not fit when the loader is made, with the path", async () => {
    const dataset = await openCrop({
      labels,
      soft: { ...labels, dtype: "float32", interpolation: "linear" },
    });
    const refusal = (targetTransforms: unknown): string => {
      try {
        createLoader(dataset, { targetTransforms } as LoaderOptions).dispose();
        return "none";
      } catch (error) {
        return isVoxelfeedError(error) ? `${error.code} ${error.path}` : String(error);
      }
    };
    expect(refusal({ lables: [] })).toBe("unknown-option targetTransforms.lables");
    expect(refusal([targets.boundary()])).toBe("invalid-option targetTransforms[0]");
    expect(refusal({ labels: [targets.lsd({ sigmaNm: 9 }), targets.erode()] })).toBe(
      "invalid-option targetTransforms.labels[1]",
    );
    expect(refusal({ labels: [targets.weights({ name: "raw" })] })).toBe("invalid-option targetTransforms");
    expect(refusal({ labels: [targets.union({ both: ["instance", "some"] })] })).toBe(
      "invalid-option targetTransforms.labels[0].classes.both[1]",
    );
    expect(refusal({ labels: [targets.boundary()] })).toBe("none");
  });
});
