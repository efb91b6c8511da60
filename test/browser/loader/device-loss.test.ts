/** GPU devices that are lost or have no memory left: the same batches, bit for bit. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { acquireDevice } from "../../../src/gpu/device.js";
import {
  createLoader,
  type Dataset,
  type Loader,
  type LoaderOptions,
  MiB,
  openDataset,
  openImage,
  targets,
  values,
} from "../../../src/index.js";
import { gpuTest } from "../../helpers/gpu.js";
import { serve, serveCrop } from "../../helpers/volumes.js";

const arrays = {
  inputArrays: { raw: { shape: [12, 12, 12], scale: [10, 10, 10], mask: true } },
  targetArrays: { labels: { shape: [12, 12, 12], scale: [10, 10, 10] } },
} as const;

const options = {
  backend: "webgpu",
  batchSize: 2,
  seed: 8,
  iterationsPerEpoch: 8,
  prefetch: 2,
  spatialTransforms: { rotate: { axes: { z: [-180, 180] } } },
  rawValueTransforms: [values.normalize(), values.gaussianBlur([0.5, 1])],
  targetTransforms: [targets.erode({ steps: 1 })],
} as const satisfies LoaderOptions;

async function dataset(): Promise<Dataset> {
  const { raw, target } = await serveCrop();
  return await openDataset({ raw, target, ...arrays });
}

/** One line per batch; `before` is called before each is asked for. */
async function run(loader: Loader, before: (batch: number) => unknown = () => {}): Promise<string[]> {
  const lines: string[] = [];
  const batches = loader[Symbol.asyncIterator]();
  for (;;) {
    await before(lines.length);
    const { done, value } = await batches.next();
    if (done) break;
    const parts = await Promise.all(
      Object.values(value.arrays).map(async (array) => [
        (await array.data()).join(),
        (await array.mask?.data())?.join(),
      ]),
    );
    lines.push(JSON.stringify([value.index, parts]));
    value.release();
  }
  return lines;
}

async function quietRun(data: Dataset): Promise<string[]> {
  const loader = createLoader(data, options);
  const lines = await run(loader);
  loader.dispose();
  expect(lines.length).toBe(8);
  return lines;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** A device that has no room for a buffer of more than so many bytes. */
function withLittleMemory(device: GPUDevice, mostBytes: number): GPUDevice {
  const create = device.createBuffer.bind(device);
  const pop = device.popErrorScope.bind(device);
  let isRefused = false;
  device.createBuffer = (descriptor) => {
    isRefused = descriptor.size > mostBytes;
    return create(descriptor);
  };
  device.popErrorScope = async () => {
    const refused = isRefused;
    isRefused = false;
    const error = await pop();
    return refused ? new GPUOutOfMemoryError("no room") : error;
  };
  return device;
}

describe("a device of our own", () => {
  gpuTest("is replaced when it is lost, and what was rendered ahead is rendered again", async () => {
    const data = await dataset();
    const quiet = await quietRun(data);
    const loader = createLoader(data, options);
    const told: boolean[] = [];
    loader.on("deviceLost", ({ isHosts, error }) => {
      expect(error).toMatchObject({ code: "gpu", retryable: true });
      told.push(isHosts);
    });
    const lost = await run(loader, async (batch) => {
      if (batch !== 2 && batch !== 5) return;
      const device = await loader.device();
      device!.destroy();
      await device!.lost;
    });
    expect(lost).toEqual(quiet);
    expect(told).toEqual([false, false]);
    expect(loader.stats()).toMatchObject({ lostDevices: 2, backend: "webgpu" });
    loader.dispose();
  });

  gpuTest("may be lost while a batch is with its consumer, and while it is rendered", async () => {
    const data = await dataset();
    const quiet = await quietRun(data);
    const loader = createLoader(data, options);
    const lines: string[] = [];
    for await (const { index, arrays: each, release } of loader) {
      const before = each.raw!.buffer;
      // Nobody waits for the loss to be known.
      if (index % 3 === 1) (await loader.device())!.destroy();
      const parts: unknown[] = [];
      for (const array of Object.values(each)) {
        parts.push([(await array.data()).join(), (await array.mask?.data())?.join()]);
      }
      if (index % 3 === 1) expect(each.raw!.buffer).not.toBe(before);
      lines.push(JSON.stringify([index, parts]));
      release();
    }
    expect(lines).toEqual(quiet);
    loader.dispose();
  });

  gpuTest("is replaced under single reads too", async () => {
    const image = await openImage(await serve({ shape: [16, 16, 16] }), { backend: "webgpu" });
    const request = { center: [70, 75, 80], shape: [8, 8, 8], scale: [10, 10, 10] } as const;
    const devices: GPUDevice[] = [];
    const requestDevice = GPUAdapter.prototype.requestDevice;
    vi.spyOn(GPUAdapter.prototype, "requestDevice").mockImplementation(async function (
      this: GPUAdapter,
      ...args
    ) {
      const device = await requestDevice.apply(this, args);
      devices.push(device);
      return device;
    });
    const first = await image.read(request);
    devices[0]!.destroy();
    expect(await image.read(request)).toEqual(first);
    expect(devices.length).toBe(2);
    image.dispose();
  });
});

describe("a device of the page", () => {
  gpuTest("is waited for when it is lost: attach goes on with another", async (first) => {
    const data = await dataset();
    const quiet = await quietRun(data);
    const { device: second } = await acquireDevice();
    const loader = createLoader(data, { ...options, device: first });
    loader.on("deviceLost", ({ isHosts }) => {
      expect(isHosts).toBe(true);
      loader.attach(second);
    });
    const lost = await run(loader, async (batch) => {
      if (batch === 3) first.destroy();
    });
    expect(lost).toEqual(quiet);
    expect(await loader.device()).toBe(second);
    loader.dispose();
    // It stays the page's.
    second.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST }).destroy();
    second.destroy();
  });

  gpuTest("takes its output buffers with it; attach brings as many", async (first) => {
    const data = await dataset();
    const quiet = await quietRun(data);
    const { device: second } = await acquireDevice();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffersOf = (device: GPUDevice) => ({
      raw: [0, 1, 2].map(() => device.createBuffer({ size: 2 * 12 ** 3 * 4, usage })),
    });
    const loader = createLoader(data, { ...options, device: first, outputBuffers: buffersOf(first) });
    expect(() => loader.attach(second)).toThrow(/outputBuffers\.raw must be 3 buffers of the new device/);
    const theirs = buffersOf(second);
    loader.on("deviceLost", () => loader.attach(second, { outputBuffers: theirs }));
    const lost = await run(loader, (batch) => batch === 4 && first.destroy());
    expect(lost).toEqual(quiet);
    loader.dispose();
    for (const buffer of theirs.raw) buffer.destroy();
    second.destroy();
  });

  it("is not waited for where there was none", async () => {
    const loader = createLoader(await dataset(), { backend: "cpu" });
    expect(() => loader.attach({} as GPUDevice)).toThrow(/device must be given when the loader is made/);
    loader.dispose();
  });
});

describe("a device without enough memory", () => {
  gpuTest("is asked for less, and says so", async (device) => {
    const data = await dataset();
    const quiet = await quietRun(data);
    // A heap is a quarter of the budget: 16 MiB are refused, 8 MiB are not.
    withLittleMemory(device, 10 * MiB);
    const loader = createLoader(data, { ...options, device, budget: { gpu: 64 * MiB } });
    expect(await run(loader)).toEqual(quiet);
    expect(loader.stats()).toMatchObject({ gpuOutOfMemory: 1, backend: "webgpu" });
    loader.dispose();
  });

  gpuTest("is left to the consumer where nothing fits: the CPU renders", async (device) => {
    const data = await dataset();
    const onCpu = createLoader(data, { ...options, backend: "cpu" });
    const expected = await run(onCpu);
    onCpu.dispose();
    withLittleMemory(device, 64 * 1024);
    const loader = createLoader(data, { ...options, device, budget: { gpu: 64 * MiB } });
    expect(await run(loader)).toEqual(expected);
    expect(loader.stats()).toMatchObject({ backend: "cpu", gpuOutOfMemory: 4 });
    loader.dispose();
  });

  gpuTest("is a typed error where not even the batch fits", async (device) => {
    withLittleMemory(device, 1024);
    const loader = createLoader(await dataset(), { ...options, device });
    await expect(run(loader)).rejects.toMatchObject({ code: "gpu", message: /out of memory.*bytes/ });
    loader.dispose();
  });
});
