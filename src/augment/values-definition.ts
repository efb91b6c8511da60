/** What every value transform is made of: its form, its check, its draw, and the steps it becomes. */
import type { Draw } from "../math/rng.js";
import { map3 } from "../math/vec.js";
import { invalid } from "../options.js";
import type { PointOp, Stage } from "../plan/values.js";
import type { AxisName, SourceDType, Vec3 } from "../types.js";
import { checkRange, type RangeLimits } from "./range.js";
import { axisNames } from "./spatial.js";

/** What all value transforms share. */
export interface ValueBase {
  /** Probability that the transform is applied to a sample. Default 1. */
  readonly p?: number;
}

/** The voxels of a patch. */
export interface PatchGrid {
  /** z, y, x. */
  readonly shape: Vec3;
  /** Voxel size, nanometres. */
  readonly scale: Vec3;
}

/** What was drawn for a transform: plain JSON. */
export type DrawnParameters = Readonly<Record<string, unknown>>;

/** A step of the work; a statistic that an operation refers to counts from the first of the same transform. */
export type ValueStep = PointOp | Stage;

/** One kind of transform; `Spec` is its descriptor, `Drawn` what is drawn for it. */
export interface ValueDefinition<Spec, Drawn extends DrawnParameters> {
  /** Keys of the descriptor beside `op` and `p`. */
  readonly keys: readonly string[];
  /**
   * @param path of the descriptor in the configuration
   * @throws VoxelfeedError `invalid-option`
   */
  check(spec: Spec, path: string, grid: PatchGrid): void;
  /** @param index place of the transform in its list, the slot of its noise */
  draw(spec: Spec, draw: Draw, grid: PatchGrid, index: number): Drawn;
  steps(drawn: Drawn, grid: PatchGrid, source: SourceDType): readonly ValueStep[];
}

/** Numbers of the axes that are named, all three by default. */
export function axesOf(names: readonly AxisName[] | undefined): readonly (0 | 1 | 2)[] {
  return ([0, 1, 2] as const).filter((axis) => names?.includes(axisNames[axis]!) ?? true);
}

/** @throws VoxelfeedError `invalid-option` */
export function checkAxes(value: unknown, path: string): void {
  if (value === undefined) return;
  const ok =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((axis) => axisNames.includes(axis)) &&
    new Set(value).size === value.length;
  if (!ok) throw invalid(path, 'different axes of "z", "y", "x"', value);
}

/** Checks a range that may be absent. @throws VoxelfeedError `invalid-option`, `unknown-option` */
export function checkOptionalRange(value: unknown, path: string, limits: RangeLimits = {}): void {
  if (value !== undefined) checkRange(value, path, limits);
}

/** [lo, hi] with lo < hi. @throws VoxelfeedError `invalid-option` */
export function checkSpan(value: unknown, path: string, what: string): void {
  const ok =
    Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
  if (!ok) throw invalid(path, `${what} [lo, hi] with lo < hi`, value);
}

/** A world length in voxels along each axis. */
export function voxelsOf(lengthNm: number, { scale }: PatchGrid): Vec3 {
  return map3((axis) => lengthNm / scale[axis]);
}
