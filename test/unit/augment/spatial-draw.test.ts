import { describe, expect, it } from "vitest";
import { spatial } from "../../../src/augment/spatial.js";
import { spatialMatrix } from "../../../src/augment/spatial-matrix.js";
import { multiplyVector } from "../../../src/math/vec.js";
import { drawMany, drawSample, meanAndSigma, place } from "./spatial-cases.js";

/** Bounds are five standard deviations of the estimate or more. */
const n = 100_000;
/** Time for 1e5 samples on a busy machine. */
const timeout = 60_000;

describe("what is drawn", { timeout }, () => {
  it("mirror: each axis with its probability", () => {
    const drawn = drawMany([spatial.mirror({ axes: { x: 0.25, z: 1 } })], "mirror", n);
    expect(drawn.every(({ axes }) => axes.includes("z") && !axes.includes("y"))).toBe(true);
    expect(Math.abs(drawn.filter(({ axes }) => axes.includes("x")).length / n - 0.25)).toBeLessThan(0.007);
  });

  it("transpose: all orders of the listed axes equally often, the others stay", () => {
    const counts = new Map<string, number>();
    for (const { order } of drawMany([spatial.transpose({ axes: ["x", "y", "z"] })], "transpose", n)) {
      counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - n / 6)).toBeLessThan(600);
    const two = drawMany([spatial.transpose({ axes: ["x", "y"] })], "transpose", 1000);
    expect(new Set(two.map(({ order }) => order.join()))).toEqual(new Set(["0,1,2", "0,2,1"]));
  });

  it("cube: its 48 symmetries equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const key = spatialMatrix(drawSample([spatial.cube()], i))
        .flat()
        .map(Math.round)
        .join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(48);
    // 47 degrees of freedom: p = 1e-4 at 94.
    const mean = n / 48;
    expect([...counts.values()].reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(94);
  });

  it("random2d: three orthogonal views that are not mirrored", () => {
    const drawn = drawMany([spatial.random2d()], "transpose", n);
    const counts = ["0,1,2", "1,2,0", "2,0,1"].map(
      (key) => drawn.filter(({ order }) => order.join() === key).length,
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n);
    for (const count of counts) expect(Math.abs(count - n / 3)).toBeLessThan(750);
  });

  it("rotate: range and mean of each axis; 0 where none is named", () => {
    const drawn = drawMany([spatial.rotate({ axes: { z: [-180, 180], x: 5 } })], "rotate", n);
    const [mean, sigma] = meanAndSigma(drawn.map(({ degrees }) => degrees[0]));
    expect(Math.abs(mean)).toBeLessThan(1.7);
    expect(Math.abs(sigma - 360 / Math.sqrt(12))).toBeLessThan(1);
    expect(drawn.every(({ degrees: [z, y, x] }) => Math.abs(z) <= 180 && y === 0 && x === 5)).toBe(true);
  });

  it("so3 and oblique views: every axis is turned to a uniform direction", () => {
    for (const operation of [spatial.rotate({ so3: true }), spatial.random2d({ view: "oblique" })]) {
      const matrices = drawMany([operation], "rotate", n).map((each) => spatialMatrix([each]));
      for (const axis of [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ] as const) {
        // By Archimedes equal areas: 8 bands of height times 8 sectors about z.
        const bins = new Float64Array(64);
        for (const matrix of matrices) {
          const [z, y, x] = multiplyVector(matrix, axis);
          const band = Math.min(Math.floor((z + 1) * 4), 7);
          bins[band * 8 + Math.min(Math.floor((Math.atan2(y, x) / Math.PI + 1) * 4), 7)]!++;
        }
        const mean = n / 64;
        // 63 degrees of freedom: p = 1e-4 at 116.
        expect(bins.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(116);
      }
    }
  });

  it("magnification and shear: ranges, means and which axes", () => {
    const same = drawMany([spatial.magnification({ range: [0.8, 1.2] })], "magnification", n);
    expect(same.every(({ factors: [z, y, x] }) => z === y && y === x && z >= 0.8 && z <= 1.2)).toBe(true);
    expect(Math.abs(meanAndSigma(same.map(({ factors }) => factors[0]))[0] - 1)).toBeLessThan(0.002);
    const each = drawMany([spatial.magnification({ axes: { y: { choice: [1, 2] } } })], "magnification", n);
    expect(Math.abs(each.filter(({ factors }) => factors[1] === 2).length / n - 0.5)).toBeLessThan(0.008);
    expect(each.every(({ factors }) => factors[0] === 1 && factors[2] === 1)).toBe(true);
    const sheared = drawMany([spatial.shear({ axes: { yx: [-0.3, 0.1] } })], "shear", n);
    const factors = sheared.map(({ matrix }) => matrix[1][2]);
    expect(Math.abs(meanAndSigma(factors)[0] + 0.1)).toBeLessThan(0.002);
    expect(factors.every((factor) => factor >= -0.3 && factor <= 0.1)).toBe(true);
    expect(sheared[0]!.matrix[2]).toEqual([0, 0, 1]);
  });

  it("translate: uniform in the part of the range that keeps the centre legal", () => {
    const drawn = drawMany(
      [spatial.translate({ axes: { z: [-300, 300], y: [-50, 50], x: [-200, -100] } })],
      "translate",
      n,
    );
    const [z, y, x] = ([0, 1, 2] as const).map((axis) => drawn.map(({ offset }) => offset[axis]));
    // From 500 there are -100 to 20 nm along z.
    expect(z!.every((nm) => nm >= -100 && nm <= 20)).toBe(true);
    expect(Math.abs(meanAndSigma(z!)[0] + 40)).toBeLessThan(0.6);
    expect(Math.abs(meanAndSigma(z!)[1] - 120 / Math.sqrt(12))).toBeLessThan(0.3);
    expect(Math.abs(meanAndSigma(y!)[1] - 100 / Math.sqrt(12))).toBeLessThan(0.3);
    expect(new Set(x)).toEqual(new Set([-50]));
  });

  it("slip and shift: each section with the rate, offsets along the other two axes", () => {
    for (const kind of ["slip", "shift"] as const) {
      const spec = [spatial[kind]({ offset: [-20, 30], thickness: 40, rate: 0.1 })];
      const drawn = drawMany(spec, "sections", n);
      const moves = drawn.flatMap(({ moves }) => moves);
      // 400 nm are sections -5 to 4, and one beyond.
      expect([...new Set(moves.map(({ section }) => section))].sort((a, b) => a - b)).toEqual([
        -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5,
      ]);
      expect(Math.abs(moves.length / (n * 11) - 0.1)).toBeLessThan(0.0016);
      expect(moves.every(({ following }) => following === (kind === "shift"))).toBe(true);
      expect(
        moves.every(({ offset: [z, y, x] }) => z === 0 && y >= -20 && y <= 30 && x >= -20 && x <= 30),
      ).toBe(true);
      expect(Math.abs(meanAndSigma(moves.map(({ offset }) => offset[1]))[0] - 5)).toBeLessThan(0.22);
    }
  });
});

describe("drawing", () => {
  const all = [
    spatial.translate({ axes: { y: [-10, 10] } }),
    spatial.rotate({ so3: true }),
    spatial.elastic({ spacing: 100, sigma: [0, 10] }),
    spatial.mirror({ axes: { z: 0.5, y: 0.5, x: 0.5 } }),
    spatial.slip({ offset: [-20, 20], thickness: 40 }),
  ];

  it("gives plain JSON, in the pull direction", () => {
    const drawn = drawSample(all, 1);
    expect(drawn.map(({ kind }) => kind)).toEqual(["sections", "mirror", "elastic", "rotate", "translate"]);
    expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
  });

  it("gives an operation the same numbers whatever stands beside it", () => {
    for (let i = 0; i < 50; i++) {
      const together = drawSample([...all, spatial.rotate({ axes: { z: [0, 1] } })], i);
      for (const [k, kind] of (["translate", "rotate", "elastic", "mirror", "sections"] as const).entries()) {
        const [alone] = drawSample([all[k]!], i);
        expect(together.find((each) => each.kind === kind)).toEqual(alone);
      }
    }
  });

  it("gives later ones of a kind numbers of their own", () => {
    const [a, b] = drawSample([spatial.rotate({ so3: true }), spatial.rotate({ so3: true })], 4);
    expect(a).not.toEqual(b);
  });

  it("leaves an operation out with 1 - p, and its numbers as they were", () => {
    const drawn = Array.from({ length: n }, (_, i) => drawSample([spatial.rotate({ so3: true, p: 0.3 })], i));
    expect(Math.abs(drawn.filter(({ length }) => length === 1).length / n - 0.3)).toBeLessThan(0.0075);
    const i = drawn.findIndex(({ length }) => length === 1);
    expect(drawn[i]).toEqual(drawSample([spatial.rotate({ so3: true })], i));
  });

  it("draws the same from the object form", () => {
    const { kind: _, ...rotate } = spatial.rotate({ axes: { z: [-180, 180] } });
    expect(drawSample({ rotate, mirror: { axes: { x: 0.5 } } }, 7)).toEqual(
      drawSample([spatial.mirror({ axes: { x: 0.5 } }), { kind: "rotate", ...rotate }], 7),
    );
  });

  it("covers the patch with control points in the frame that transposed axes lead to", () => {
    const spec = [spatial.transpose({ axes: ["z", "x"] }), spatial.elastic({ spacing: 80, sigma: 5 })];
    for (let i = 0; i < 20; i++) {
      const [transpose, elastic] = drawSample(spec, i, place);
      if (transpose?.kind !== "transpose" || elastic?.kind !== "elastic") throw new Error("not drawn");
      expect(elastic.shape).toEqual(transpose.order[0] === 0 ? [8, 11, 11] : [11, 11, 8]);
    }
  });
});
