/**
 * The reference of warps: slow, obvious, float64, in nanometres, sharing no code with the library.
 *
 * `world = center + linear · (q + u(q))` with `q = turn · (o + shift)`; this file gives what that adds to
 * `center + linear · turn · o`.
 */
type Triple = readonly [number, number, number];
type Rows = readonly [Triple, Triple, Triple];

export interface OracleWarp {
  readonly turn: Rows;
  readonly linear: Rows;
  readonly sections: {
    readonly axis: number;
    readonly thicknessNm: number;
    readonly moves: readonly {
      readonly section: number;
      readonly following: boolean;
      readonly offset: Triple;
    }[];
  } | null;
  readonly elastic: {
    readonly shape: Triple;
    readonly spacing: Triple;
    readonly displacements: ArrayLike<number>;
  } | null;
}

/** World displacement of output voxel k of a patch. */
export function displacementOracle(warp: OracleWarp, shape: Triple, scale: Triple): (k: Triple) => Triple {
  return (k) => {
    const o = triple((i) => (k[i]! - (shape[i]! - 1) / 2) * scale[i]!);
    const shift = triple((i) => (warp.sections === null ? 0 : sectionShift(warp.sections, o, i)));
    const q = times(
      warp.turn,
      triple((i) => o[i]! + shift[i]!),
    );
    const straight = times(warp.turn, o);
    const u = warp.elastic === null ? [0, 0, 0] : elasticOracle(warp.elastic, q);
    return times(
      warp.linear,
      triple((i) => q[i]! + u[i]! - straight[i]!),
    );
  };
}

function sectionShift(
  { axis, thicknessNm, moves }: NonNullable<OracleWarp["sections"]>,
  o: Triple,
  i: number,
): number {
  // A ten-millionth of a section of slack: offsets are sums of decimal fractions.
  const section = Math.floor(o[axis]! / thicknessNm + 1e-7);
  let sum = 0;
  for (const move of moves) {
    if (move.section === section || (move.following && section > move.section)) sum += move.offset[i]!;
  }
  return sum;
}

/** The elastic field at a point, by the recursive definition of B-splines over all control points. */
export function elasticOracle(
  { shape, spacing, displacements }: NonNullable<OracleWarp["elastic"]>,
  q: Triple,
): Triple {
  const g = q.map((at, i) => at / spacing[i]! + (shape[i]! - 1) / 2);
  const sum: [number, number, number] = [0, 0, 0];
  // Points beyond the grid repeat the outermost ones; three cells beyond are beyond any reach of a basis function.
  const cells = (i: number) => {
    const from = Math.floor(g[i]!) - 2;
    return [0, 1, 2, 3, 4, 5].map((n) => from + n);
  };
  for (const z of cells(0)) {
    for (const y of cells(1)) {
      for (const x of cells(2)) {
        const weight = basis(3, g[0]! - z + 2) * basis(3, g[1]! - y + 2) * basis(3, g[2]! - x + 2);
        if (weight === 0) continue;
        const [cz, cy, cx] = [z, y, x].map((at, i) => Math.min(Math.max(at, 0), shape[i]! - 1));
        const at = 3 * ((cz! * shape[1] + cy!) * shape[2] + cx!);
        for (let i = 0; i < 3; i++) sum[i] = sum[i]! + weight * displacements[at + i]!;
      }
    }
  }
  return sum;
}

/** The B-spline of a degree on knots 0, 1, 2, …: Cox and de Boor's recursion. */
function basis(degree: number, t: number): number {
  if (degree === 0) return t >= 0 && t < 1 ? 1 : 0;
  return (t / degree) * basis(degree - 1, t) + ((degree + 1 - t) / degree) * basis(degree - 1, t - 1);
}

function triple(f: (i: 0 | 1 | 2) => number): Triple {
  return [f(0), f(1), f(2)];
}

function times(m: Rows, v: Triple): Triple {
  return triple((i) => m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2]);
}
