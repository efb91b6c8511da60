import { expect } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { isVoxelfeedError } from "../../../src/errors.js";
import { BrickPool } from "../../../src/gpu/bricks.js";
import { createOutputBuffer } from "../../../src/gpu/buffers.js";
import { type GpuJob, GpuRenderer } from "../../../src/gpu/render.js";
import type { ReadPlan } from "../../../src/plan/reads.js";
import type { Vec3 } from "../../../src/types.js";
import { gpuTest } from "../../helpers/gpu.js";
import { readOracle } from "../../helpers/oracle.js";
import {
  brickDTypes,
  bricksOf,
  cubeSymmetries,
  dropBrick,
  identity,
  makeRead,
  makeVolume,
  multiply,
  outputDTypes,
  planOf,
  randomRead,
  randomSource,
  rotateX,
  rotateZ,
  valueRange,
} from "../../unit/cpu/cases.js";
import { bricksWithout, expectTwins, renderOnGpu } from "./harness.js";

/** Of the dtype's range; the contract is 2e-3. */
const linearTolerance = 2e-5;

for (const dtype of brickDTypes) {
  gpuTest(
    `random reads of ${dtype} agree with the CPU, bricks missing or not, in every output dtype`,
    async (device) => {
      const renderer = new GpuRenderer(device);
      const [low, high] = valueRange[dtype];
      for (let seed = 0; seed < 10; seed++) {
        const volume = makeVolume({
          dtype,
          shape: seed % 7 === 0 ? [1, 17, 19] : [13, 17, 19],
          brickShape: seed % 2 === 0 ? [4, 8, 4] : [5, 3, 7],
          voxelSize: [
            [4, 4, 4],
            [40, 8, 6.5],
          ][seed % 2] as unknown as Vec3,
          translation: [100, -3, 12.5],
          seed,
        });
        const fill = dtype === "float16" ? 0x4500 : dtype.startsWith("int") ? -5 : 5;
        dropBrick(volume, [1, 1, 1], fill);
        const read = randomRead(volume, randomSource(7000 * seed + dtype.length), outputDTypes[seed % 5]!);
        const plan = planOf(volume, read, fill);
        const bricks = bricksWithout(volume, plan, [1, 1, 1]);
        const rendered = await renderOnGpu(device, plan, bricks, { renderer });
        expectTwins(plan, bricks, rendered, (high - low) * linearTolerance);
      }
      renderer.destroy();
    },
  );
}

gpuTest("all 48 cube symmetries return stored values exactly, by nearest and by linear", async (device) => {
  const renderer = new GpuRenderer(device);
  for (const dtype of brickDTypes) {
    const volume = makeVolume({ dtype, shape: [9, 9, 9], brickShape: [4, 4, 4], seed: 5 });
    for (const [i, matrix] of cubeSymmetries().entries()) {
      const interpolation = i % 2 === 0 ? "nearest" : "linear";
      const read = makeRead({ center: [4, 4, 4], shape: [9, 9, 9], matrix, interpolation });
      const plan = planOf(volume, read);
      const { data } = await renderOnGpu(device, plan, bricksOf(volume, plan), { renderer });
      expect(Array.from(data)).toEqual(Array.from(Float32Array.from(readOracle(volume, read).values)));
    }
  }
});

gpuTest("an identity read of floats keeps every bit", async (device) => {
  const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -0, 3.4e38, 65504, Number.NaN];
  const floats = makeVolume({
    dtype: "float32",
    shape: [6, 7, 8],
    brickShape: [4, 4, 4],
    stored: (z, y, x) => special[(z * 5 + y * 3 + x) % special.length]!,
  });
  const plan = planOf(floats, makeRead({ center: [2.5, 3, 3.5], shape: [6, 7, 8] }));
  const { data } = await renderOnGpu(device, plan, bricksOf(floats, plan));
  expect(new Uint8Array(data.buffer)).toEqual(floats.bytes);

  const halves = makeVolume({
    dtype: "float16",
    shape: [16, 64, 64],
    brickShape: [16, 16, 16],
    stored: (z, y, x) => (z * 64 + y) * 64 + x,
  });
  const read = makeRead({ center: [7.5, 31.5, 31.5], shape: [16, 64, 64] });
  const same = planOf(halves, { ...read, outDType: "float16" });
  const copied = await renderOnGpu(device, same, bricksOf(halves, same));
  expect(new Uint8Array(copied.data.buffer)).toEqual(halves.bytes);
  const widened = planOf(halves, read);
  const bricks = bricksOf(halves, widened);
  const wide = await renderOnGpu(device, widened, bricks);
  expect(wide.data).toEqual(renderRead(widened, bricks, { mask: false }).data);
});

gpuTest("float32 rounds to float16 as on the CPU", async (device) => {
  const random = randomSource(11);
  const volume = makeVolume({
    dtype: "float32",
    shape: [16, 32, 32],
    brickShape: [8, 8, 8],
    stored: () => (random() - 0.5) * 2 ** (random() * 50 - 30),
  });
  const plan = planOf(
    volume,
    makeRead({ center: [7.5, 15.5, 15.5], shape: [16, 32, 32], outDType: "float16" }),
  );
  const bricks = bricksOf(volume, plan);
  const { data } = await renderOnGpu(device, plan, bricks);
  expect(data).toEqual(renderRead(plan, bricks, { mask: false }).data);
});

gpuTest("integer outputs round half up and saturate, and NaN becomes 0", async (device) => {
  const stored = [Number.NaN, -5, -0.5, 0.25, 0.5, 254.5, 300, 5e9, -5e9, 8388609, 16777215];
  const volume = makeVolume({
    dtype: "float32",
    shape: [1, 1, 11],
    brickShape: [1, 1, 11],
    stored: (_z, _y, x) => stored[x]!,
  });
  const results: number[][] = [];
  for (const outDType of ["uint8", "int32", "uint32"] as const) {
    const plan = planOf(
      volume,
      makeRead({ center: [0, 0, 5], shape: [1, 1, 11], interpolation: "nearest", outDType }),
    );
    results.push(Array.from((await renderOnGpu(device, plan, bricksOf(volume, plan))).data));
  }
  expect(results[0]).toEqual([0, 0, 0, 0, 1, 255, 255, 255, 0, 255, 255]);
  expect(results[1]).toEqual([0, -5, 0, 0, 1, 255, 300, 2147483647, -2147483648, 8388609, 16777215]);
  expect(results[2]).toEqual([0, 0, 0, 0, 1, 255, 300, 4294967295, 0, 8388609, 16777215]);
});

gpuTest("a linear ramp under rotation on anisotropic voxels is reproduced", async (device) => {
  const ramp = (z: number, y: number, x: number) => 0.5 * z * 40 - 0.25 * y * 8 + 2 * x * 8;
  const volume = makeVolume({
    dtype: "float32",
    shape: [20, 60, 60],
    brickShape: [8, 16, 16],
    voxelSize: [40, 8, 8],
    stored: ramp,
  });
  const matrix = multiply(rotateZ(33), rotateX(21));
  const read = makeRead({
    center: [400, 236, 236],
    shape: [9, 9, 9],
    scale: [10, 10, 10],
    matrix,
    antialias: "none",
  });
  const plan = planOf(volume, read);
  const { data } = await renderOnGpu(device, plan, bricksOf(volume, plan));
  const expected = readOracle(volume, read).values;
  for (let i = 0; i < data.length; i++) expect(Math.abs(data[i]! - expected[i]!)).toBeLessThan(2e-3);
});

gpuTest("60,000 voxels from the origin nothing is lost", async (device) => {
  const volume = makeVolume({ dtype: "uint16", shape: [24, 24, 24], brickShape: [8, 8, 8] });
  for (const interpolation of ["linear", "nearest"] as const) {
    const read = makeRead({
      center: [11.3, 12.7, 10.9],
      shape: [14, 14, 14],
      matrix: rotateZ(30),
      interpolation,
      antialias: "none",
    });
    const near = planOf(volume, read);
    const far = {
      ...near,
      base: near.base.map((b) => b + 60_000) as unknown as Vec3,
      gridMin: near.gridMin.map((b) => b + 7500) as unknown as Vec3,
      volumeShape: near.volumeShape.map((n) => n + 60_000) as unknown as Vec3,
    };
    const bricks = bricksOf(volume, near);
    expectTwins(far, bricks, await renderOnGpu(device, far, bricks), 65535 * linearTolerance);
  }
});

gpuTest(
  "64-bit ids come through unchanged or as indices into the table, on both backends",
  async (device) => {
    const volumes = [
      makeVolume({
        dtype: "uint64",
        shape: [8, 8, 8],
        brickShape: [4, 4, 4],
        stored: (z, y, x) => (x > 5 ? (1n << 40n) + BigInt(z * y) : BigInt(0xfffffff0) + BigInt(x)),
      }),
      makeVolume({
        dtype: "int64",
        shape: [8, 8, 8],
        brickShape: [4, 4, 4],
        stored: (z, y, x) => (BigInt(x) - 4n) * (1n << BigInt(4 * (y + 1))) - BigInt(z),
      }),
      makeVolume({
        dtype: "uint64",
        shape: [8, 8, 8],
        brickShape: [4, 4, 4],
        stored: (z, y, x) => BigInt(0xffffff00) + BigInt(z * y + x),
      }),
    ];
    const tables: boolean[] = [];
    for (const volume of volumes) {
      for (const outDType of ["uint32", "int32"] as const) {
        const read = makeRead({
          center: [3.3, 4.1, 3.9],
          shape: [7, 8, 12],
          matrix: rotateZ(15),
          interpolation: "nearest",
          outDType,
          padValue: 77,
        });
        const plan = planOf(volume, read);
        const bricks = bricksOf(volume, plan);
        const rendered = await renderOnGpu(device, plan, bricks);
        expectTwins(plan, bricks, rendered, 0);
        tables.push(rendered.idTable !== null);
      }
    }
    expect(tables).toEqual([true, true, true, true, false, true]);
  },
);

gpuTest("compiling ahead works, and a brick shape beyond the rules is a typed error", async (device) => {
  const renderer = new GpuRenderer(device);
  await renderer.ready;
  const plan = planOf(
    makeVolume({ dtype: "uint8", shape: [8, 8, 8], brickShape: [8, 8, 8] }),
    makeRead({ center: [4, 4, 4], shape: [2, 2, 2] }),
  );
  const pool = new BrickPool(device, { maxBytes: 1024 * 1024 });
  const buffer = await createOutputBuffer(device, 64);
  const jobOf = (read: ReadPlan): GpuJob => ({
    plan: read,
    slots: new Map(),
    out: { buffer, elementOffset: 0, elementStride: 1 },
  });
  await renderer.compile([jobOf(plan)], pool);
  const bad = renderer.compile([jobOf({ ...plan, brickShape: [0.5, 8, 8] })], pool);
  await expect(bad).rejects.toSatisfy((error) => isVoxelfeedError(error, "gpu"));
});

gpuTest("a patch outside the volume is padding and mask 0", async (device) => {
  const volume = makeVolume({ dtype: "uint8", shape: [8, 8, 8], brickShape: [4, 4, 4] });
  for (const matrix of [identity, rotateZ(20)]) {
    const plan = planOf(volume, makeRead({ center: [50, -40, 3], shape: [3, 4, 5], matrix, padValue: 9 }));
    const { data, mask } = await renderOnGpu(device, plan, new Map());
    expect(data).toEqual(new Float32Array(60).fill(9));
    expect(mask).toEqual(new Uint8Array(60));
  }
});
