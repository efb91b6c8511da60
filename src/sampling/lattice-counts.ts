/** Present voxels of a class on the lattice that the rendered target patches of one grid share, in cells. */
import type { LabelCounts } from "../cpu/count.js";
import type { CellCounts } from "../engine/cell-counts.js";
import type { ImageRead } from "../engine/cpu-backend.js";
import { elementCount, map3 } from "../math/vec.js";
import type { Vec3 } from "../types.js";
import type { Preparation } from "./preparation.js";

/** A lattice point per target voxel that any patch of the grid reads; all in z, y, x. */
export interface TargetLattice {
  readonly read: ImageRead;
  /** Points along each axis. */
  readonly shape: Vec3;
  /** Points of a patch, and from one position to the next. */
  readonly patch: Vec3;
  readonly stride: Vec3;
  /** Positions along each axis. */
  readonly positions: Vec3;
}

/** Counts a class on a lattice in the workers; once per engine, whoever asks. @throws what reading throws */
export async function countLattice(
  lattice: TargetLattice,
  edge: number,
  { engine, signal, onProgress }: Preparation,
): Promise<CellCounts> {
  const { read, shape } = lattice;
  const { arrays, labels, cellCounts } = await engine.works();
  const { id } = arrays.register(read.image, read.level);
  const { base, offset, matrix, labelCodes } = read.plan;
  const key = JSON.stringify(["cells", id, labelCodes, base, offset, matrix, shape, edge]);
  return await cellCounts.get(
    key,
    async (shared) => {
      const cells = map3((a) => Math.ceil(shape[a] / edge));
      const counts = newCounts(elementCount(cells), edge ** 3);
      const voxels = [storedVoxels(lattice, 0), storedVoxels(lattice, 1), storedVoxels(lattice, 2)] as const;
      await labels.count(read.image, {
        level: read.level,
        codes: labelCodes ?? { absent: null, unknown: null },
        cell: [1, 1, 1],
        signal: shared,
        onBrick: (brick, done, total) => {
          addBrick({ edge, shape: cells, counts }, voxels, brick);
          onProgress(done / total);
        },
      });
      return { edge, shape: cells, counts };
    },
    signal,
  );
}

type AxisVoxels = readonly [z: Int32Array, y: Int32Array, x: Int32Array];

/**
 * The stored voxel that each point reads along one axis, nearest as {@link ReadPlan} says: ascending, −1 before the
 * volume and its size beyond.
 */
function storedVoxels({ read, shape }: TargetLattice, axis: 0 | 1 | 2): Int32Array {
  const { matrix, base, offset, volumeShape } = read.plan;
  const step = matrix[axis].reduce((sum, m) => sum + Math.abs(m), 0);
  const last = volumeShape[axis] - 1;
  return Int32Array.from({ length: shape[axis] }, (_, i) => {
    const at = base[axis] + offset[axis] + step * i;
    if (at < -0.5) return -1;
    return at > last + 0.5 ? last + 1 : Math.min(Math.floor(at + 0.5), last);
  });
}

/** Adds the points that read a brick to their cells. */
function addBrick({ edge, shape, counts }: CellCounts, voxels: AxisVoxels, brick: LabelCounts): void {
  const { cellMin: first, cellShape: size, present } = brick;
  const end = (a: 0 | 1 | 2): number => first[a] + size[a];
  const from = map3((a) => atLeast(voxels[a], first[a]));
  const to = map3((a) => atLeast(voxels[a], end(a)));
  for (let z = from[0]; z < to[0]; z++) {
    for (let y = from[1]; y < to[1]; y++) {
      const row = ((voxels[0][z]! - first[0]) * size[1] + voxels[1][y]! - first[1]) * size[2] - first[2];
      const cellRow = (Math.floor(z / edge) * shape[1] + Math.floor(y / edge)) * shape[2];
      for (let x = from[2]; x < to[2]; x++) {
        counts[cellRow + Math.floor(x / edge)]! += present[row + voxels[2][x]!]!;
      }
    }
  }
}

/** The first point that reads `voxel` or a later one. */
function atLeast(voxels: Int32Array, voxel: number): number {
  let low = 0;
  while (low < voxels.length && voxels[low]! < voxel) low++;
  return low;
}

/** The smallest type that holds `max`. */
function newCounts(length: number, max: number): CellCounts["counts"] {
  if (max < 2 ** 8) return new Uint8Array(length);
  return max < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}
