import { expect } from "vitest";
import rngSource from "../../../shaders/rng.wgsl?raw";
import { type ValueTransform, values } from "../../../src/augment/values.js";
import { renderValues } from "../../../src/cpu/values/render.js";
import { BrickPool } from "../../../src/gpu/bricks.js";
import { createOutputBuffer } from "../../../src/gpu/buffers.js";
import { readBuffer } from "../../../src/gpu/readback.js";
import { GpuRenderer, type GpuRendererOptions } from "../../../src/gpu/render.js";
import { Shader } from "../../../src/gpu/shader.js";
import { StepRunner } from "../../../src/gpu/steps.js";
import { normalOf, poissonOf, symmetricUniform } from "../../../src/math/normal.js";
import { philox, type Words4 } from "../../../src/math/rng.js";
import { rotation } from "../../../src/math/rotation.js";
import { outputItemSize } from "../../../src/plan/output.js";
import { voxelCount } from "../../../src/plan/reads.js";
import type { WorkedRead } from "../../../src/plan/worked.js";
import type { OutputDType } from "../../../src/types.js";
import { gpuTest } from "../../helpers/gpu.js";
import { makeVolume, numbersOf, type TestVolume } from "../../unit/cpu/cases.js";
import {
  bricksFor,
  drawnFor,
  kinds,
  unit,
  type ValueRequest,
  workedRead,
} from "../../unit/cpu/value-cases.js";
import { typed, uploadBricks } from "./harness.js";

const MiB = 1024 * 1024;

/** Renders reads in one submit, each into its part of shared buffers; values and masks one after the other. */
async function renderAll(
  device: GPUDevice,
  volume: TestVolume,
  reads: readonly WorkedRead[],
  dtype: OutputDType,
  options: GpuRendererOptions = {},
): Promise<{ readonly values: number[][]; readonly masks: number[][] }> {
  const pool = new BrickPool(device, { maxBytes: 16 * MiB });
  const renderer = new GpuRenderer(device, options);
  const counts = reads.map(({ plan }) => voxelCount(plan.shape));
  const starts = counts.map((_, i) => counts.slice(0, i).reduce((a, b) => a + b, 0));
  const total = counts.reduce((a, b) => a + b, 0);
  const buffer = await createOutputBuffer(device, total * outputItemSize[dtype]);
  const maskBuffer = await createOutputBuffer(device, total);
  const jobs = reads.map(({ plan, values: work, gather }, i) => ({
    plan,
    values: work,
    gather,
    slots: uploadBricks(pool, bricksFor(volume, reads[i]!), `read${i}`),
    out: { buffer, elementOffset: starts[i]!, elementStride: 1 },
    mask: { buffer: maskBuffer, elementOffset: starts[i]!, elementStride: 1 },
  }));
  await renderer.compile(jobs, pool);
  renderer.render(jobs, pool);
  const data = typed(await readBuffer(device, buffer, 0, total * outputItemSize[dtype]), dtype);
  const mask = new Uint8Array(await readBuffer(device, maskBuffer, 0, total));
  renderer.destroy();
  pool.destroy();
  const numbers = numbersOf(data, dtype);
  const part = <T>(list: ArrayLike<T>, i: number): T[] =>
    Array.from(list).slice(starts[i], starts[i]! + counts[i]!);
  return { values: reads.map((_, i) => part(numbers, i)), masks: reads.map((_, i) => part(mask, i)) };
}

function onCpu(volume: TestVolume, read: WorkedRead): { readonly values: number[]; readonly mask: number[] } {
  const { plan, values: work, gather } = read;
  const { data, mask } = renderValues({ plan, values: work!, gather }, bricksFor(volume, read), {
    mask: true,
  });
  return { values: numbersOf(data, plan.outDType), mask: Array.from(mask!) };
}

/** Values that differ by more than the tolerance, which is 2e-3 of the range by contract. */
function differing(a: readonly number[], b: readonly number[], tolerance: number): string[] {
  return a.flatMap((value, i) => {
    return Math.abs(value - b[i]!) <= tolerance || Object.is(value, b[i])
      ? []
      : [`${i}: ${value} instead of ${b[i]}`];
  });
}

/** Kinds whose values jump: a rounding difference may take a voxel to the next step. */
const stepped: Readonly<Record<string, number>> = { quantize: 2, binarize: 2, poissonNoise: 2 };

const volume = makeVolume({ dtype: "uint8", shape: [14, 15, 16], brickShape: [4, 8, 8], seed: 3 });
const oblique: ValueRequest = {
  center: [5, 7, 7.5],
  shape: [7, 9, 11],
  matrix: rotation([30, 10, -20]),
  padValue: 0.5,
};

gpuTest("every transform gives what it gives on the CPU, from the same drawn parameters", async (device) => {
  const names = Object.keys(kinds);
  const lists = names.map((name): ValueTransform[] => [unit("uint8"), ...kinds[name]!]);
  const reads = lists.map((list) => workedRead(volume, oblique, drawnFor(list, oblique)));
  const { values: got, masks } = await renderAll(device, volume, reads, "float32");
  for (const [i, name] of names.entries()) {
    const wanted = onCpu(volume, reads[i]!);
    expect(masks[i], name).toEqual(wanted.mask);
    const wrong = differing(got[i]!, wanted.values, 1e-4);
    expect(wrong.length, `${name}: ${wrong.slice(0, 5)}`).toBeLessThanOrEqual(stepped[name] ?? 0);
  }
});

gpuTest(
  "a chain of everything agrees in other dtypes, anisotropic, and split into small windows",
  async (device) => {
    for (const [dtype, maxBindingBytes] of [
      ["float16", undefined],
      ["float32", 1024],
      ["uint8", undefined],
    ] as const) {
      const thick = makeVolume({
        dtype: "uint16",
        shape: [10, 30, 28],
        brickShape: [4, 8, 16],
        voxelSize: [4, 1, 1],
        seed: 9,
      });
      const asked: ValueRequest = { center: [18, 14, 13], shape: [5, 12, 10], scale: [4, 1, 1], dtype };
      const toBytes = dtype === "uint8" ? [values.normalize({ range: [0, 1 / 255] })] : [];
      const list = [unit("uint16"), ...kinds.chain!, ...toBytes];
      const read = workedRead(thick, asked, drawnFor(list, asked), 2);
      const {
        values: [got],
      } = await renderAll(device, thick, [read], dtype, { maxBindingBytes });
      const wrong = differing(got!, onCpu(thick, read).values, dtype === "uint8" ? 1 : 1e-3);
      expect(wrong).toEqual([]);
    }
  },
);

gpuTest("what lies beyond the volume is mirrored as on the CPU", async (device) => {
  // Thinner than the halo, so that the images of images are seen.
  const thin = makeVolume({ dtype: "uint8", shape: [3, 12, 12], brickShape: [2, 4, 4], seed: 5 });
  const reads = [rotation([0, 0, 0]), rotation([40, 15, 0])].map((matrix) => {
    const asked: ValueRequest = { center: [1, 1, 10], shape: [3, 6, 7], matrix };
    return workedRead(thin, asked, drawnFor([unit("uint8"), values.gaussianBlur(1.4)], asked));
  });
  const { values: got } = await renderAll(device, thin, reads, "float32");
  for (const [i, read] of reads.entries())
    expect(differing(got[i]!, onCpu(thin, read).values, 1e-5)).toEqual([]);
});

gpuTest(
  "Philox passes the known answers of Random123 in WGSL, and makes the numbers of the CPU",
  async (device) => {
    const known: readonly (readonly [Words4, readonly [number, number]])[] = [
      [
        [0, 0, 0, 0],
        [0, 0],
      ],
      [
        [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
        [0xffffffff, 0xffffffff],
      ],
      [
        [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
        [0xa4093822, 0x299f31d0],
      ],
    ];
    const answers = [
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ];
    const others = Array.from({ length: 253 }, (_, i): (typeof known)[number] => {
      return [
        [i, i * 77_777_777, 2 ** 32 - 1 - i, i << 24].map((word) => word >>> 0) as unknown as Words4,
        [i, 4e9 + i],
      ];
    });
    const cases = [...known, ...others];
    const code = `${rngSource}
    @group(0) @binding(0) var<storage, read> cases: array<array<u32, 6>>;
    @group(0) @binding(1) var<storage, read_write> words: array<vec4u>;
    @group(0) @binding(2) var<storage, read_write> numbers: array<vec4f>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let c = cases[id.x];
      let block = philox(vec4u(c[0], c[1], c[2], c[3]), vec2u(c[4], c[5]));
      words[id.x] = block;
      let x = symmetric_uniform(block.x);
      numbers[id.x] = vec4f(x, normal_of(vec4f(x)).x, poisson_of(x, 12.5), poisson_of(x, 300.0));
    }`;
    const shader = new Shader(device, { label: "known answers", code, bindings: ["read", "write", "write"] });
    await shader.compile();
    const [words, numbers] = [await createOutputBuffer(device, 4096), await createOutputBuffer(device, 4096)];
    const runner = new StepRunner(device);
    const input = new Uint8Array(
      Uint32Array.from(cases.flatMap(([counter, key]) => [...counter, ...key])).buffer,
    );
    runner.run([
      {
        pipeline: shader.pipeline(),
        layout: shader.bindGroupLayout,
        resources: [input, { buffer: words }, { buffer: numbers }],
        workgroups: [4, 1, 1],
      },
    ]);
    const blocks = new Uint32Array(await readBuffer(device, words, 0, 4096));
    const drawn = new Float32Array(await readBuffer(device, numbers, 0, 4096));
    runner.destroy();
    answers.forEach(
      (answer, i) => void expect(Array.from(blocks.subarray(4 * i, 4 * i + 4))).toEqual(answer),
    );
    let apart = 0;
    for (const [i, [counter, key]] of cases.entries()) {
      const block = philox(counter, key);
      expect(Array.from(blocks.subarray(4 * i, 4 * i + 4))).toEqual([...block]);
      const x = symmetricUniform(block[0]);
      const [uniform, normal, few, many] = drawn.subarray(4 * i, 4 * i + 4);
      expect(uniform).toBe(x);
      expect(Math.abs(normal! - normalOf(x))).toBeLessThan(1e-5);
      if (few !== poissonOf(x, 12.5) || many !== poissonOf(x, 300)) apart++;
    }
    expect(apart).toBeLessThanOrEqual(1);
  },
);
