/**
 * Spatial transforms: a plain-JSON description, drawn per sample into one 3×3 pull matrix (output → world).
 *
 * The description takes cellmap-data's own form, so that one configuration drives both.
 */

import type { Draw } from "../math/rng.js";
import { identity, multiply } from "../math/vec.js";
import type { AxisName, Mat3, Vec3 } from "../types.js";

/** Flips: probability in [0, 1] per axis. */
export interface MirrorSpec {
  readonly axes: Readonly<Partial<Record<AxisName, number>>>;
}

/** A random permutation of the listed axes (all orders equally likely). */
export interface TransposeSpec {
  readonly axes: readonly AxisName[];
}

/** Rotation about each named axis, degrees, uniform in [lo, hi]; right-handed: Rz turns x toward y. */
export interface RotateSpec {
  readonly axes: Readonly<Partial<Record<AxisName, readonly [lo: number, hi: number]>>>;
}

export interface SpatialTransforms {
  readonly mirror?: MirrorSpec;
  readonly transpose?: TransposeSpec;
  readonly rotate?: RotateSpec;
}

/** What was drawn for one sample; feeding it to {@link spatialMatrix} gives the same matrix again. */
export interface DrawnSpatial {
  /** Flipped axes, in z, y, x order. */
  readonly mirror: readonly AxisName[];
  /** `transpose[i]` is the world axis that output axis i runs along before mirroring. */
  readonly transpose: Vec3;
  /** Degrees about z, y, x. */
  readonly rotate: Vec3;
}

export const axisNames: readonly AxisName[] = ["z", "y", "x"];

/** Nothing flipped, permuted or turned. */
export const unchanged: DrawnSpatial = { mirror: [], transpose: [0, 1, 2], rotate: [0, 0, 0] };

/** Draws one sample's parameters; every transform consumes a fixed number of draws, whatever comes out. */
export function drawSpatial(spec: SpatialTransforms, draw: Draw): DrawnSpatial {
  const flips = axisNames.map((axis) => draw() < (spec.mirror?.axes[axis] ?? 0));
  const mirror = axisNames.filter((_, i) => flips[i]);
  const transpose = [0, 1, 2];
  const listed = axisNames.flatMap((axis, i) => (spec.transpose?.axes.includes(axis) ? [i] : []));
  for (let i = 2; i > 0; i--) {
    const u = draw();
    if (i >= listed.length) continue;
    const j = Math.floor(u * (i + 1));
    const [a, b] = [listed[i]!, listed[j]!];
    [transpose[a], transpose[b]] = [transpose[b]!, transpose[a]!];
  }
  const rotate = axisNames.map((axis) => {
    const [lo, hi] = spec.rotate?.axes[axis] ?? [0, 0];
    return lo + draw() * (hi - lo);
  });
  return { mirror, transpose: transpose as unknown as Vec3, rotate: rotate as unknown as Vec3 };
}

/**
 * The pull matrix `Rz · Ry · Rx · transpose · mirror` (rightmost first), rows and columns z, y, x.
 *
 * It acts on physical offsets from the patch centre, so anisotropic voxels never shear.
 */
export function spatialMatrix(drawn: DrawnSpatial): Mat3 {
  const flip = (axis: AxisName): number => (drawn.mirror.includes(axis) ? -1 : 1);
  const mirror: Mat3 = [
    [flip("z"), 0, 0],
    [0, flip("y"), 0],
    [0, 0, flip("x")],
  ];
  const transposeRow = (world: number): Vec3 => {
    const at = (output: 0 | 1 | 2): number => (drawn.transpose[output] === world ? 1 : 0);
    return [at(0), at(1), at(2)];
  };
  const permuted: Mat3 = [transposeRow(0), transposeRow(1), transposeRow(2)];
  return multiply(rotation(drawn.rotate), multiply(permuted, mirror));
}

/** `Rz · Ry · Rx` for degrees about z, y and x; exact at multiples of 90°. */
export function rotation([z, y, x]: Vec3): Mat3 {
  const [cz, sz] = cosSin(z);
  const [cy, sy] = cosSin(y);
  const [cx, sx] = cosSin(x);
  // In z, y, x order: Rz turns x toward y, Ry turns z toward x, Rx turns y toward z.
  const aboutZ: Mat3 = [
    [1, 0, 0],
    [0, cz, sz],
    [0, -sz, cz],
  ];
  const aboutY: Mat3 = [
    [cy, 0, -sy],
    [0, 1, 0],
    [sy, 0, cy],
  ];
  const aboutX: Mat3 = [
    [cx, sx, 0],
    [-sx, cx, 0],
    [0, 0, 1],
  ];
  return [z, y, x].every((angle) => angle === 0) ? identity : multiply(aboutZ, multiply(aboutY, aboutX));
}

function cosSin(degrees: number): readonly [cos: number, sin: number] {
  const quarter = degrees / 90;
  if (Number.isInteger(quarter)) {
    const turn = ((quarter % 4) + 4) % 4;
    return [[1, 0, -1, 0][turn]!, [0, 1, 0, -1][turn]!];
  }
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}
