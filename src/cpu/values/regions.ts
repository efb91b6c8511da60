/** Operations that depend on where a voxel is. Twin: `shaders/values.wgsl`; formulas: `src/plan/values.ts`. */
import type { Vec3 } from "../../types.js";
import type { RowOperation, ValueRow } from "./row.js";

/** The part of a row within first ≤ k < end (six parameters), or null. */
function within(p: readonly number[], { from, to, z, y, x }: ValueRow): readonly [number, number] | null {
  if (!(z >= p[0]! && z < p[3]! && y >= p[1]! && y < p[4]!)) return null;
  return [Math.max(from, Math.ceil(p[2]! - x)), Math.min(to, Math.ceil(p[5]! - x))];
}

export function box(p: readonly number[]): RowOperation {
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

export function spot(p: readonly number[]): RowOperation {
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

export function bias(p: readonly number[], shape: Vec3): RowOperation {
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
