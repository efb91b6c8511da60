import { describe, expect, it, test } from "vitest";
import { type DrawnElastic, elasticField, elasticShape } from "../../../src/augment/elastic.js";
import { WarpedRows } from "../../../src/cpu/warp.js";
import { sampleDraws } from "../../../src/math/rng.js";
import { determinant, map3 } from "../../../src/math/vec.js";
import { planWarp } from "../../../src/plan/warp.js";
import type { Mat3, Vec3 } from "../../../src/types.js";
import fixture from "../../fixtures/bspline.json" with { type: "json" };
import { elasticOracle } from "../../helpers/warp-oracle.js";
import { makeRead, makeVolume, planOf } from "../cpu/cases.js";
import { noWarp } from "../cpu/warp-cases.js";
import { meanAndSigma } from "./spatial-cases.js";

function drawn(seed: number, over: Partial<DrawnElastic> = {}): DrawnElastic {
  const draw = sampleDraws(seed, 0, 0, 1);
  const key = [Math.floor(draw() * 2 ** 32), Math.floor(draw() * 2 ** 32)] as const;
  return { spacing: [60, 40, 50], shape: [9, 8, 10], sigma: [6, 4, 5], key, ...over };
}

const component = (values: Float32Array, axis: number): number[] =>
  Array.from({ length: values.length / 3 }, (_, i) => values[3 * i + axis]!);

test("the spline is SciPy's, in the renderer and in the oracle, within the grid and beyond", () => {
  const field = {
    shape: fixture.shape as unknown as readonly [number, number, number],
    spacing: [1, 1, 1] as const,
    displacements: Float32Array.from(fixture.control),
  };
  const volume = makeVolume({ dtype: "uint8", shape: [4, 4, 4], brickShape: [4, 4, 4] });
  const plan = planOf(volume, makeRead({ center: [0, 0, 0], shape: [1, 1, 1] }));
  const box = { start: [0, 0, 0], shape: [1, 1, 1] } as const;
  for (const [i, point] of fixture.points.entries()) {
    const q = point.map((at, axis) => at - (field.shape[axis]! - 1) / 2) as unknown as readonly [
      number,
      number,
      number,
    ];
    const warp = planWarp({ ...noWarp, elastic: field }, [1, 1, 1], [1, 1, 1], [1, 1, 1]);
    const rows = new WarpedRows(plan, { ...warp, elastic: { ...warp.elastic!, first: point as never } }, 1);
    rows.place(0, 0, 0, 1, box);
    const { z, y, x } = rows.row;
    const oracle = elasticOracle(field, q);
    for (const [axis, moved] of [z[0]!, y[0]!, x[0]!].entries()) {
      expect(moved).toBeCloseTo(fixture.values[i]![axis]!, 6);
      expect(oracle[axis]).toBeCloseTo(fixture.values[i]![axis]!, 6);
    }
  }
});

test("control points are normal with σ, sum to 0 and are white", () => {
  const fields = Array.from({ length: 160 }, (_, i) => elasticField(drawn(i)).displacements);
  for (const axis of [0, 1, 2] as const) {
    const sigma = [6, 4, 5][axis]!;
    for (const field of fields) {
      const sum = component(field, axis).reduce((total, value) => total + value, 0);
      expect(Math.abs(sum)).toBeLessThan(1e-2);
    }
    const all = fields.flatMap((field) => component(field, axis));
    expect(all.length).toBeGreaterThan(100_000);
    expect(Math.abs(meanAndSigma(all)[1] / sigma - 1)).toBeLessThan(0.01);
    const within = all.filter((value) => Math.abs(value) < sigma).length / all.length;
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.0075);
    const neighbours =
      all.slice(1).reduce((sum, value, i) => sum + value * all[i]!, 0) / all.length / sigma ** 2;
    expect(Math.abs(neighbours)).toBeLessThan(0.015);
  }
  const [a, b] = [0, 1].map((axis) => fields.flatMap((field) => component(field, axis)));
  const crossed = a!.reduce((sum, value, i) => sum + value * b![i]!, 0) / a!.length / 24;
  expect(Math.abs(crossed)).toBeLessThan(0.015);
});

test("another key gives another field, the same key the same", () => {
  expect(elasticField(drawn(1))).toEqual(elasticField(drawn(1)));
  expect(elasticField(drawn(1)).displacements).not.toEqual(elasticField(drawn(2)).displacements);
  const still = elasticField(drawn(1, { sigma: [0, 4, 5] })).displacements;
  expect(component(still, 0).every((value) => value === 0)).toBe(true);
});

test("a field too strong is scaled down to 0.4 spacings, and still sums to 0", () => {
  const { displacements } = elasticField(drawn(5, { sigma: [600, 1, 5] }));
  const largest = (axis: number) => Math.max(...component(displacements, axis).map(Math.abs));
  expect(largest(0)).toBeCloseTo(0.4 * 60, 4);
  expect(largest(1)).toBeLessThan(6);
  expect(Math.abs(component(displacements, 0).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-2);
});

describe("the strongest field allowed does not fold", () => {
  const shape = [6, 6, 6] as const;
  const count = 6 ** 3;

  /** Derivatives along z, y, x of what each control point adds at a point, in control points. */
  function gradients(at: Vec3): Vec3[] {
    const step = 1e-4;
    return Array.from({ length: count }, (_, point) => {
      const displacements = new Float32Array(3 * count);
      displacements[3 * point] = 1;
      const field = { shape, spacing: [1, 1, 1] as const, displacements };
      return map3((axis) => {
        const [above, below] = [step, -step].map(
          (move) =>
            elasticOracle(
              field,
              map3((i) => at[i] + (i === axis ? move : 0)),
            )[0],
        );
        return (above! - below!) / (2 * step);
      });
    });
  }

  /** Of the map q + u(q). */
  function jacobian(slopes: readonly Vec3[], displacements: ArrayLike<number>): number {
    const entry = (i: number, j: 0 | 1 | 2): number =>
      slopes.reduce((sum, slope, point) => sum + displacements[3 * point + i]! * slope[j], i === j ? 1 : 0);
    return determinant([0, 1, 2].map((i) => map3((j) => entry(i, j))) as unknown as Mat3);
  }

  const points: Vec3[] = [
    [0, 0, 0],
    [0.5, 0.5, 0.5],
    [0.25, 0, 0.5],
    [0.1, 0.4, 0.3],
  ];

  it("when drawn", () => {
    const slopes = points.map(gradients);
    for (let seed = 0; seed < 20; seed++) {
      const { displacements } = elasticField(drawn(seed, { shape, spacing: [1, 1, 1], sigma: [9, 9, 9] }));
      expect(Math.max(...displacements.map(Math.abs))).toBeCloseTo(0.4, 5);
      for (const each of slopes) expect(jacobian(each, displacements)).toBeGreaterThan(0);
    }
  });

  it("nor when every control point is put where it does the most harm", () => {
    for (const at of points) {
      const slopes = gradients(at);
      const near = slopes.flatMap((slope, point) => (slope.some((s) => s !== 0) ? [point] : []));
      const worst = new Float64Array(3 * count);
      for (const point of near) {
        // Everything moves towards the point.
        const k = [Math.floor(point / 36), Math.floor(point / 6) % 6, point % 6];
        for (const i of [0, 1, 2]) worst[3 * point + i] = k[i]! - 2.5 > at[i as 0 | 1 | 2] ? -0.4 : 0.4;
      }
      let lowest = jacobian(slopes, worst);
      for (let better = true; better; ) {
        better = false;
        for (const n of near.flatMap((point) => [3 * point, 3 * point + 1, 3 * point + 2])) {
          worst[n] = -worst[n]!;
          const flipped = jacobian(slopes, worst);
          better ||= flipped < lowest - 1e-9;
          if (flipped < lowest) lowest = flipped;
          else worst[n] = -worst[n]!;
        }
      }
      expect(lowest).toBeGreaterThan(0);
      expect(lowest).toBeLessThan(0.3);
    }
  });
});

test("the grid reaches beyond the patch as far as the spline does", () => {
  expect(elasticShape([100, 101, 1], [50, 50, 50])).toEqual([5, 6, 4]);
});
