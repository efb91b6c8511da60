/** Warps: what moves the voxels of a patch beside its matrix, from physical terms to those of one read. */
import { map3, multiply, multiplyVector } from "../math/vec.js";
import type { Mat3, Vec3 } from "../types.js";
import { turnView, type View } from "./view.js";

/** Displacements on a grid of control points, between which a cubic B-spline interpolates. */
export interface ElasticField {
  /** Control points per axis, z, y, x; the grid is centred on the patch. */
  readonly shape: Vec3;
  /** Nanometres from one control point to the next. */
  readonly spacing: Vec3;
  /** Nanometres along z, y, x of each control point in turn, C order. */
  readonly displacements: Float32Array;
}

/** Sections of the patch that lie shifted. */
export interface SectionShifts {
  /** Axis of the output that the sections follow each other along. */
  readonly axis: 0 | 1 | 2;
  /** Nanometres per section. Section n reaches from `n · thickness` to `(n + 1) · thickness` from the centre. */
  readonly thicknessNm: number;
  readonly moves: readonly SectionMove[];
}

/** One section shows what lies `offset` further. */
export interface SectionMove {
  readonly section: number;
  /** Whether all following sections move too. */
  readonly following: boolean;
  /** Nanometres, z, y, x of the output; 0 along the section axis. */
  readonly offset: Vec3;
}

/**
 * The warp of a patch in nanometres, the same for every array of a sample:
 * `world = center + linear · (q + u(q))` with `q = turn · (o + shift(section of o))`, where o is the offset of
 * an output voxel from the patch centre and u the elastic field.
 */
export interface PatchWarp {
  /** Signed permutation of the axes: output → frame of the elastic field. */
  readonly turn: Mat3;
  /** Frame of the elastic field → world. */
  readonly linear: Mat3;
  readonly sections: SectionShifts | null;
  readonly elastic: ElasticField | null;
}

/**
 * The warp of one read, in stored voxels: output voxel k is sampled at
 * `base + matrix · k + offset + d(k)` with `d(k) = sections[k] + u(first + step ⊙ k + lattice[k])`.
 *
 * Samples that are averaged for one output voxel share its displacement: within a voxel the warp is taken
 * for the shift it is at the voxel's centre.
 */
export interface ReadWarp {
  readonly sections: ReadSections | null;
  readonly elastic: ReadElastic | null;
  /** Bounds of the displacement, stored voxels z, y, x. */
  readonly low: Vec3;
  readonly high: Vec3;
}

export interface ReadSections {
  readonly axis: 0 | 1 | 2;
  /** Per output voxel along the axis: its shift in stored voxels, then in control points; z, y, x each. */
  readonly shifts: Float32Array;
}

/** Control points along the axes of the output; beyond the grid its outermost ones repeat. */
export interface ReadElastic {
  /** Place of output voxel (0, 0, 0) on the grid. */
  readonly first: Vec3;
  /** Control points per output voxel. */
  readonly step: Vec3;
  readonly shape: Vec3;
  /** Stored voxels along z, y, x of each control point in turn, C order. */
  readonly displacements: Float32Array;
}

/** The warp of a patch that lies as `view` says: sections and displacements stay where they are in the world. */
export function warpInView({ turn, linear, sections, elastic }: PatchWarp, view: View): PatchWarp {
  const lying = sections && {
    ...sections,
    axis: view.indexOf(sections.axis) as 0 | 1 | 2,
    moves: sections.moves.map((move) => ({
      ...move,
      offset: map3((i) => move.offset[view[i] as 0 | 1 | 2]),
    })),
  };
  return { turn: turnView(turn, view), linear, sections: lying, elastic };
}

/**
 * Puts a warp into the terms of one read.
 *
 * @param shape output voxels
 * @param scale nanometres per output voxel
 * @param voxelSizeNm of the level that is read
 */
export function planWarp(warp: PatchWarp, shape: Vec3, scale: Vec3, voxelSizeNm: Vec3): ReadWarp {
  const { turn, linear } = warp;
  const toVoxels = map3Rows((i) => map3((j) => linear[i][j] / voxelSizeNm[i]));
  const elastic = warp.elastic && readElastic(warp.elastic, turn, toVoxels, shape, scale);
  const spacing = warp.elastic && turned(warp.elastic.spacing, turn);
  const sections =
    warp.sections && readSections(warp.sections, multiply(toVoxels, turn), spacing, shape, scale);
  const bounds = [
    ...(elastic === null ? [] : [boundsOf(elastic.displacements, 3)]),
    ...(sections === null ? [] : [boundsOf(sections.shifts, 6)]),
  ];
  const sum = (end: 0 | 1) => map3((i) => bounds.reduce((total, each) => total + each[end][i], 0));
  return { sections, elastic, low: sum(0), high: sum(1) };
}

/** The warp of a part of a read: output voxels `from ≤ k < from + length` along one axis. */
export function warpOfSlab(warp: ReadWarp, axis: 0 | 1 | 2, from: number, length: number): ReadWarp {
  const { sections, elastic } = warp;
  const moved = elastic && {
    ...elastic,
    first: map3((i) => elastic.first[i] + (i === axis ? elastic.step[i] * from : 0)),
  };
  const cut =
    sections?.axis === axis
      ? { axis, shifts: sections.shifts.slice(6 * from, 6 * (from + length)) }
      : sections;
  return { ...warp, sections: cut, elastic: moved };
}

function map3Rows(row: (i: 0 | 1 | 2) => Vec3): Mat3 {
  return [row(0), row(1), row(2)];
}

/** Per output axis, what a per-axis quantity of the turned frame is. */
function turned(values: Vec3, turn: Mat3): Vec3 {
  return map3((out) => values[axisOf(turn, out)]);
}

/** The axis of the turned frame that an output axis runs along. */
function axisOf(turn: Mat3, out: 0 | 1 | 2): 0 | 1 | 2 {
  return turn[0][out] !== 0 ? 0 : turn[1][out] !== 0 ? 1 : 2;
}

function readElastic(
  field: ElasticField,
  turn: Mat3,
  toVoxels: Mat3,
  patchShape: Vec3,
  scale: Vec3,
): ReadElastic {
  const shape = turned(field.shape, turn);
  const step = map3((i) => scale[i] / field.spacing[axisOf(turn, i)]);
  // The grid is centred, so a flipped axis counts its control points from the other end.
  const first = map3((i) => (shape[i] - 1) / 2 - (step[i] * (patchShape[i] - 1)) / 2);
  const displacements = new Float32Array(field.displacements.length);
  const at: [number, number, number] = [0, 0, 0];
  let to = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, to += 3) {
        const k: Vec3 = [z, y, x];
        for (const out of [0, 1, 2] as const) {
          const axis = axisOf(turn, out);
          at[axis] = turn[axis][out] < 0 ? shape[out] - 1 - k[out] : k[out];
        }
        const from = 3 * ((at[0] * field.shape[1] + at[1]) * field.shape[2] + at[2]);
        const [dz, dy, dx] = field.displacements.subarray(from, from + 3);
        displacements.set(multiplyVector(toVoxels, [dz!, dy!, dx!]), to);
      }
    }
  }
  return { first, step, shape, displacements };
}

/** Voxels within this part of a section of the next one belong to it: extents are sums of decimal fractions. */
const sectionTolerance = 1e-6;

function readSections(
  { axis, thicknessNm, moves }: SectionShifts,
  toVoxels: Mat3,
  spacing: Vec3 | null,
  shape: Vec3,
  scale: Vec3,
): ReadSections {
  const shifts = new Float32Array(6 * shape[axis]);
  for (let k = 0; k < shape[axis]; k++) {
    const fromCenter = (k - (shape[axis] - 1) / 2) * scale[axis];
    const section = Math.floor(fromCenter / thicknessNm + sectionTolerance);
    const moved = moves.filter(
      (move) => move.section === section || (move.following && move.section < section),
    );
    const offset = map3((i) => moved.reduce((sum, move) => sum + move.offset[i], 0));
    shifts.set(multiplyVector(toVoxels, offset), 6 * k);
    if (spacing !== null)
      shifts.set(
        map3((i) => offset[i] / spacing[i]),
        6 * k + 3,
      );
  }
  return { axis, shifts };
}

/** Smallest and largest of each component; a B-spline stays within those of its control points. */
function boundsOf(values: Float32Array, stride: number): readonly [low: Vec3, high: Vec3] {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let at = 0; at < values.length; at += stride) {
    for (let i = 0; i < 3; i++) {
      low[i] = Math.min(low[i]!, values[at + i]!);
      high[i] = Math.max(high[i]!, values[at + i]!);
    }
  }
  return [low, high];
}
