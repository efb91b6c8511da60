/** Drawn spatial parameters → the one map that a sample is gathered through. */
import { rotation } from "../math/rotation.js";
import { identity, map3, multiply } from "../math/vec.js";
import type { PatchWarp, SectionShifts } from "../plan/warp.js";
import type { AxisName, Mat3, Vec3 } from "../types.js";
import { type DrawnElastic, elasticField } from "./elastic.js";

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

/** `world = center + translation + matrix · o` for an offset o from the patch centre, but for the warp. */
export interface SpatialMap {
  readonly matrix: Mat3;
  /** Nanometres. */
  readonly translation: Vec3;
  /** Null for affine maps. */
  readonly warp: PatchWarp | null;
}

/**
 * Composes what was drawn. The pull matrix is `rotate · shear · diag(1 / magnification) · transpose · mirror`
 * (rightmost first), rows and columns z, y, x; several of one kind multiply in their order. It acts on physical
 * offsets from the patch centre, so anisotropic voxels never shear.
 */
export function spatialMap(drawn: DrawnSpatial): SpatialMap {
  const turn = multiply(product(drawn, "transpose"), product(drawn, "mirror"));
  const linear = multiply(
    product(drawn, "rotate"),
    multiply(product(drawn, "shear"), product(drawn, "magnification")),
  );
  const translations = drawn.filter((each) => each.kind === "translate");
  const elastic = drawn.find((each) => each.kind === "elastic");
  const sections = drawn.filter((each) => each.kind === "sections");
  const [first] = sections;
  const isAffine = elastic === undefined && first === undefined;
  return {
    matrix: withoutNegativeZero(multiply(linear, turn)),
    translation: map3((i) => translations.reduce((sum, { offset }) => sum + offset[i], 0)),
    warp: isAffine
      ? null
      : {
          turn,
          linear,
          elastic: elastic === undefined ? null : elasticField(elastic),
          sections: first === undefined ? null : { ...first, moves: sections.flatMap(({ moves }) => moves) },
        },
  };
}

/** The pull matrix of {@link spatialMap}. */
export function spatialMatrix(drawn: DrawnSpatial): Mat3 {
  return spatialMap(drawn.filter(({ kind }) => kind !== "elastic" && kind !== "sections")).matrix;
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
