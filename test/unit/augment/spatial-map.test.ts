import { describe, expect, it } from "vitest";
import { spatial } from "../../../src/augment/spatial.js";
import { spatialMap } from "../../../src/augment/spatial-map.js";
import { type DrawnSpatial, spatialMatrix } from "../../../src/augment/spatial-matrix.js";
import { renderRead } from "../../../src/cpu/render.js";
import { identity, multiplyVector } from "../../../src/math/vec.js";
import { planPatch } from "../../../src/plan/patch.js";
import type { Mat3, Vec3 } from "../../../src/types.js";
import { bricksOf, cubeSymmetries, makeVolume, type TestVolume } from "../cpu/cases.js";
import { levelOf } from "../cpu/warp-cases.js";
import { drawSample } from "./spatial-cases.js";

/** Renders a patch about a centre through what was drawn. */
function render(
  volume: TestVolume,
  drawn: DrawnSpatial,
  center: Vec3,
  shape: Vec3,
  scale: Vec3,
): Float32Array {
  const { matrix, translation, warp } = spatialMap(drawn);
  const { plan } = planPatch([levelOf(volume)], {
    center: center.map((at, i) => at + translation[i]!) as unknown as Vec3,
    shape,
    scale,
    matrix,
    ...(warp && { warp }),
    interpolation: "linear",
    antialias: "none",
    padValue: -1,
    dtype: "float32",
  });
  return renderRead(plan, bricksOf(volume, plan), { mask: false }).data as Float32Array;
}

const ramp = makeVolume({
  dtype: "float32",
  shape: [30, 40, 40],
  brickShape: [8, 16, 16],
  voxelSize: [40, 8, 8],
  stored: (z, y, x) => 3 * z * 40 + 0.5 * y * 8 - 0.25 * x * 8,
});

describe("spatialMatrix", () => {
  it("mirrors first, then permutes: output axis i runs along world axis order[i]", () => {
    const m = spatialMatrix([
      { kind: "transpose", order: [1, 2, 0] },
      { kind: "mirror", axes: ["z"] },
    ]);
    expect(multiplyVector(m, [1, 0, 0])).toEqual([0, -1, 0]);
    expect(multiplyVector(m, [0, 1, 0])).toEqual([0, 0, 1]);
  });

  it("magnifies, then shears, then rotates, whatever the order of the list", () => {
    const parts: DrawnSpatial = [
      { kind: "rotate", degrees: [90, 0, 0] },
      { kind: "magnification", factors: [1, 2, 4] },
      {
        kind: "shear",
        matrix: [
          [1, 0, 0],
          [0, 1, 0.5],
          [0, 0, 1],
        ],
      },
    ];
    // x = 8 → 2 → (y 1, x 2) → Rz turns x toward y, y toward -x.
    expect(multiplyVector(spatialMatrix(parts), [0, 0, 8])).toEqual([0, 2, -1]);
    expect(spatialMatrix(parts.toReversed())).toEqual(spatialMatrix(parts));
  });

  it("lets the first of a kind act on the image first", () => {
    const [a, b]: DrawnSpatial = [
      { kind: "rotate", degrees: [90, 0, 0] },
      { kind: "rotate", degrees: [0, 0, 90] },
    ];
    // Turned by b after a, the patch's y axis shows what a put along z, which is what was along z.
    expect(multiplyVector(spatialMatrix([a!, b!]), [0, 1, 0])).toEqual([1, 0, 0]);
    expect(multiplyVector(spatialMatrix([b!, a!]), [0, 1, 0])).toEqual([0, 0, -1]);
  });
});

describe("one gather", () => {
  const shape: Vec3 = [5, 7, 9];

  it("returns the volume for a rotation by +θ and one by -θ in one list", () => {
    const turns = [spatial.rotate({ axes: { z: 33 } }), spatial.rotate({ axes: { z: -33 } })];
    const there = drawSample(turns, 0);
    expect(there.length).toBe(2);
    const back = render(ramp, there, [600, 156, 156], shape, [40, 8, 8]);
    expect(back).toEqual(render(ramp, [], [600, 156, 156], shape, [40, 8, 8]));
    const once = render(ramp, there.slice(0, 1), [600, 156, 156], shape, [40, 8, 8]);
    expect(once).not.toEqual(back);
  });

  it("shows objects larger for a magnification above 1", () => {
    const center: Vec3 = [600, 156, 156];
    const step = (drawn: DrawnSpatial) => {
      const data = render(ramp, drawn, center, [1, 1, 3], [40, 8, 8]);
      return data[2]! - data[1]!;
    };
    expect(step([])).toBeCloseTo(-2, 4);
    expect(step(drawSample([spatial.magnification({ range: 2 })], 0))).toBeCloseTo(-1, 4);
    expect(step(drawSample([spatial.magnification({ axes: { x: 0.5 } })], 0))).toBeCloseTo(-4, 4);
  });

  it("moves the centre by nanometres", () => {
    const drawn: DrawnSpatial = [
      { kind: "translate", offset: [40, 16, 0] },
      { kind: "translate", offset: [0, 0, -8] },
    ];
    expect(render(ramp, drawn, [600, 156, 156], shape, [40, 8, 8])).toEqual(
      render(ramp, [], [640, 172, 148], shape, [40, 8, 8]),
    );
  });

  it("keeps physical size when axes of anisotropic voxels are transposed", () => {
    const drawn: DrawnSpatial = [{ kind: "transpose", order: [2, 1, 0] }];
    const data = render(ramp, drawn, [600, 156, 156], [5, 1, 5], [40, 8, 8]);
    const at = (z: number, x: number) => data[z * 5 + x]!;
    // One step of 40 nm along the patch's z is 40 nm along the world's x; 8 nm along its x are 8 nm along z.
    expect(at(3, 2) - at(2, 2)).toBeCloseTo(-0.25 * 40, 3);
    expect(at(2, 3) - at(2, 2)).toBeCloseTo(3 * 8, 3);
  });

  it("gives stored values for every symmetry of the cube that is drawn", () => {
    const volume = makeVolume({ dtype: "uint8", shape: [9, 9, 9], brickShape: [4, 4, 4], seed: 5 });
    const at = (k: readonly number[]) => volume.values[(k[0]! * 9 + k[1]!) * 9 + k[2]!]!;
    const seen = new Set<string>();
    for (let sample = 0; seen.size < 48; sample++) {
      const drawn = drawSample([spatial.cube()], sample);
      const matrix = spatialMatrix(drawn).map((row) => row.map((m) => Math.round(m))) as unknown as Mat3;
      const key = matrix.flat().join();
      if (seen.has(key)) continue;
      seen.add(key);
      const data = render(volume, drawn, [4, 4, 4], [9, 9, 9], [1, 1, 1]);
      for (let i = 0; i < 729; i++) {
        const k: Vec3 = [Math.floor(i / 81) - 4, (Math.floor(i / 9) % 9) - 4, (i % 9) - 4];
        expect(data[i]).toBe(at(multiplyVector(matrix, k).map((v) => v + 4)));
      }
    }
    expect(cubeSymmetries().length).toBe(seen.size);
  });

  it("joins the moves of slip and shift, and is affine without them", () => {
    const moves = [{ section: 1, following: false, offset: [0, 8, 0] }] as const;
    const sections = { kind: "sections", axis: 0, thicknessNm: 40 } as const;
    const { warp, matrix } = spatialMap([
      { ...sections, moves },
      { ...sections, moves: [{ ...moves[0], following: true }] },
    ]);
    expect(warp?.sections?.moves.length).toBe(2);
    expect(matrix).toEqual(identity);
    expect(spatialMap([{ kind: "rotate", degrees: [1, 2, 3] }]).warp).toBeNull();
  });
});
