/** How a slice lies in the volume: which world axis each axis of a patch runs along. */
import { column, map3 } from "../math/vec.js";
import type { AxisName, Mat3, Vec3 } from "../types.js";

/** `view[i]` is the world axis (0 z, 1 y, 2 x) that patch axis i runs along; a permutation. */
export type View = Vec3;

/** A patch that lies as the volume does. */
export const uprightView: View = [0, 1, 2];

/**
 * The view of a slice of shape [1, height, width] across an axis; null: of a volume. Rows and columns keep the order z, y, x: across z
 * they run along y and x, across y along z and x, across x along z and y.
 */
export function viewOf(sliceAxis: AxisName | null): View {
  return sliceAxis === "y" ? [1, 0, 2] : sliceAxis === "x" ? [2, 0, 1] : uprightView;
}

/** A shape or size along the axes of the patch, along the axes of the world. */
export function inWorld(view: View, values: Vec3): Vec3 {
  return map3((axis) => values[view.indexOf(axis) as 0 | 1 | 2]);
}

/** The pull matrix of a patch that lies as `view` says and is then turned by `matrix`. */
export function turnView(matrix: Mat3, view: View): Mat3 {
  const columns = view.map((axis) => column(matrix, axis as 0 | 1 | 2));
  const row = (i: 0 | 1 | 2): Vec3 => map3((j) => columns[j]![i]);
  return [row(0), row(1), row(2)];
}

/** The matrix that {@link turnView} was given. */
export function unturnView(matrix: Mat3, view: View): Mat3 {
  return turnView(matrix, inWorld(view, uprightView));
}
