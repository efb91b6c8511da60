/** Drawn spatial parameters → the one map that a sample is gathered through. */
import { map3 } from "../math/vec.js";
import type { PatchWarp } from "../plan/warp.js";
import type { Mat3, Vec3 } from "../types.js";
import { elasticField } from "./elastic.js";
import { type DrawnSpatial, spatialMatrix, spatialParts } from "./spatial-matrix.js";

/** `world = center + translation + matrix · o` for an offset o from the patch centre, but for the warp. */
export interface SpatialMap {
  readonly matrix: Mat3;
  /** Nanometres. */
  readonly translation: Vec3;
  /** Null for affine maps. */
  readonly warp: PatchWarp | null;
}

/** Composes what was drawn. */
export function spatialMap(drawn: DrawnSpatial): SpatialMap {
  const { linear, turn } = spatialParts(drawn);
  const translations = drawn.filter((each) => each.kind === "translate");
  const elastic = drawn.find((each) => each.kind === "elastic");
  const sections = drawn.filter((each) => each.kind === "sections");
  const [first] = sections;
  const isAffine = elastic === undefined && first === undefined;
  return {
    matrix: spatialMatrix(drawn),
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
