/** Drawn spatial parameters → the linear part of the map that a sample is gathered through. */
import { rotation } from "../math/rotation.js";
import { identity, map3, multiply } from "../math/vec.js";
import type { SectionShifts } from "../plan/warp.js";
import type { AxisName, Mat3, Vec3 } from "../types.js";
import type { DrawnElastic } from "./elastic.js";

/** What was drawn of one operation; one that was not applied leaves nothing. */
export type DrawnOperation =
  | ({ readonly kind: "sections" } & SectionShifts)
  /** Flipped axes, in z, y, x order. */
  | { readonly kind: "mirror"; readonly axes: readonly AxisName[] }
  /** `order[i]` is the world axis that output axis i runs along before mirroring. */
  | { readonly kind: "transpose"; readonly order: Vec3 }
  | ({ readonly kind: "elastic" } & DrawnElastic)
  /** Factors along z, y, x. */
  | { readonly kind: "magnification"; readonly factors: Vec3 }
  /** Nanometres moved per nanometre, rows the axis that moves; the diagonal is 1. */
  | { readonly kind: "shear"; readonly matrix: Mat3 }
  /** Degrees about z, y, x. */
  | { readonly kind: "rotate"; readonly degrees: Vec3 }
  /** Nanometres. */
  | { readonly kind: "translate"; readonly offset: Vec3 };

/** Everything that was drawn for one sample, as plain JSON; the same gives the same map again. */
export type DrawnSpatial = readonly DrawnOperation[];

/** The pull matrix in two parts: `linear · turn`, and between them an elastic field acts. */
export interface SpatialParts {
  /** `rotate · shear · diag(1 / magnification)`. */
  readonly linear: Mat3;
  /** `transpose · mirror`. */
  readonly turn: Mat3;
}

/** Composes what was drawn; several of one kind multiply in their order. */
export function spatialParts(drawn: DrawnSpatial): SpatialParts {
  const scaled = multiply(product(drawn, "shear"), product(drawn, "magnification"));
  return {
    linear: multiply(product(drawn, "rotate"), scaled),
    turn: multiply(product(drawn, "transpose"), product(drawn, "mirror")),
  };
}

/**
 * The pull matrix `rotate · shear · diag(1 / magnification) · transpose · mirror` (rightmost first) of what was drawn, rows
 * and columns z, y, x. It acts on physical offsets from the patch centre, so anisotropic voxels never shear.
 */
export function spatialMatrix(drawn: DrawnSpatial): Mat3 {
  const { linear, turn } = spatialParts(drawn);
  return withoutNegativeZero(multiply(linear, turn));
}

/** JSON has no -0, and provenance read back from it is to be the same. */
function withoutNegativeZero(matrix: Mat3): Mat3 {
  const row = (i: 0 | 1 | 2): Vec3 => map3((j) => matrix[i][j] + 0);
  return [row(0), row(1), row(2)];
}

function product(drawn: DrawnSpatial, kind: DrawnOperation["kind"]): Mat3 {
  return drawn
    .filter((each) => each.kind === kind)
    .reduce((all, each) => multiply(all, matrixOf(each)), identity);
}

function matrixOf(drawn: DrawnOperation): Mat3 {
  switch (drawn.kind) {
    case "mirror":
      return diagonal(map3((i) => (drawn.axes.includes((["z", "y", "x"] as const)[i]) ? -1 : 1)));
    case "transpose": {
      const row = (world: number): Vec3 => map3((output) => (drawn.order[output] === world ? 1 : 0));
      return [row(0), row(1), row(2)];
    }
    case "magnification":
      return diagonal(map3((i) => 1 / drawn.factors[i]));
    case "shear":
      return drawn.matrix;
    case "rotate":
      return rotation(drawn.degrees);
    default:
      return identity;
  }
}

function diagonal([z, y, x]: Vec3): Mat3 {
  return [
    [z, 0, 0],
    [0, y, 0],
    [0, 0, x],
  ];
}
