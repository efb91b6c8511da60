import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rotation } from "../../../src/math/rotation.js";
import { identity, multiplyVector } from "../../../src/math/vec.js";
import { type PatchRequest, planPatch } from "../../../src/plan/patch.js";
import { brickAt } from "../../../src/plan/reads.js";
import type { Mat3, Vec3 } from "../../../src/types.js";
import type { Level } from "../../../src/zarr/metadata.js";

function level(shape: Vec3, brickShape: Vec3, voxelSizeNm: Vec3, translationNm: Vec3): Level {
  return {
    array: {
      path: "s0",
      level: 0,
      zarrFormat: 2,
      dtype: "uint8",
      shape,
      chunkShape: brickShape,
      chunkKey: { style: "v2", separator: "/" },
      codecs: [],
      spatialAxes: [0, 1, 2],
      select: [0, 0, 0],
      fillBytes: [0],
    },
    shape,
    brickShape,
    brickDType: "uint8",
    voxelSizeNm,
    translationNm,
  };
}

function request(over: Partial<PatchRequest>): PatchRequest {
  return {
    center: [0, 0, 0],
    shape: [8, 8, 8],
    scale: [10, 10, 10],
    interpolation: "linear",
    antialias: "box",
    padValue: 0,
    dtype: "float32",
    ...over,
  };
}

/** Every brick that a renderer taps, found the slow way: each sub-sample of each voxel. */
function tappedBricks(target: Level, asked: PatchRequest): Set<string> {
  const { plan } = planPatch([target], asked);
  const found = new Set<string>();
  const [nz, ny, nx] = plan.subsamples;
  const axes = [0, 1, 2] as const;
  const world = (k: Vec3): Vec3 => {
    const offset = multiplyVector(asked.matrix ?? identity, [
      (k[0] - (asked.shape[0] - 1) / 2) * asked.scale[0],
      (k[1] - (asked.shape[1] - 1) / 2) * asked.scale[1],
      (k[2] - (asked.shape[2] - 1) / 2) * asked.scale[2],
    ]);
    return [asked.center[0] + offset[0], asked.center[1] + offset[1], asked.center[2] + offset[2]];
  };
  const voxel = (k: Vec3): number[] =>
    axes.map((a) => (world(k)[a] - target.translationNm[a]) / target.voxelSizeNm[a]);
  for (let z = 0; z < asked.shape[0]; z++)
    for (let y = 0; y < asked.shape[1]; y++)
      for (let x = 0; x < asked.shape[2]; x++) {
        if (!voxel([z, y, x]).every((v, a) => v >= -0.5 && v <= target.shape[a]! - 0.5)) continue;
        for (let i = 0; i < nz; i++)
          for (let j = 0; j < ny; j++)
            for (let l = 0; l < nx; l++) {
              const at = voxel([
                z + (i + 0.5) / nz - 0.5,
                y + (j + 0.5) / ny - 0.5,
                x + (l + 0.5) / nx - 0.5,
              ]);
              const linear = asked.interpolation === "linear";
              for (let corner = 0; corner < (linear ? 8 : 1); corner++) {
                const tap = at.map((v, a) => {
                  // A second tap of weight 0 is none.
                  const second = v - Math.floor(v) > 1e-9 ? (corner >> a) & 1 : 0;
                  const first = linear ? Math.floor(v + 1e-9) + second : Math.floor(v + 0.5);
                  return Math.min(Math.max(first, 0), target.shape[a]! - 1);
                });
                found.add(tap.map((t, a) => Math.floor(t / target.brickShape[a]!)).join());
              }
            }
      }
  return found;
}

describe("planPatch", () => {
  const volume = level([100, 100, 100], [32, 32, 32], [10, 10, 10], [5, 5, 5]);

  it("makes an identity read exact: unit matrix, whole offset", () => {
    // 0.1 + 0.2 style noise in the centre must not leak into the coordinates.
    const center: Vec3 = [5 + 35.00000000000001 * 10, 355, 355];
    const { plan } = planPatch([volume], request({ center }));
    expect(plan.matrix).toEqual(identity);
    expect(plan.offset).toEqual([0.5, 0.5, 0.5]);
    expect(plan.base).toEqual([31, 31, 31]);
    const whole = planPatch([volume], request({ center: [350, 350, 350] })).plan;
    expect(whole.offset).toEqual([0, 0, 0]);
    expect(whole.base).toEqual([31, 31, 31]);
  });

  it("averages ceil(target / voxel) samples per axis, only for linear box reads", () => {
    const scale: Vec3 = [10, 25, 40.00000000001];
    expect(planPatch([volume], request({ scale })).plan.subsamples).toEqual([1, 3, 4]);
    expect(planPatch([volume], request({ scale, antialias: "none" })).plan.subsamples).toEqual([1, 1, 1]);
    const nearest = request({ scale, interpolation: "nearest" });
    expect(planPatch([volume], nearest).plan.subsamples).toEqual([1, 1, 1]);
  });

  it("needs no brick when no voxel's centre is inside", () => {
    expect(planPatch([volume], request({ center: [-100, 0, 0] })).plan.bricks).toEqual([]);
    expect(planPatch([volume], request({ center: [1100, 500, 500] })).plan.bricks).toEqual([]);
  });

  it("needs no neighbour where all samples fall on voxel centres: an aligned brick is one brick", () => {
    const { plan } = planPatch([volume], request({ center: [480, 480, 480], shape: [32, 32, 32] }));
    // World 480 nm is voxel 47.5: voxels 32 to 63, which is brick (1, 1, 1).
    expect([plan.gridMin, plan.gridShape, plan.bricks]).toEqual([[1, 1, 1], [1, 1, 1], [0]]);
    const shifted = planPatch([volume], request({ center: [480, 480, 481], shape: [32, 32, 32] })).plan;
    expect(shifted.gridShape).toEqual([1, 1, 2]);
  });

  it("leaves out bricks in the corners of a turned patch's bounding box", () => {
    const fine = level([256, 256, 256], [16, 16, 16], [10, 10, 10], [0, 0, 0]);
    const turned = request({
      center: [1280, 1280, 1280],
      shape: [4, 128, 128],
      matrix: rotation([0, 0, 45]),
    });
    const { plan } = planPatch([fine], turned);
    const all = plan.gridShape.reduce((product, n) => product * n, 1);
    expect(plan.bricks.length).toBeLessThan(all / 2);
  });

  it("lists every brick that any sample taps, for any patch (property)", () => {
    const angle = fc.integer({ min: -180, max: 180 });
    const arbitrary = fc.record({
      center: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -150, max: 700 }))),
      shape: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 9 }))),
      scale: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(7, 10, 20, 61, 130))),
      angles: fc.tuple(angle, angle, angle),
      interpolation: fc.constantFrom("linear" as const, "nearest" as const),
      voxel: fc.constantFrom<Vec3>([10, 10, 10], [30, 8, 8]),
    });
    fc.assert(
      fc.property(arbitrary, ({ center, shape, scale, angles, interpolation, voxel }) => {
        const target = level([23, 40, 51], [8, 16, 10], voxel, [3, -7, 11]);
        const matrix: Mat3 = rotation(angles as unknown as Vec3);
        const asked = request({
          center: center as unknown as Vec3,
          shape: shape as unknown as Vec3,
          scale: scale as unknown as Vec3,
          matrix,
          interpolation,
        });
        const { plan } = planPatch([target], asked);
        const planned = new Set(plan.bricks.map((entry) => brickAt(plan, entry).join()));
        for (const tapped of tappedBricks(target, asked)) expect([...planned]).toContain(tapped);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
