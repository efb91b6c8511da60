/** Counts the label voxels of a brick: present, absent, unknown. */
import { halfToFloat } from "../math/half.js";
import { words32 } from "../plan/ids.js";
import type { LabelCodes } from "../plan/reads.js";
import type { BrickDType, Vec3 } from "../types.js";
import { brickItemSize } from "../zarr/metadata.js";

export interface CountRequest {
  readonly dtype: BrickDType;
  readonly brickShape: Vec3;
  /** Voxel of the volume that is the brick's first, z, y, x. */
  readonly first: Vec3;
  /** Voxels of the brick to count, z, y, x: from (inside) to (outside); what lies beyond them is padding. */
  readonly from: Vec3;
  readonly to: Vec3;
  readonly codes: LabelCodes;
  /** Shape of the cells to count apart, in voxels; cells begin at multiples of it in the volume. */
  readonly cell: Vec3;
}

/** Counts per cell, C order z, y, x over the cells that the counted voxels touch. */
export interface LabelCounts {
  /** First cell, and number of cells per axis. */
  readonly cellMin: Vec3;
  readonly cellShape: Vec3;
  /** Voxels that are neither 0, absent nor unknown. */
  readonly present: Uint32Array;
  /** Voxels that are unknown by their code (or NaN). */
  readonly unknown: Uint32Array;
  /** Voxels counted. */
  readonly voxels: Uint32Array;
}

/**
 * Counts the voxels of a brick.
 *
 * @param bytes the brick, C order z, y, x, little-endian; any alignment
 * @returns new arrays; absent voxels are the rest: `voxels - present - unknown`
 */
export function countLabels(bytes: Uint8Array, request: CountRequest): LabelCounts {
  const { brickShape, first, from, to, cell } = request;
  const at = (axis: 0 | 1 | 2, voxel: number): number => Math.floor((first[axis] + voxel) / cell[axis]);
  const cellMin: Vec3 = [at(0, from[0]), at(1, from[1]), at(2, from[2])];
  const cellEnd: Vec3 = [at(0, to[0] - 1) + 1, at(1, to[1] - 1) + 1, at(2, to[2] - 1) + 1];
  const cellShape: Vec3 = [cellEnd[0] - cellMin[0], cellEnd[1] - cellMin[1], cellEnd[2] - cellMin[2]];
  const cells = cellShape[0] * cellShape[1] * cellShape[2];
  const present = new Uint32Array(cells);
  const unknown = new Uint32Array(cells);
  const voxels = new Uint32Array(cells);
  const kindAt = classifier(bytes, request.dtype, request.codes);
  for (let z = from[0]; z < to[0]; z++) {
    const plane = (at(0, z) - cellMin[0]) * cellShape[1];
    for (let y = from[1]; y < to[1]; y++) {
      const line = (plane + at(1, y) - cellMin[1]) * cellShape[2] - cellMin[2];
      const row = (z * brickShape[1] + y) * brickShape[2];
      for (let x = from[2]; x < to[2]; ) {
        const column = at(2, x);
        const end = Math.min(to[2], (column + 1) * cell[2] - first[2]);
        const into = line + column;
        voxels[into]! += end - x;
        for (; x < end; x++) {
          const kind = kindAt(row + x);
          if (kind === PRESENT) present[into]!++;
          else if (kind === UNKNOWN) unknown[into]!++;
        }
      }
    }
  }
  return { cellMin, cellShape, present, unknown, voxels };
}

const ABSENT = 0;
const PRESENT = 1;
const UNKNOWN = 2;
type Kind = typeof ABSENT | typeof PRESENT | typeof UNKNOWN;

function classifier(bytes: Uint8Array, dtype: BrickDType, codes: LabelCodes): (voxel: number) => Kind {
  if (dtype === "uint64" || dtype === "int64") return classifier64(bytes, codes);
  const { absent, unknown } = codes;
  const values = brickValues(bytes, dtype);
  const isHalf = dtype === "float16";
  return (voxel) => {
    const value = isHalf ? halfToFloat(values[voxel]!) : values[voxel]!;
    if (value === unknown || Number.isNaN(value)) return UNKNOWN;
    return value === 0 || value === absent ? ABSENT : PRESENT;
  };
}

function classifier64(bytes: Uint8Array, { absent, unknown }: LabelCodes): (voxel: number) => Kind {
  const words = words32(bytes);
  const split = (code: number | null): readonly [low: number, high: number] => {
    // No word is -1, so what has no code equals nothing.
    if (code === null) return [-1, -1];
    const bits = BigInt.asUintN(64, BigInt(code));
    return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
  };
  const [unknownLow, unknownHigh] = split(unknown);
  const [absentLow, absentHigh] = split(absent);
  return (voxel) => {
    const low = words[2 * voxel]!;
    const high = words[2 * voxel + 1]!;
    if (low === unknownLow && high === unknownHigh) return UNKNOWN;
    return (low === 0 && high === 0) || (low === absentLow && high === absentHigh) ? ABSENT : PRESENT;
  };
}

function brickValues(bytes: Uint8Array, dtype: Exclude<BrickDType, "uint64" | "int64">) {
  const aligned = bytes.byteOffset % brickItemSize[dtype] === 0 ? bytes : bytes.slice();
  const Values = {
    uint8: Uint8Array,
    int8: Int8Array,
    uint16: Uint16Array,
    int16: Int16Array,
    float16: Uint16Array,
    uint32: Uint32Array,
    int32: Int32Array,
    float32: Float32Array,
  }[dtype];
  return new Values(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / brickItemSize[dtype],
  );
}
