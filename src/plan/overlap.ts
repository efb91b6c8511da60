/** Whether a parallelepiped (a patch seen in voxel space) meets an axis-aligned box (a brick). */
import { column, cross, dot, map3 } from "../math/vec.js";
import type { Mat3, Vec3 } from "../types.js";

export interface Parallelepiped {
  readonly center: Vec3;
  /** Columns are the half edges. */
  readonly halfEdges: Mat3;
}

const unitAxes: readonly Vec3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/**
 * A test for boxes given by centre and half size: `false` only when the two are certainly apart.
 *
 * Source: the separating axis theorem; for two parallelepipeds the fifteen axes are the face normals of each
 * and the cross products of their edges (Gottschalk, Lin, Manocha, "OBBTree", SIGGRAPH 1996).
 */
export function overlapTest(piped: Parallelepiped): (center: Vec3, half: Vec3) => boolean {
  const edges = [0, 1, 2].map((axis) => column(piped.halfEdges, axis as 0 | 1 | 2));
  const candidates = [
    ...unitAxes,
    cross(edges[0]!, edges[1]!),
    cross(edges[1]!, edges[2]!),
    cross(edges[2]!, edges[0]!),
    ...edges.flatMap((edge) => unitAxes.map((axis) => cross(edge, axis))),
  ];
  const axes = candidates.filter((axis) => dot(axis, axis) > 1e-18);
  const radii = axes.map((axis) => edges.reduce((sum, edge) => sum + Math.abs(dot(axis, edge)), 0));
  return (center, half) => {
    const apart = map3((i) => center[i] - piped.center[i]);
    return axes.every((axis, i) => {
      const reach = Math.abs(axis[0]) * half[0] + Math.abs(axis[1]) * half[1] + Math.abs(axis[2]) * half[2];
      // The slack keeps a box that is touched exactly, whatever the rounding.
      return Math.abs(dot(axis, apart)) <= (radii[i]! + reach) * (1 + 1e-9) + 1e-9;
    });
  };
}
