/** Point operations on rows of values, in float64. Twin: `shaders/values.wgsl`; formulas: `src/plan/values.ts`. */
import { normalOf, poissonOf } from "../../math/normal.js";
import type { PointOp, ValueWork } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";
import { NoiseRows } from "./noise.js";

/** Voxels of a row: `row[from]` to `row[to - 1]`; `row[0]` is patch voxel (z, y, x). */
export interface ValueRow {
  readonly row: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

type RowOperation = (row: ValueRow) => void;

/** Applies a list of operations to rows. */
export class PointRows {
  readonly #operations: readonly RowOperation[];
  /** The read's voxel 0, in voxels of the patch. */
  readonly #origin: Vec3;

  /**
   * @param figures two per statistic that the operations refer to
   * @param origin the read's voxel 0, in voxels of the patch; negative in the halo
   */
  constructor(
    ops: readonly PointOp[],
    work: Pick<ValueWork, "noise" | "halo">,
    patchShape: Vec3,
    origin: Vec3,
    figures: readonly number[] = [],
  ) {
    const noise = new NoiseRows(work, patchShape);
    this.#operations = ops.map((op) => operationOf(withFigures(op, figures), noise, patchShape));
    this.#origin = origin;
  }

  /** Changes `row[from]` to `row[to - 1]`; `row[0]` is voxel (z, y, x) of the read. */
  apply(row: Float64Array, from: number, to: number, z: number, y: number, x: number): void {
    if (from >= to) return;
    const [oz, oy, ox] = this.#origin;
    const voxels: ValueRow = { row, from, to, z: z + oz, y: y + oy, x: x + ox };
    for (const operation of this.#operations) operation(voxels);
  }
}

/** An operation with the figures of the patch in the place of its first parameters. */
function withFigures(op: PointOp, figures: readonly number[]): PointOp {
  if (op.statistic === undefined) return op;
  const [a, b] = [figures[2 * op.statistic]!, figures[2 * op.statistic + 1]!];
  return { ...op, p: op.name === "contrast" ? [a, ...op.p.slice(1)] : [a, b, ...op.p.slice(2)] };
}

function operationOf({ name, p }: PointOp, noise: NoiseRows, patchShape: Vec3): RowOperation {
  const [a, b, c] = [p[0]!, p[1]!, p[2]!];
  switch (name) {
    case "range":
      return affine(a === b ? 0 : 1 / (b - a), a === b ? 0 : -a / (b - a));
    case "affine":
      return affine(a, b);
    case "contrast":
      return affine(b, a - b * a);
    case "gamma":
      return each((v) => (a === b ? v : a + (b - a) * Math.max((v - a) / (b - a), 0) ** c));
    case "clip":
      return each((v) => Math.min(Math.max(v, a), b));
    case "replace":
      return each((v) => (Number.isNaN(v) ? a : v === Infinity ? b : v === -Infinity ? c : v));
    case "quantize":
      return each((v) => Math.floor(Math.min(Math.max(v, 0), 1) * (a - 1) + 0.5) / (a - 1));
    case "threshold":
      return each((v) => (v > a ? 1 : 0));
    case "noise":
      return noisy(noise, c, (v, x) => v + a + b * normalOf(x));
    case "speckle":
      return noisy(noise, b, (v, x) => v * (1 + a * normalOf(x)));
    case "poisson":
      return noisy(noise, b, (v, x) => poissonOf(x, a * Math.max(v, 0)) / a);
    case "box":
      return box(p);
    case "spot":
      return spot(p);
    case "bias":
      return bias(p, patchShape);
  }
}

function affine(a: number, b: number): RowOperation {
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) row[i] = a * row[i]! + b;
  };
}

function each(f: (v: number) => number): RowOperation {
  return ({ row, from, to }) => {
    for (let i = from; i < to; i++) row[i] = f(row[i]!);
  };
}

function noisy(noise: NoiseRows, slot: number, f: (v: number, uniform: number) => number): RowOperation {
  let uniforms = new Float64Array(0);
  return ({ row, from, to, z, y, x }) => {
    if (uniforms.length < to) uniforms = new Float64Array(to);
    noise.write(uniforms, slot, z, y, x, to);
    for (let i = from; i < to; i++) row[i] = f(row[i]!, uniforms[i]!);
  };
}

/** The part of a row within first ≤ k < end (six parameters), or null. */
function within(p: readonly number[], { from, to, z, y, x }: ValueRow): readonly [number, number] | null {
  if (!(z >= p[0]! && z < p[3]! && y >= p[1]! && y < p[4]!)) return null;
  return [Math.max(from, Math.ceil(p[2]! - x)), Math.min(to, Math.ceil(p[5]! - x))];
}

function box(p: readonly number[]): RowOperation {
  const [factor, constant] = [p[6]!, p[7]!];
  return (voxels) => {
    const run = within(p, voxels);
    if (run === null) return;
    const { row } = voxels;
    // What a factor of 0 hides may be NaN.
    if (factor === 0) row.fill(constant, run[0], Math.max(run[0], run[1]));
    else for (let i = run[0]; i < run[1]; i++) row[i] = factor * row[i]! + constant;
  };
}

function spot(p: readonly number[]): RowOperation {
  const [cz, cy, cx, rz, ry, rx, fill, opacity] = p.slice(6) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return (voxels) => {
    const run = within(p, voxels);
    if (run === null) return;
    const { row, z, y, x } = voxels;
    const across = ((z - cz) / rz) ** 2 + ((y - cy) / ry) ** 2;
    for (let i = run[0]; i < run[1]; i++) {
      const d = (x + i - cx) / rx;
      row[i]! += (fill - row[i]!) * opacity * Math.exp(-0.5 * (across + d * d));
    }
  };
}

function bias(p: readonly number[], shape: Vec3): RowOperation {
  return ({ row, from, to, z, y, x }) => {
    const pz = legendre((2 * z + 1) / shape[0] - 1);
    const py = legendre((2 * y + 1) / shape[1] - 1);
    // The sums of the terms that share a polynomial of x.
    const sums = [0, 0, 0, 0];
    let next = 0;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; i + j < 4; j++) {
        for (let k = 0; i + j + k < 4; k++) sums[k]! += p[next++]! * pz[i]! * py[j]!;
      }
    }
    for (let i = from; i < to; i++) {
      const at = (2 * (x + i) + 1) / shape[2] - 1;
      const [s0, s1, s2, s3] = sums as [number, number, number, number];
      const sum = s0 + s1 * at + s2 * (1.5 * at * at - 0.5) + s3 * (2.5 * at * at - 1.5) * at;
      row[i]! *= Math.exp(sum);
    }
  };
}

function legendre(x: number): readonly [number, number, number, number] {
  return [1, x, 1.5 * x * x - 0.5, (2.5 * x * x - 1.5) * x];
}
