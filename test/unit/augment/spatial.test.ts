import { describe, expect, it } from "vitest";
import { drawSpatial, rotation, spatialMatrix } from "../../../src/augment/spatial.js";
import { sampleDraws } from "../../../src/math/rng.js";
import { determinant, multiplyVector } from "../../../src/math/vec.js";

describe("rotation", () => {
  it("is right-handed: Rz turns x toward y, Rx y toward z, Ry z toward x, exactly at right angles", () => {
    expect(multiplyVector(rotation([90, 0, 0]), [0, 0, 1])).toEqual([0, 1, 0]);
    expect(multiplyVector(rotation([0, 0, 90]), [0, 1, 0])).toEqual([1, 0, 0]);
    expect(multiplyVector(rotation([0, 90, 0]), [1, 0, 0])).toEqual([0, 0, 1]);
    expect(determinant(rotation([13, -47, 101]))).toBeCloseTo(1, 12);
  });

  it("applies x first and z last", () => {
    // y → z about x, then z stays under Rz.
    expect(multiplyVector(rotation([90, 0, 90]), [0, 1, 0])).toEqual([1, 0, 0]);
  });
});

describe("spatialMatrix", () => {
  it("mirrors first, then permutes: output axis i runs along world axis transpose[i]", () => {
    const m = spatialMatrix({ mirror: ["z"], transpose: [1, 2, 0], rotate: [0, 0, 0] });
    expect(multiplyVector(m, [1, 0, 0]).map((v) => v + 0)).toEqual([0, -1, 0]);
    expect(multiplyVector(m, [0, 1, 0]).map((v) => v + 0)).toEqual([0, 0, 1]);
  });
});

describe("drawSpatial", () => {
  const spec = {
    mirror: { axes: { x: 0.25, z: 1 } },
    transpose: { axes: ["y", "x"] },
    rotate: { axes: { z: [-180, 180] } },
  } as const;

  it("draws with the stated frequencies and ranges", () => {
    const n = 20_000;
    let mirroredX = 0;
    let swapped = 0;
    let angles = 0;
    for (let i = 0; i < n; i++) {
      const drawn = drawSpatial(spec, sampleDraws(3, 0, i, 1));
      expect(drawn.mirror).toContain("z");
      expect(drawn.mirror).not.toContain("y");
      mirroredX += drawn.mirror.includes("x") ? 1 : 0;
      expect(drawn.transpose[0]).toBe(0);
      swapped += drawn.transpose[1] === 2 ? 1 : 0;
      const [z, y, x] = drawn.rotate;
      expect(Math.abs(z)).toBeLessThanOrEqual(180);
      expect([y, x]).toEqual([0, 0]);
      angles += z;
    }
    // Five standard deviations.
    expect(Math.abs(mirroredX / n - 0.25)).toBeLessThan(0.0155);
    expect(Math.abs(swapped / n - 0.5)).toBeLessThan(0.0177);
    expect(Math.abs(angles / n)).toBeLessThan(3.7);
  });

  it("gives all six orders of three axes equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const { transpose } = drawSpatial({ transpose: { axes: ["x", "y", "z"] } }, sampleDraws(1, 0, i, 1));
      counts.set(transpose.join(), (counts.get(transpose.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(205);
  });
});
