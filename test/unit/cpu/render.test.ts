import { expect, test } from "vitest";
import { renderRead } from "../../../src/cpu/render.js";
import { RenderScratch } from "../../../src/cpu/scratch.js";
import type { Vec3 } from "../../../src/types.js";
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
  type TestRead,
  type TestVolume,
} from "./cases.js";
import { expectAnswer } from "./expect-answer.js";

/** Renders a read on the CPU and by the oracle, and compares values and masks. */
function expectLikeOracle(
  volume: TestVolume,
  read: TestRead,
  {
    fill = 0,
    isStored = () => true,
    scratch,
  }: { fill?: number; isStored?: (b: Vec3) => boolean; scratch?: RenderScratch } = {},
): void {
  const plan = planOf(volume, read, fill);
  expectAnswer(
    renderRead(plan, bricksOf(volume, plan, isStored), { mask: true, scratch }),
    readOracle(volume, read),
    volume,
    read,
  );
}

for (const dtype of brickDTypes) {
  test(`random reads of ${dtype} agree with the oracle, bricks missing or not, in every output dtype`, () => {
    const scratch = new RenderScratch();
    for (let seed = 0; seed < 60; seed++) {
      const random = randomSource(1000 * seed + dtype.length);
      const brickShape: Vec3 = seed % 2 === 0 ? [4, 8, 4] : [5, 3, 7];
      const volume = makeVolume({
        dtype,
        shape: seed % 7 === 0 ? [1, 17, 19] : [13, 17, 19],
        brickShape,
        voxelSize: [
          [4, 4, 4],
          [40, 8, 6.5],
        ][seed % 2] as unknown as Vec3,
        translation: [100, -3, 12.5],
        seed,
      });
      const fill = dtype === "float16" ? 0x4500 : 5;
      const missing: Vec3 = [1, 1, 1];
      dropBrick(volume, missing, fill);
      expectLikeOracle(volume, randomRead(volume, random, outputDTypes[seed % 5]!), {
        fill,
        isStored: (brick) => brick.join() !== missing.join(),
        scratch,
      });
    }
  });

  test(`all 48 cube symmetries of ${dtype} return stored values exactly, by nearest and by linear`, () => {
    const volume = makeVolume({ dtype, shape: [9, 9, 9], brickShape: [4, 4, 4], seed: 5 });
    for (const matrix of cubeSymmetries()) {
      for (const interpolation of ["nearest", "linear"] as const) {
        const read = makeRead({ center: [4, 4, 4], shape: [9, 9, 9], matrix, interpolation });
        const plan = planOf(volume, read);
        const { data } = renderRead(plan, bricksOf(volume, plan), { mask: false });
        const expected = readOracle(volume, read).values;
        expect(Array.from(data)).toEqual(Array.from(Float32Array.from(expected)));
      }
    }
  });
}

test("an identity read is the stored array, whatever its values", () => {
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -0, 3.4e38];
  const volume = makeVolume({
    dtype: "float32",
    shape: [6, 7, 8],
    brickShape: [4, 4, 4],
    stored: (z, y, x) => special[(z * 5 + y * 3 + x) % special.length]!,
  });
  const read = makeRead({ center: [2.5, 3, 3.5], shape: [6, 7, 8] });
  const plan = planOf(volume, read);
  const { data } = renderRead(plan, bricksOf(volume, plan), { mask: false });
  expect(new Uint8Array(data.buffer)).toEqual(volume.bytes);
});

test("the oblique path returns exact values at integer coordinates, next to NaN and infinity", () => {
  const volume = makeVolume({
    dtype: "float32",
    shape: [8, 8, 8],
    brickShape: [4, 4, 4],
    stored: (z, y, x) => (x % 2 === 1 ? Number.NaN : y === 3 ? Number.POSITIVE_INFINITY : z * 64 + y * 8 + x),
  });
  // A shear by whole voxels is no axis permutation, yet every coordinate is an integer.
  const matrix = [
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
  ] as const;
  const read = makeRead({ center: [2.5, 4.5, 3.5], shape: [4, 3, 8], matrix });
  const plan = planOf(volume, read);
  const { data } = renderRead(plan, bricksOf(volume, plan), { mask: false });
  expect(Array.from(data)).toEqual(Array.from(readOracle(volume, read).values));
});

test("a linear ramp under rotation on anisotropic voxels is reproduced", () => {
  const voxelSize: Vec3 = [40, 8, 8];
  const ramp = (z: number, y: number, x: number) => 0.5 * z * 40 - 0.25 * y * 8 + 2 * x * 8;
  const volume = makeVolume({
    dtype: "float32",
    shape: [20, 60, 60],
    brickShape: [8, 16, 16],
    voxelSize,
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
  const { data } = renderRead(plan, bricksOf(volume, plan), { mask: false });
  for (let i = 0; i < data.length; i++) {
    const local = [Math.floor(i / 81) - 4, (Math.floor(i / 9) % 9) - 4, (i % 9) - 4];
    const world = matrix.map(
      (row, a) => read.center[a]! + 10 * row.reduce((s, m, j) => s + m * local[j]!, 0),
    );
    expect(data[i]).toBeCloseTo(ramp(world[0]! / 40, world[1]! / 8, world[2]! / 8), 3);
  }
});

test("a patch that needs more voxels than one gather is the same as its parts", () => {
  const volume = makeVolume({ dtype: "uint8", shape: [160, 150, 170], brickShape: [64, 64, 64], seed: 3 });
  const read = makeRead({
    center: [80, 75, 85],
    shape: [90, 3, 110],
    scale: [1.7, 1.7, 1.5],
    matrix: rotateX(40),
    antialias: "none",
  });
  expectLikeOracle(volume, read);
  expectLikeOracle(volume, { ...read, matrix: identity, interpolation: "nearest" });
});

test("far from the origin nothing is lost", () => {
  const volume = makeVolume({ dtype: "uint16", shape: [24, 24, 24], brickShape: [8, 8, 8] });
  const read = makeRead({
    center: [11.3, 12.7, 10.9],
    shape: [9, 9, 9],
    matrix: rotateZ(30),
    antialias: "none",
  });
  const near = planOf(volume, read);
  const shift = 7500;
  const far = {
    ...near,
    base: near.base.map((b) => b + shift * 8) as unknown as Vec3,
    gridMin: near.gridMin.map((b) => b + shift) as unknown as Vec3,
    volumeShape: near.volumeShape.map((n) => n + shift * 8) as unknown as Vec3,
  };
  const bricks = bricksOf(volume, near);
  const options = { mask: true };
  expect(renderRead(far, bricks, options).data).toEqual(renderRead(near, bricks, options).data);
});

test("a patch outside the volume is padding and mask 0", () => {
  const volume = makeVolume({ dtype: "uint8", shape: [8, 8, 8], brickShape: [4, 4, 4] });
  for (const matrix of [identity, rotateZ(20)]) {
    const plan = planOf(volume, makeRead({ center: [50, -40, 3], shape: [3, 4, 5], matrix, padValue: 9 }));
    const { data, mask } = renderRead(plan, new Map(), { mask: true });
    expect(data).toEqual(new Float32Array(60).fill(9));
    expect(mask).toEqual(new Uint8Array(60));
  }
});

test("integer outputs round half up and saturate, and NaN becomes 0", () => {
  const stored = [Number.NaN, -5, -0.5, 0.49, 0.5, 254.5, 300, 5e9, -5e9];
  const volume = makeVolume({
    dtype: "float32",
    shape: [1, 1, 9],
    brickShape: [1, 1, 9],
    stored: (_z, _y, x) => stored[x]!,
  });
  const results = (["uint8", "int32", "uint32"] as const).map((outDType) => {
    const plan = planOf(
      volume,
      makeRead({ center: [0, 0, 4], shape: [1, 1, 9], interpolation: "nearest", outDType }),
    );
    return Array.from(renderRead(plan, bricksOf(volume, plan), { mask: false }).data);
  });
  expect(results[0]).toEqual([0, 0, 0, 0, 1, 255, 255, 255, 0]);
  expect(results[1]).toEqual([0, -5, 0, 0, 1, 255, 300, 2147483647, -2147483648]);
  expect(results[2]).toEqual([0, 0, 0, 0, 1, 255, 300, 4294967295, 0]);
});

test("unaligned brick bytes are read as well", () => {
  for (const dtype of brickDTypes) {
    const volume = makeVolume({ dtype, shape: [4, 4, 4], brickShape: [4, 4, 4] });
    const plan = planOf(volume, makeRead({ center: [1.5, 1.5, 1.5], shape: [4, 4, 4] }));
    const aligned = bricksOf(volume, plan);
    const odd = new Map(
      [...aligned].map(([entry, bytes]) => {
        const copy = new Uint8Array(bytes.length + 1);
        copy.set(bytes, 1);
        return [entry, copy.subarray(1)];
      }),
    );
    expect(renderRead(plan, odd, { mask: false })).toEqual(renderRead(plan, aligned, { mask: false }));
  }
});
