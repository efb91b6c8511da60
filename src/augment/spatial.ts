/** Spatial transforms as plain JSON: what a user writes, and the factories that write it. */
import type { AxisName, Vec3 } from "../types.js";
import type { ParameterRange } from "./range.js";

export const axisNames: readonly AxisName[] = ["z", "y", "x"];

/** Something per axis; axes that are left out stay as they are. */
export type PerAxis<T> = Readonly<Partial<Record<AxisName, T>>>;

interface Chance {
  /** Probability that the operation is applied at all. Default 1. */
  readonly p?: number;
}

/** Flips: probability in [0, 1] per axis. */
export interface MirrorSpec extends Chance {
  readonly axes: PerAxis<number>;
}

/** A random permutation of the listed axes (all orders equally likely). */
export interface TransposeSpec extends Chance {
  readonly axes: readonly AxisName[];
}

/** One of the 48 symmetries of the cube, all equally likely; values come through unchanged. */
export type CubeSpec = Chance;

/** A random view, for slices: shapes such as [1, 256, 256]. */
export interface Random2dSpec extends Chance {
  /**
   * `orthogonal` (default): the patch's z axis runs along z, y or x, equally likely, the others following in turn.
   * `oblique`: turned by a rotation that is uniform over all of them.
   */
  readonly view?: "orthogonal" | "oblique";
}

/** A smooth random deformation: a cubic B-spline between displaced control points. */
export interface ElasticSpec extends Chance {
  /** Nanometres from one control point to the next; one number, or z, y, x of the frame before the affine part. */
  readonly spacing: number | Vec3;
  /**
   * Standard deviation of the control points' displacements along each axis, nanometres; at most 0.2 × spacing. They
   * sum to 0 over the patch, and are scaled down together where one exceeds 0.4 × spacing, so that nothing folds.
   */
  readonly sigma: ParameterRange;
  /** Axes along which points are displaced. Default: all three. */
  readonly axes?: readonly AxisName[];
}

/** Above 1 objects become larger. `range` for all axes alike, or a range per axis. */
export interface MagnificationSpec extends Chance {
  readonly range?: ParameterRange;
  readonly axes?: PerAxis<ParameterRange>;
}

/** The axis that moves, then the axis along which it moves ever further. */
export type ShearAxes = "zy" | "zx" | "yz" | "yx" | "xz" | "xy";

/** Nanometres moved per nanometre: `{ yx: 0.1 }` reads y from `y + 0.1 x`. Per moved axis they stay below 1 together. */
export interface ShearSpec extends Chance {
  readonly axes: Readonly<Partial<Record<ShearAxes, ParameterRange>>>;
}

/** Rotation about each named axis in degrees, right-handed: Rz turns x toward y; or `so3`: uniform over all rotations. */
export interface RotateSpec extends Chance {
  readonly axes?: PerAxis<ParameterRange>;
  readonly so3?: boolean;
}

/** Moves the centre by nanometres along each named axis, never beyond the legal centres. */
export interface TranslateSpec extends Chance {
  readonly axes: PerAxis<ParameterRange>;
}

/** Misaligned sections: each is chosen with probability `rate`. */
export interface SectionSpec extends Chance {
  /** Nanometres along each of the two other axes, drawn apart: the section shows what lies so much further. */
  readonly offset: ParameterRange;
  /** Thickness of a section, nanometres. Sections are counted from the patch centre. */
  readonly thickness: number;
  /** Axis of the patch that sections follow each other along. Default `z`. */
  readonly axis?: AxisName;
  /** Default 0.05. */
  readonly rate?: number;
}

/** Kind → what it is described by. The object form of `spatialTransforms` has these keys. */
export interface SpatialSpecs {
  /** One section moves. */
  readonly slip: SectionSpec;
  /** A section and all that follow move. */
  readonly shift: SectionSpec;
  readonly mirror: MirrorSpec;
  readonly transpose: TransposeSpec;
  readonly cube: CubeSpec;
  readonly random2d: Random2dSpec;
  readonly elastic: ElasticSpec;
  readonly magnification: MagnificationSpec;
  readonly shear: ShearSpec;
  readonly rotate: RotateSpec;
  readonly translate: TranslateSpec;
}

export type SpatialKind = keyof SpatialSpecs;

/** One operation of the list form. */
export type SpatialOperation = { [K in SpatialKind]: { readonly kind: K } & SpatialSpecs[K] }[SpatialKind];

/**
 * What `createLoader` takes: an object with one description per kind (cellmap-data's form), or a list.
 *
 * The order of the kinds is fixed, whatever the order they are written in. In the pull direction, from an output
 * voxel to the volume: slip, shift → mirror → transpose, cube, random2d → elastic → magnification → shear →
 * rotate → translate. All of it is one map, and each voxel is gathered once. Several of one kind multiply: of those
 * the first of the list acts on the image first.
 */
export type SpatialTransforms = Readonly<Partial<SpatialSpecs>> | readonly SpatialOperation[];

/** Writes the operations of the list form. */
export const spatial = {
  slip: (spec: SectionSpec) => ({ kind: "slip", ...spec }) as const,
  shift: (spec: SectionSpec) => ({ kind: "shift", ...spec }) as const,
  mirror: (spec: MirrorSpec) => ({ kind: "mirror", ...spec }) as const,
  transpose: (spec: TransposeSpec) => ({ kind: "transpose", ...spec }) as const,
  cube: (spec: CubeSpec = {}) => ({ kind: "cube", ...spec }) as const,
  random2d: (spec: Random2dSpec = {}) => ({ kind: "random2d", ...spec }) as const,
  elastic: (spec: ElasticSpec) => ({ kind: "elastic", ...spec }) as const,
  magnification: (spec: MagnificationSpec) => ({ kind: "magnification", ...spec }) as const,
  shear: (spec: ShearSpec) => ({ kind: "shear", ...spec }) as const,
  rotate: (spec: RotateSpec) => ({ kind: "rotate", ...spec }) as const,
  translate: (spec: TranslateSpec) => ({ kind: "translate", ...spec }) as const,
};

/** Every kind, in the pull direction; the place of a kind also names its random numbers. */
export const spatialKinds = Object.freeze([
  "slip",
  "shift",
  "mirror",
  "transpose",
  "cube",
  "random2d",
  "elastic",
  "magnification",
  "shear",
  "rotate",
  "translate",
] as const satisfies readonly SpatialKind[]);
