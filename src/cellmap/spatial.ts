/** cellmap-data's spatial transforms in their several spellings, and voxelfeed's: one becomes the other. */
import {
  axisNames,
  type MirrorSpec,
  type PerAxis,
  type RotateSpec,
  type SpatialKind,
  type SpatialSpecs,
  type SpatialTransforms,
  type TransposeSpec,
} from "../augment/spatial.js";
import { checkKeys, invalid } from "../options.js";
import type { AxisName } from "../types.js";
import { type CellmapWarning, warnLeftOut } from "./arguments.js";

/** The kinds that cellmap-data has. */
export interface CellmapSpatial {
  readonly mirror?: MirrorSpec;
  readonly transpose?: TransposeSpec;
  readonly rotate?: { readonly axes: PerAxis<readonly [lo: number, hi: number]> };
}

/**
 * Brings the spellings of the 2026 rewrite (`mirror: true`, `{z: 0.5}` without `axes`, `rotate: {z: 45}` for ±45°,
 * `transpose: true`) to the one with `axes`, which both releases and voxelfeed read.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option` with the path
 */
export function spatialTransformsOf(value: unknown, warnings: CellmapWarning[]): CellmapSpatial {
  const path = "spatial_transforms";
  checkKeys(value as object, ["mirror", "transpose", "rotate"], path);
  const { mirror, transpose, rotate } = value as Readonly<Record<string, unknown>>;
  return {
    ...(isOn(mirror) && { mirror: { axes: mirrorAxes(mirror, `${path}.mirror`) } }),
    ...(isOn(transpose) && { transpose: { axes: transposeAxes(transpose, `${path}.transpose`) } }),
    ...(isOn(rotate) && { rotate: { axes: rotateAxes(rotate, `${path}.rotate`, warnings) } }),
  };
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** The entries by axis, with or without `axes` around them. */
function axisEntries(value: unknown, path: string): [AxisName, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, "an object of axis → value", value);
  const inner = "axes" in value ? value.axes : value;
  checkKeys(inner as object, axisNames, "axes" in value ? `${path}.axes` : path);
  return Object.entries(inner as object) as [AxisName, unknown][];
}

function mirrorAxes(value: unknown, path: string): Partial<Record<AxisName, number>> {
  if (value === true) return { z: 0.5, y: 0.5, x: 0.5 };
  const entries = axisEntries(value, path).map(([axis, p]) => {
    // `true` means "may be mirrored", as `mirror: true` does for all axes.
    const probability = typeof p === "boolean" ? (p ? 0.5 : 0) : p;
    if (typeof probability !== "number" || !(probability >= 0 && probability <= 1))
      throw invalid(`${path}.axes.${axis}`, "a probability from 0 to 1, or true", p);
    return [axis, probability];
  });
  return Object.fromEntries(entries);
}

function transposeAxes(value: unknown, path: string): AxisName[] {
  if (value === true) return [...axisNames];
  const axes = Array.isArray(value) ? value : (value as { axes?: unknown }).axes;
  if (
    !Array.isArray(axes) ||
    !axes.every((axis) => axisNames.includes(axis)) ||
    new Set(axes).size < axes.length
  )
    throw invalid(`${path}.axes`, 'different axes of "z", "y", "x"', axes);
  return axes;
}

function rotateAxes(value: unknown, path: string, warnings: CellmapWarning[]) {
  const entries = axisEntries(value, path).map(([axis, given]) => {
    const at = `${path}.axes.${axis}`;
    const range = typeof given === "number" ? [-Math.abs(given), Math.abs(given)] : given;
    const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);
    if (!isRange || range[0] > range[1])
      throw invalid(at, "[lo, hi] in degrees with lo ≤ hi, or one number for both ways", given);
    if (range[0] !== -range[1]) {
      const message = `${at} is not the same both ways: rotations here are right-handed (about z, x toward y); cellmap-data's turn the other way in some releases.`;
      warnings.push({ path: at, message });
    }
    return [axis, range];
  });
  return Object.fromEntries(entries) as PerAxis<readonly [number, number]>;
}

/**
 * The same transforms as cellmap-data has them, with a warning for each that it does not have.
 *
 * @param path of the option
 */
export function spatialTransformsTo(
  transforms: SpatialTransforms,
  path: string,
  warnings: CellmapWarning[],
): CellmapSpatial {
  const entries: (readonly [SpatialKind, object, string])[] = isList(transforms)
    ? transforms.map(({ kind, ...spec }, i) => [kind, spec, `${path}[${i}]`])
    : Object.entries(transforms).map(([kind, spec]) => [kind as SpatialKind, spec, `${path}.${kind}`]);
  const written: Record<string, object> = {};
  for (const [kind, spec, at] of entries) {
    const same = written[kind] === undefined ? cellmapSpec(kind, spec) : null;
    if (same === null) warnLeftOut(at, warnings);
    else written[kind] = same;
  }
  return written;
}

function isList(transforms: SpatialTransforms): transforms is Extract<SpatialTransforms, readonly unknown[]> {
  return Array.isArray(transforms);
}

/** Null where cellmap-data cannot say it. */
function cellmapSpec(kind: SpatialKind, spec: SpatialSpecs[SpatialKind]): object | null {
  if ((spec.p ?? 1) !== 1) return null;
  if (kind === "mirror" || kind === "transpose") return { axes: (spec as MirrorSpec | TransposeSpec).axes };
  const { axes, so3 = false } = spec as RotateSpec;
  if (kind !== "rotate" || so3 || axes === undefined) return null;
  const ranges = Object.entries(axes).map(([axis, range]) => [
    axis,
    typeof range === "number" ? [range, range] : range,
  ]);
  return ranges.every(([, range]) => Array.isArray(range)) ? { axes: Object.fromEntries(ranges) } : null;
}
