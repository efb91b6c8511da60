import { expect } from "vitest";
import { type TargetTransform, targets } from "../../../src/augment/targets.js";
import { gatheredShape, type TargetChain } from "../../../src/augment/targets-stages.js";
import { transformTarget } from "../../../src/cpu/targets/chain.js";
import type { TargetVolume } from "../../../src/cpu/targets/volume.js";
import type { OutputRun } from "../../../src/gpu/dispatch.js";
import { readBuffer } from "../../../src/gpu/readback.js";
import { channelStride } from "../../../src/gpu/target-words.js";
import { GpuTargets } from "../../../src/gpu/targets.js";
import { outputItemSize, outputPlace } from "../../../src/plan/output.js";
import { voxelCount } from "../../../src/plan/reads.js";
import type { Layout, Vec3 } from "../../../src/types.js";
import { gpuTest } from "../../helpers/gpu.js";
import { numbersOf } from "../../unit/cpu/cases.js";
import { chainOf, gathered, lists, makeWorld, targetArray } from "../../unit/cpu/target-cases.js";
import { typed } from "./harness.js";

const world = makeWorld([16, 20, 22], 2, 3);
/** Odd, so that channels share words of packed outputs. */
const shape: Vec3 = [5, 7, 9];
const starts: readonly Vec3[] = [
  [5, 6, 7],
  [0, 0, 0],
];
const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** Puts a gathered volume on the GPU; the bytes between channels are noise. */
function upload(device: GPUDevice, { channels, shape: size, values, mask }: TargetVolume) {
  const [count, stride] = [voxelCount(size), channelStride(size)];
  const words = new Uint32Array(channels * stride).fill(0xabababab);
  const bytes = new Uint8Array(channels * stride).fill(0xab);
  const bits = new Uint32Array(values.buffer);
  for (let c = 0; c < channels; c++) {
    words.set(bits.subarray(c * count, (c + 1) * count), c * stride);
    bytes.set(mask.subarray(c * count, (c + 1) * count), c * stride);
  }
  const put = (data: Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>) => {
    const buffer = device.createBuffer({ size: Math.ceil(data.byteLength / 16) * 16, usage });
    device.queue.writeBuffer(buffer, 0, data);
    return { buffer };
  };
  return { values: put(words), mask: put(bytes) };
}

/** A chain over samples, in a batch of the layout: values, mask and extras as they lie in the buffers. */
async function onGpu(
  device: GPUDevice,
  renderer: GpuTargets,
  chain: TargetChain,
  inputs: readonly TargetVolume[],
  layout: Layout,
) {
  const count = voxelCount(chain.shape);
  const buffer = (channels: number, itemSize: number) =>
    device.createBuffer({ size: Math.ceil((inputs.length * channels * count * itemSize) / 16) * 16, usage });
  const runs = (to: GPUBuffer, channels: number, sample: number): OutputRun[] =>
    Array.from({ length: channels }, (_, channel) => {
      const form = { samples: inputs.length, channels, shape: chain.shape, dtype: chain.dtype, layout };
      const { offset, stride } = outputPlace(form, sample, channel);
      return { buffer: to, elementOffset: offset, elementStride: stride };
    });
  const channels = chain.channels.length;
  const out = buffer(channels, outputItemSize[chain.dtype]);
  const mask = buffer(channels, 1);
  const extras = chain.extras.map((extra) => buffer(extra.channels.length, 4));
  await renderer.compile(chain, true);
  renderer.render(
    inputs.map((input, sample) => ({
      chain,
      source: upload(device, input),
      out: runs(out, channels, sample),
      mask: runs(mask, channels, sample),
      extras: chain.extras.map((extra, i) => runs(extras[i]!, extra.channels.length, sample)),
    })),
  );
  const elements = inputs.length * channels * count;
  return {
    data: typed(await readBuffer(device, out, 0, elements * outputItemSize[chain.dtype]), chain.dtype),
    mask: new Uint8Array(await readBuffer(device, mask, 0, elements)),
    extras: await Promise.all(
      extras.map(async (extra) => new Float32Array(await readBuffer(device, extra, 0, extra.size))),
    ),
  };
}

/** Voxels of a batch in the order sample, channel, z, y, x. */
function inPlanes<Value>(values: ArrayLike<Value>, channels: number, count: number, layout: Layout): Value[] {
  const samples = values.length / channels / count;
  const planes: Value[] = [];
  for (let n = 0; n < samples; n++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < count; i++) {
        planes.push(
          values[layout === "ncdhw" ? (n * channels + c) * count + i : (n * count + i) * channels + c]!,
        );
      }
    }
  }
  return planes;
}

async function expectTwins(
  device: GPUDevice,
  renderer: GpuTargets,
  chain: TargetChain,
  layout: Layout,
  tolerance: number,
): Promise<void> {
  const inputs = starts.map((start) => gathered(world, start, chain));
  const rendered = await onGpu(device, renderer, chain, inputs, layout);
  const expected = inputs.map((input) => transformTarget(input, chain));
  const count = voxelCount(chain.shape);
  const channels = chain.channels.length;
  expect(inPlanes(rendered.mask, channels, count, layout)).toEqual(expected.flatMap(({ mask }) => [...mask]));
  const data = numbersOf(inPlanes(rendered.data, channels, count, layout), chain.dtype);
  const wanted = expected.flatMap(({ data: each }) => numbersOf(each, chain.dtype));
  const wrong = data.flatMap((value, i) =>
    Object.is(value, wanted[i]!) || Math.abs(value - wanted[i]!) <= tolerance
      ? []
      : [`${i}: ${value} not ${wanted[i]}`],
  );
  expect(wrong).toEqual([]);
  for (const [i, extra] of chain.extras.entries()) {
    const weights = inPlanes(
      rendered.extras[i]!.subarray(0, 2 * extra.channels.length * count),
      2,
      count,
      layout,
    );
    const limit = expected.flatMap(({ extras }) => [...extras[i]!]);
    expect(limit.some((weight) => weight !== 0 && weight !== 1)).toBe(true);
    const worst = Math.max(...weights.map((weight, at) => Math.abs(weight - limit[at]!)));
    expect(worst).toBeLessThanOrEqual(1e-5);
  }
}

/** What each list's values may differ by; all others, and all masks, are equal. Distances are nanometres up to 50. */
const tolerances: Readonly<Record<string, number>> = {
  "clipped distance": 1e-5,
  "squashed distance": 1e-5,
  "distance in plane": 1e-5,
  "eroded, then its distance": 1e-5,
  lsd: 1e-5,
  "anisotropic lsd": 1e-5,
};

for (const [name, list] of Object.entries(lists)) {
  gpuTest(`${name}: as on the CPU`, async (device) => {
    const renderer = new GpuTargets(device);
    const chain = chainOf(targetArray(shape), ...list);
    await expectTwins(device, renderer, chain, "ncdhw", tolerances[name] ?? 0);
    renderer.destroy();
  });
}

gpuTest("every dtype, layout and way to write unknown is as on the CPU", async (device) => {
  const renderer = new GpuTargets(device);
  const list: readonly TargetTransform[] = [targets.erode()];
  for (const layout of ["ncdhw", "ndhwc"] as const) {
    for (const dtype of ["uint8", "int32", "uint32", "float32", "float16"] as const) {
      await expectTwins(device, renderer, chainOf(targetArray(shape, { dtype }), ...list), layout, 0);
      if (!dtype.startsWith("float")) continue;
      const spec = { dtype, unknown: "nan" } as const;
      await expectTwins(device, renderer, chainOf(targetArray(shape, spec), ...list), layout, 0);
      await expectTwins(device, renderer, chainOf(targetArray(shape, spec)), layout, 0);
      const distance = targets.signedDistance({ haloNm: 30, tanhNm: 10 });
      const chain = chainOf(targetArray(shape, spec), distance);
      await expectTwins(device, renderer, chain, layout, dtype === "float32" ? 1e-5 : 1e-3);
    }
  }
  renderer.destroy();
});

gpuTest("weights are as on the CPU, and the labels go on", async (device) => {
  const renderer = new GpuTargets(device);
  for (const layout of ["ncdhw", "ndhwc"] as const) {
    const balanced = [targets.weights({ channels: { mito: 3 } }), targets.boundary({ steps: 2 })];
    const given = [targets.binarize(), targets.weights({ foreground: 2, background: 0.25 })];
    for (const list of [balanced, given]) {
      await expectTwins(device, renderer, chainOf(targetArray(shape), ...list), layout, 0);
    }
  }
  renderer.destroy();
});

gpuTest("scratch grows with the patch, not with the batch; one too large is refused", async (device) => {
  const renderer = new GpuTargets(device);
  const chain = chainOf(targetArray(shape), targets.boundary());
  const input = gathered(world, starts[0]!, chain);
  await onGpu(device, renderer, chain, [input], "ncdhw");
  const { scratchBytes } = renderer;
  expect(scratchBytes).toBeLessThan(12 * 2 * voxelCount(gatheredShape(chain)) + 1000);
  await onGpu(device, renderer, chain, [input, input, input, input], "ncdhw");
  expect(renderer.scratchBytes).toBe(scratchBytes);
  const huge = { ...chain, shape: [1000, 1000, 1000] as Vec3 };
  expect(() =>
    renderer.render([{ chain: huge, source: upload(device, input), out: [], mask: null, extras: [] }]),
  ).toThrow(/this device binds at most/);
  renderer.destroy();
});
