/**
 * Coordinate transformations of OME-NGFF: 0.4 and 0.5 (identity, scale, translation) and 0.6 (also rotation, affine,
 * mapAxis, sequence), composed to one map from voxel indices to the axes' units.
 *
 * Source: the OME-NGFF specifications 0.4, 0.5 and RFC 5.
 */
import { isObject } from "./json.js";
import { invalidMember, memberOf, unsupportedMember } from "./pointer.js";

/** Row i gives output axis i as a sum over input axes; `offset` is added. */
export interface AxisMap {
  readonly matrix: readonly (readonly number[])[];
  readonly offset: readonly number[];
}

/** A map that moves and stretches axes, and at most swaps them: what a pyramid level can have. */
export interface AxisScaling {
  /** Input axis that output axis i comes from. */
  readonly from: readonly number[];
  /** Per output axis; positive. */
  readonly scale: readonly number[];
  /** Per output axis. */
  readonly translation: readonly number[];
}

/** No chain of transformations is longer. */
const MAX_TRANSFORMS = 64;

/**
 * Parses a list of transformations, applied in order; absent ones are the identity.
 *
 * @throws `invalid-metadata`, or `unsupported` for other types and for parameters in files of their own.
 */
export function parseTransforms(value: unknown, rank: number, place: string): AxisMap {
  if (value === undefined || value === null) return identityMap(rank);
  if (!Array.isArray(value) || value.length > MAX_TRANSFORMS) {
    throw invalidMember(place, `a list of at most ${MAX_TRANSFORMS} transformations`, value);
  }
  return value.reduce<AxisMap>(
    (map, transform: unknown, i) => compose(parseTransform(transform, rank, memberOf(place, i)), map),
    identityMap(rank),
  );
}

/** `second ∘ first`. */
export function compose(second: AxisMap, first: AxisMap): AxisMap {
  const matrix = second.matrix.map((row) =>
    row.map((_, column) =>
      dot(
        row,
        first.matrix.map((inner) => inner[column]!),
      ),
    ),
  );
  const offset = second.matrix.map((row, axis) => dot(row, first.offset) + second.offset[axis]!);
  return { matrix, offset };
}

/**
 * A map as a swap, a stretch and a move of axes.
 *
 * @throws `unsupported` for maps that turn, shear or mirror; `invalid-metadata` for maps that are not finite or lose an axis.
 */
export function scalingOf({ matrix, offset }: AxisMap, place: string): AxisScaling {
  const from = matrix.map((row) => row.findIndex((factor) => factor !== 0));
  const isSound = [...matrix.flat(), ...offset].every(Number.isFinite);
  if (!isSound || from.includes(-1)) {
    throw invalidMember(place, "a transformation with finite numbers that keeps every axis apart", matrix);
  }
  const isSwap =
    new Set(from).size === from.length && matrix.every((row) => row.filter((n) => n !== 0).length === 1);
  const scale = matrix.map((row, axis) => row[from[axis]!]!);
  if (!isSwap || scale.some((factor) => factor < 0)) {
    throw unsupportedMember(
      place,
      "a stored image may be scaled, moved and have its axes swapped, but not turned, sheared or mirrored as a whole " +
        "(turn the patches instead, or resample the image)",
      matrix,
    );
  }
  return { from, scale, translation: offset };
}

function identityMap(rank: number): AxisMap {
  return diagonalMap(new Array<number>(rank).fill(1), new Array<number>(rank).fill(0));
}

function diagonalMap(scale: readonly number[], offset: readonly number[]): AxisMap {
  return { matrix: scale.map((factor, axis) => scale.map((_, i) => (i === axis ? factor : 0))), offset };
}

function parseTransform(transform: unknown, rank: number, place: string): AxisMap {
  if (!isObject(transform)) throw invalidMember(place, "a transformation", transform);
  const { type } = transform;
  if (transform.path !== undefined) {
    throw unsupportedMember(place, "the numbers of a transformation must stand in the metadata", transform);
  }
  const at = (name: string) => memberOf(place, name);
  const zeros = new Array<number>(rank).fill(0);
  switch (type) {
    case "identity":
      return identityMap(rank);
    case "scale":
      return diagonalMap(parseScale(transform.scale, rank, at("scale")), zeros);
    case "translation": {
      const offset = parseNumbers(transform.translation, rank, at("translation"));
      return { ...identityMap(rank), offset };
    }
    case "mapAxis":
      return parseMapAxis(transform.mapAxis, rank, at("mapAxis"));
    case "rotation":
      return { matrix: parseRotation(transform.rotation, rank, at("rotation")), offset: zeros };
    case "affine": {
      const rows = parseMatrix(transform.affine, rank, rank + 1, at("affine"));
      return { matrix: rows.map((row) => row.slice(0, rank)), offset: rows.map((row) => row[rank]!) };
    }
    case "sequence":
      if (!Array.isArray(transform.transformations)) {
        throw invalidMember(at("transformations"), "a list", transform.transformations);
      }
      return parseTransforms(transform.transformations, rank, at("transformations"));
    default:
      throw unsupportedMember(
        at("type"),
        "transformations may be identity, scale, translation, rotation, affine, mapAxis or sequence",
        type,
      );
  }
}

function parseScale(value: unknown, rank: number, place: string): readonly number[] {
  const numbers = parseNumbers(value, rank, place);
  if (numbers.every((factor) => factor > 0)) return numbers;
  throw invalidMember(place, `${rank} positive numbers, one per axis`, value);
}

function parseNumbers(value: unknown, count: number, place: string): readonly number[] {
  if (Array.isArray(value) && value.length === count && value.every(Number.isFinite)) return value;
  throw invalidMember(place, `${count} numbers`, value);
}

function parseMatrix(value: unknown, rows: number, columns: number, place: string): (readonly number[])[] {
  if (!Array.isArray(value) || value.length !== rows) {
    throw invalidMember(place, `${rows} rows of ${columns} numbers`, value);
  }
  return value.map((row: unknown, i) => parseNumbers(row, columns, memberOf(place, i)));
}

/** Output axis i is input axis `value[i]`. */
function parseMapAxis(value: unknown, rank: number, place: string): AxisMap {
  const axes = parseNumbers(value, rank, place);
  if (!axes.every((_, axis) => axes.includes(axis))) {
    throw invalidMember(place, `a permutation of the axes 0 to ${rank - 1}`, value);
  }
  const matrix = axes.map((axis) => axes.map((_, input) => (input === axis ? 1 : 0)));
  return { matrix, offset: new Array<number>(rank).fill(0) };
}

/** Rows of length one at right angles to each other. */
function parseRotation(value: unknown, rank: number, place: string): (readonly number[])[] {
  const matrix = parseMatrix(value, rank, rank, place);
  const isOrthonormal = matrix.every((a, i) =>
    matrix.every((b, j) => Math.abs(dot(a, b) - (i === j ? 1 : 0)) < 1e-6),
  );
  if (!isOrthonormal) throw invalidMember(place, "a rotation: rows of length 1 at right angles", value);
  // The cosine of a right angle is rarely written as 0.
  return matrix.map((row) => row.map((n) => (Math.abs(n - Math.round(n)) < 1e-9 ? Math.round(n) : n)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, factor, i) => sum + (factor === 0 ? 0 : factor * b[i]!), 0);
}
