import { expect, test } from "vitest";
import { brickAt } from "../../../src/plan/reads.js";
import { warpInView } from "../../../src/plan/warp.js";
import type { Vec3 } from "../../../src/types.js";
import { displacementOracle } from "../../helpers/warp-oracle.js";
import { identity, makeRead, makeVolume, randomSource } from "../cpu/cases.js";
import { noiseField, noWarp, randomWarpedRead, type WarpedRead, warpedRead } from "../cpu/warp-cases.js";

const volume = makeVolume({
  dtype: "uint8",
  shape: [40, 56, 60],
  brickShape: [4, 6, 5],
  voxelSize: [10, 8, 8],
  translation: [3, -7, 11],
});

/** Every brick that a renderer taps, found the slow way from world terms: each sub-sample of each voxel. */
function tappedBricks({ plan, read }: WarpedRead): Set<string> {
  const found = new Set<string>();
  const [nz, ny, nx] = plan.subsamples;
  for (let i = 0; i < plan.shape[0] * plan.shape[1] * plan.shape[2]; i++) {
    const k: Vec3 = [
      Math.floor(i / (plan.shape[1] * plan.shape[2])),
      Math.floor(i / plan.shape[2]) % plan.shape[1],
      i % plan.shape[2],
    ];
    const moved = read.displacement!(k);
    const voxel = (at: Vec3): number[] =>
      [0, 1, 2].map((a) => {
        const local = at.map((each, j) => (each - (read.shape[j]! - 1) / 2) * read.scale[j]!);
        const turned = read.matrix[a]!.reduce((sum, m, j) => sum + m * local[j]!, 0);
        return (read.center[a]! + moved[a]! + turned - volume.translation[a]!) / volume.voxelSize[a]!;
      });
    if (!voxel(k).every((v, a) => v >= -0.5 && v <= volume.shape[a]! - 0.5)) continue;
    for (let s = 0; s < nz * ny * nx; s++) {
      const [a, b, c] = [Math.floor(s / (ny * nx)), Math.floor(s / nx) % ny, s % nx];
      const at = voxel([
        k[0] + (a + 0.5) / nz - 0.5,
        k[1] + (b + 0.5) / ny - 0.5,
        k[2] + (c + 0.5) / nx - 0.5,
      ]);
      for (let corner = 0; corner < (read.interpolation === "nearest" ? 1 : 8); corner++) {
        const brick = at.map((v, axis) => {
          // A second tap of weight 0 is none.
          const second = v - Math.floor(v) > 1e-9 ? (corner >> axis) & 1 : 0;
          const tap = read.interpolation === "nearest" ? Math.floor(v + 0.5) : Math.floor(v + 1e-9) + second;
          const clamped = Math.min(Math.max(tap, 0), volume.shape[axis]! - 1);
          return Math.floor(clamped / volume.brickShape[axis]!);
        });
        found.add(brick.join());
      }
    }
  }
  return found;
}

test("lists every brick that a warped sample taps", () => {
  let tapped = 0;
  for (let seed = 0; seed < 40; seed++) {
    const warped = randomWarpedRead(volume, randomSource(31 * seed + 5), "float32");
    const planned = new Set(warped.plan.bricks.map((entry) => brickAt(warped.plan, entry).join()));
    const missing = [...tappedBricks(warped)].filter((brick) => !planned.has(brick));
    expect(missing).toEqual([]);
    tapped += planned.size;
  }
  expect(tapped).toBeGreaterThan(300);
});

test("lists not many more: a moderate field needs one brick more on each side at most", () => {
  const large = {
    ...volume,
    shape: [160, 160, 160],
    brickShape: [16, 16, 16],
    voxelSize: [1, 1, 1],
    translation: [0, 0, 0],
  } as const;
  const read = makeRead({ center: [79.5, 79.5, 79.5], shape: [96, 96, 96] });
  const straight = warpedRead(large, read, noWarp).plan.bricks.length;
  const field = noiseField([6, 6, 6], [32, 32, 32], randomSource(3), 0.25);
  const { plan } = warpedRead(large, read, { ...noWarp, elastic: field });
  expect(straight).toBe(6 ** 3);
  expect(plan.bricks.length).toBeLessThanOrEqual(8 ** 3);
  expect(plan.warp!.high.every((voxels) => voxels <= 3.2)).toBe(true);
});

test("a slice across another axis is warped as the volume is there", () => {
  const view = [1, 0, 2] as const;
  const warp = {
    ...noWarp,
    elastic: noiseField([4, 5, 6], [20, 30, 40], randomSource(2)),
    sections: {
      axis: 0,
      thicknessNm: 10,
      moves: [{ section: 1, following: true, offset: [0, 5, -3] }],
    },
  } as const;
  const upright = displacementOracle(warp, [5, 7, 9], [10, 10, 10]);
  const lying = displacementOracle(warpInView(warp, view), [7, 5, 9], [10, 10, 10]);
  for (const k of [
    [0, 0, 0],
    [4, 3, 8],
    [3, 6, 1],
  ] as const) {
    const [wanted, got] = [upright(k), lying([k[1], k[0], k[2]])];
    for (const axis of [0, 1, 2] as const) expect(got[axis]).toBeCloseTo(wanted[axis], 9);
  }
  expect(warpInView(warp, [0, 1, 2]).turn).toEqual(identity);
});
