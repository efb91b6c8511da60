/** Point operations on rows of values, in float64. Twin: `shaders/values.wgsl`; formulas: `src/plan/values.ts`. */
import type { PointOp, ValueWork } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";
import {
  addNoise,
  affine,
  clip,
  gamma,
  poisson,
  quantize,
  replace,
  speckle,
  threshold,
} from "./intensity.js";
import { NoiseRows } from "./noise.js";
import { bias, box, spot } from "./regions.js";
import type { RowOperation, ValueRow } from "./row.js";

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
      return a === b ? () => {} : gamma(a, b, c);
    case "clip":
      return clip(a, b);
    case "replace":
      return replace(a, b, c);
    case "quantize":
      return quantize(a);
    case "threshold":
      return threshold(a);
    case "noise":
      return addNoise(noise, a, b, c);
    case "speckle":
      return speckle(noise, a, b);
    case "poisson":
      return poisson(noise, a, b);
    case "box":
      return box(p);
    case "spot":
      return spot(p);
    case "bias":
      return bias(p, patchShape);
  }
}
