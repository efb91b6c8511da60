/** cellmap-data's spatial transforms in their several spellings. */
import { axisNames, type RotateSpec, type SpatialTransforms } from "../augment/spatial.js";
import { checkKeys, invalid } from "../options.js";
import type { AxisName } from "../types.js";
import type { CellmapWarning } from "./arguments.js";

/**
 * Brings the spellings of the 2026 rewrite (`mirror: true`, `{z: 0.5}` without `axes`, `rotate: {z: 45}` for ±45°,
 * `transpose: true`) to the one with `axes`, which both releases and voxelfeed read.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option` with the path
 */
export function spatialTransformsOf(value: unknown, warnings: CellmapWarning[]): SpatialTransforms {
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
  return Object.fromEntries(entries) as RotateSpec["axes"];
}
