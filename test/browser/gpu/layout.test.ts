/** Where values land: channel planes, interleaved channels, windows, slabs and heaps. */
import { expect } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { isVoxelfeedError } from "../../../src/errors.js";
import { BrickPool } from "../../../src/gpu/bricks.js";
import { createOutputBuffer } from "../../../src/gpu/buffers.js";
import { readBuffer } from "../../../src/gpu/readback.js";
import { type GpuJob, GpuRenderer } from "../../../src/gpu/render.js";
import { outputItemSize } from "../../../src/plan/output.js";
import { voxelCount } from "../../../src/plan/reads.js";
import type { OutputDType, Vec3 } from "../../../src/types.js";
import { gpuTest } from "../../helpers/gpu.js";
import {
  bricksOf,
  makeRead,
  makeVolume,
  multiply,
  outputDTypes,
  planOf,
  rotateX,
  rotateZ,
} from "../../unit/cpu/cases.js";
import { expectTwins, renderOnGpu, typed, uploadBricks } from "./harness.js";

const volume = makeVolume({ dtype: "uint8", shape: [20, 20, 20], brickShape: [8, 8, 8], seed: 9 });
const center: Vec3 = [9, 10, 11];

/** Renders several channels and samples with one submit, into buffers full of other bytes. */
async function renderBatch(
  device: GPUDevice,
  outDType: OutputDType,
  channelsLast: boolean,
  maxBindingBytes?: number,
): Promise<void> {
  const shape: Vec3 = [3, 5, 7];
  const count = voxelCount(shape);
  const [samples, channels] = [3, 3];
  const lead = 5;
  const elements = lead + samples * channels * count + 6;
  const itemSize = outputItemSize[outDType];
  const buffer = await createOutputBuffer(device, elements * itemSize);
  const maskBuffer = await createOutputBuffer(device, elements);
  device.queue.writeBuffer(buffer, 0, new Uint8Array(buffer.size).fill(0x5a));
  device.queue.writeBuffer(maskBuffer, 0, new Uint8Array(maskBuffer.size).fill(0x5a));
  const pool = new BrickPool(device, { maxBytes: 1 << 20 });
  const renderer = new GpuRenderer(device, { maxBindingBytes });
  const jobs: GpuJob[] = [];
  const expected = new Uint8Array(elements * itemSize).fill(0x5a);
  const expectedMask = new Uint8Array(elements).fill(0x5a);
  const wanted = typed(expected.buffer, outDType);
  for (let sample = 0; sample < samples; sample++) {
    for (let channel = 0; channel < channels; channel++) {
      // Integer coordinates, so that both backends agree to the bit; the last sample leaves the volume.
      const read = makeRead({ center: [9 + 4 * sample, 10, 11 - channel], shape, outDType, padValue: 3 });
      const plan = planOf(volume, read);
      const bricks = bricksOf(volume, plan);
      const elementStride = channelsLast ? channels : 1;
      const elementOffset = lead + sample * channels * count + (channelsLast ? channel : channel * count);
      const run = { elementOffset, elementStride };
      jobs.push({
        plan,
        slots: uploadBricks(pool, bricks, `${sample}/${channel}`),
        out: { buffer, ...run },
        mask: { buffer: maskBuffer, ...run },
      });
      const { data, mask } = renderRead(plan, bricks, { mask: true });
      for (let i = 0; i < count; i++) {
        wanted[elementOffset + i * elementStride] = data[i]!;
        expectedMask[elementOffset + i * elementStride] = mask![i]!;
      }
    }
  }
  renderer.render(jobs, pool);
  expect(new Uint8Array(await readBuffer(device, buffer, 0, elements * itemSize))).toEqual(expected);
  expect(new Uint8Array(await readBuffer(device, maskBuffer, 0, elements))).toEqual(expectedMask);
  pool.destroy();
  renderer.destroy();
}

for (const outDType of outputDTypes) {
  gpuTest(`${outDType} lands on its elements and nowhere else, in planes and interleaved`, async (device) => {
    await renderBatch(device, outDType, false);
    await renderBatch(device, outDType, true);
  });

  gpuTest(`${outDType} through windows of 512 bytes is the same`, async (device) => {
    await renderBatch(device, outDType, false, 512);
    await renderBatch(device, outDType, true, 512);
  });
}

gpuTest("a read larger than a binding is split into slabs", async (device) => {
  const matrix = multiply(rotateZ(25), rotateX(40));
  const plan = planOf(volume, makeRead({ center, shape: [13, 11, 17], matrix, antialias: "none" }));
  const bricks = bricksOf(volume, plan);
  for (const maxBindingBytes of [512, 4096]) {
    expectTwins(plan, bricks, await renderOnGpu(device, plan, bricks, { maxBindingBytes }), 255 * 2e-5);
  }
});

gpuTest("bricks in four heaps read as in one", async (device) => {
  const matrix = rotateZ(25);
  const plan = planOf(volume, makeRead({ center, shape: [16, 16, 16], matrix, antialias: "none" }));
  const bricks = bricksOf(volume, plan);
  const maxBytes = Math.ceil(bricks.size / 4) * 4 * 512;
  expectTwins(
    plan,
    bricks,
    await renderOnGpu(device, plan, bricks, { poolOptions: { maxBytes } }),
    255 * 2e-5,
  );
  const pool = new BrickPool(device, { maxBytes });
  uploadBricks(pool, bricks, "brick");
  expect(pool.heaps.length).toBe(4);
});

gpuTest("evicted bricks are still what work submitted before has seen", async (device) => {
  const pool = new BrickPool(device, { maxBytes: 512, maxHeaps: 1 });
  const renderer = new GpuRenderer(device);
  const buffer = await createOutputBuffer(device, 2 * 512);
  const plan = planOf(
    volume,
    makeRead({ center: [3.5, 3.5, 3.5], shape: [8, 8, 8], interpolation: "nearest", outDType: "uint8" }),
  );
  for (const value of [1, 2]) {
    const slots = new Map([[0, pool.put(`${value}`, new Uint8Array(512).fill(value))]]);
    renderer.render(
      [{ plan, slots, out: { buffer, elementOffset: (value - 1) * 512, elementStride: 1 } }],
      pool,
    );
  }
  expect(pool.get("1")).toBeUndefined();
  const bytes = new Uint8Array(await readBuffer(device, buffer, 0, 1024));
  expect(bytes).toEqual(new Uint8Array(1024).fill(1).fill(2, 512));
});

gpuTest("many jobs in one submit", async (device) => {
  const pool = new BrickPool(device, { maxBytes: 1 << 20 });
  const renderer = new GpuRenderer(device);
  const count = 3000;
  const buffer = await createOutputBuffer(device, count);
  const plan = planOf(
    volume,
    makeRead({ center, shape: [1, 1, 1], interpolation: "nearest", outDType: "uint8" }),
  );
  const bricks = bricksOf(volume, plan);
  const slots = uploadBricks(pool, bricks, "brick");
  const jobs = Array.from({ length: count }, (_, i) => ({
    plan,
    slots,
    out: { buffer, elementOffset: i, elementStride: 1 },
  }));
  renderer.render(jobs, pool);
  const [value] = renderRead(plan, bricks, { mask: false }).data;
  expect(new Uint8Array(await readBuffer(device, buffer, 0, count))).toEqual(
    new Uint8Array(count).fill(value!),
  );
});

gpuTest("a job that reaches beyond its buffer is refused", async (device) => {
  const pool = new BrickPool(device, { maxBytes: 1 << 20 });
  const renderer = new GpuRenderer(device);
  const buffer = await createOutputBuffer(device, 64);
  const plan = planOf(volume, makeRead({ center, shape: [4, 4, 4] }));
  const job = { plan, slots: new Map(), out: { buffer, elementOffset: 0, elementStride: 1 } };
  expect(() => renderer.render([job], pool)).toThrow(/needs 256 bytes of a buffer of 64/);
});

gpuTest("output buffers are padded, and one the device cannot have is a typed error", async (device) => {
  expect((await createOutputBuffer(device, 17)).size).toBe(32);
  const tooLarge = createOutputBuffer(device, device.limits.maxBufferSize + 16);
  await expect(tooLarge).rejects.toSatisfy((error) => isVoxelfeedError(error, "budget"));
});

gpuTest("readback takes any offset and length", async (device) => {
  const buffer = await createOutputBuffer(device, 32);
  device.queue.writeBuffer(
    buffer,
    0,
    Uint8Array.from({ length: 32 }, (_, i) => i),
  );
  expect(Array.from(new Uint8Array(await readBuffer(device, buffer, 5, 6)))).toEqual([5, 6, 7, 8, 9, 10]);
  expect((await readBuffer(device, buffer, 0, 0)).byteLength).toBe(0);
  buffer.destroy();
});
