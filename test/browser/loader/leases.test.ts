/** Buffers of batches: whose they are, how many, and what happens after release. */
import { describe, expect, it } from "vitest";
import { acquireDevice } from "../../../src/gpu/device.js";
import { readBuffer } from "../../../src/gpu/readback.js";
import { createLoader, isVoxelfeedError, type OutputDType, openDataset } from "../../../src/index.js";
import { gpuTest } from "../../helpers/gpu.js";
import { serveCrop } from "../../helpers/volumes.js";

const raw = { shape: [8, 10, 12], scale: [10, 10, 10] } as const;
const voxels = 8 * 10 * 12;

async function dataset(dtype: OutputDType = "float32") {
  const { raw: url, target } = await serveCrop();
  return await openDataset({
    raw: url,
    target,
    inputArrays: { raw: { ...raw, dtype, mask: true } },
    targetArrays: { labels: raw },
  });
}

describe("leases", () => {
  gpuTest(
    "a device of the host gets buffers of its own, from either backend, and is never destroyed",
    async (device) => {
      for (const backend of ["auto", "cpu", "webgpu"] as const) {
        const loader = createLoader(await dataset(), { device, backend, batchSize: 2 });
        const { value: batch } = await loader[Symbol.asyncIterator]().next();
        expect(await loader.device()).toBe(device);
        // The test's adapter is a software one, where `auto` renders in the workers and uploads.
        expect(loader.stats().backend).toBe(backend === "webgpu" ? "webgpu" : "cpu");
        const { buffer, mask } = batch.arrays.raw;
        const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
        expect(buffer.usage & usage).toBe(usage);
        expect(buffer.size % 16).toBe(0);
        const bytes = await readBuffer(device, buffer, 0, 2 * voxels * 4);
        expect(new Float32Array(bytes)).toEqual(await batch.arrays.raw.data());
        expect(new Uint8Array(await readBuffer(device, mask.buffer, 0, 2 * voxels))).toEqual(
          await mask.data(),
        );
        batch.release();
        loader.dispose();
      }
      const alive = device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST });
      device.queue.writeBuffer(alive, 0, new Uint8Array(16));
    },
  );

  gpuTest(
    "released buffers go round: their number is bounded, and a held one keeps its content",
    async (device) => {
      const loader = createLoader(await dataset(), {
        device,
        backend: "webgpu",
        prefetch: 1,
        maxHeldBatches: 2,
      });
      const seen = new Set<GPUBuffer>();
      let held: Awaited<
        ReturnType<ReturnType<(typeof loader)[typeof Symbol.asyncIterator]>["next"]>
      >["value"];
      let before: ArrayLike<number> = [];
      for await (const batch of loader) {
        seen.add(batch.arrays.raw!.buffer!);
        if (batch.index === 0) {
          held = batch;
          before = await batch.arrays.raw!.data();
        } else batch.release();
        if (batch.index === 12) break;
      }
      expect(seen.size).toBeLessThanOrEqual(3);
      expect(await held.arrays.raw.data()).toEqual(before);
      loader.dispose();
    },
  );

  gpuTest("says which option to raise when no batch is ever released", async (device) => {
    const options = {
      device,
      backend: "webgpu",
      prefetch: 0,
      maxHeldBatches: 2,
      leaseTimeoutMs: 50,
    } as const;
    const loader = createLoader(await dataset(), options);
    const pass = loader[Symbol.asyncIterator]();
    await pass.next();
    await pass.next();
    const error = await pass.next().catch((caught: unknown) => caught);
    expect(isVoxelfeedError(error, "lease-timeout")).toBe(true);
    expect((error as Error).message).toMatch(/release\(\).*maxHeldBatches \(now 2\)/s);
    loader.dispose();
  });

  gpuTest("waits for a release that comes later", async (device) => {
    const loader = createLoader(await dataset(), {
      device,
      backend: "webgpu",
      prefetch: 0,
      maxHeldBatches: 1,
    });
    const pass = loader[Symbol.asyncIterator]();
    const { value: first } = await pass.next();
    setTimeout(() => first.release(), 100);
    expect((await pass.next()).value.index).toBe(1);
    loader.dispose();
  });

  it("refuses the use of a released batch, and a second release does nothing", async () => {
    const loader = createLoader(await dataset(), { backend: "cpu" });
    const { value: batch } = await loader[Symbol.asyncIterator]().next();
    batch.release();
    batch.release();
    await expect(batch.arrays.raw.data()).rejects.toMatchObject({ code: "released" });
    await expect(batch.arrays.raw.mask.data()).rejects.toMatchObject({ code: "released" });
    loader.dispose();
  });

  gpuTest("fills the caller's buffers when given some, in turn", async (device) => {
    const data = await dataset();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const mine = [0, 1].map(() => device.createBuffer({ size: 2 * voxels * 4, usage }));
    for (const backend of ["webgpu", "cpu"] as const) {
      const plain = createLoader(data, { backend, batchSize: 2, seed: 3 });
      const filled = createLoader(data, {
        device,
        backend,
        batchSize: 2,
        seed: 3,
        outputBuffers: { raw: mine },
      });
      const expected: ArrayLike<number>[] = [];
      for await (const batch of plain) {
        expected.push((await batch.arrays.raw!.data()).slice());
        batch.release();
        if (batch.index === 3) break;
      }
      for await (const batch of filled) {
        expect(mine).toContain(batch.arrays.raw!.buffer);
        expect(await batch.arrays.raw!.data()).toEqual(expected[batch.index]);
        batch.release();
        if (batch.index === 3) break;
      }
      plain.dispose();
      filled.dispose();
    }
    expect(() => createLoader(data, { outputBuffers: { raw: mine } })).toThrow(/device/);
    expect(() => createLoader(data, { device, batchSize: 3, outputBuffers: { raw: mine } })).toThrow(
      /outputBuffers\.raw\[0\]\.size must be at least/,
    );
    expect(() => createLoader(data, { device, outputBuffers: { rwa: mine } })).toThrow(/Did you mean "raw"/);
  });

  it.each<OutputDType>(["float16", "uint8", "int32", "uint32"])(
    "gives %s on both backends",
    async (dtype) => {
      const data = await dataset(dtype);
      const take = async (backend: "cpu" | "webgpu", kind: OutputDType = dtype) => {
        const loader = createLoader(kind === dtype ? data : await dataset(kind), { backend, seed: 1 });
        const { value: batch } = await loader[Symbol.asyncIterator]().next();
        const values = await batch.arrays.raw.data();
        loader.dispose();
        return values as ArrayLike<number>;
      };
      const [cpu, gpu, exact] = [await take("cpu"), await take("webgpu"), await take("cpu", "float32")];
      expect(Array.from(gpu)).toEqual(Array.from(cpu));
      const whole = Array.from(exact, (v) => Math.floor(v + 0.5));
      if (dtype !== "float16") expect(Array.from(cpu)).toEqual(whole);
      else expect(new Set(cpu as Uint16Array).size).toBeGreaterThan(50);
    },
  );
});

it("finds a device of its own when it is told to use WebGPU", async () => {
  const { device } = await acquireDevice();
  device.destroy();
  const loader = createLoader(await dataset(), { backend: "webgpu" });
  const { value: batch } = await loader[Symbol.asyncIterator]().next();
  expect(batch.arrays.raw.buffer).toBeInstanceOf(GPUBuffer);
  loader.dispose();
  await expect(loader[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "disposed" });
});

gpuTest("a released batch throws where its buffers are asked for", async (device) => {
  const loader = createLoader(await dataset(), { device, backend: "webgpu" });
  const { value: batch } = await loader[Symbol.asyncIterator]().next();
  const { raw: array } = batch.arrays;
  expect(array.mask.buffer).toBeInstanceOf(GPUBuffer);
  batch.release();
  expect(() => array.buffer).toThrow(/was released/);
  expect(() => array.mask.buffer).toThrow(/was released/);
  await expect(array.mask.data()).rejects.toMatchObject({ code: "released" });
  batch.release();
  loader.dispose();
});
