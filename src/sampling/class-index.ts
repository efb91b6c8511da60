/**
 * Which patches of one crop hold how much of a class: a summed-area table over cells of the target's lattice.
 *
 * The lattice is that of the rendered target voxels, so that with cells of one voxel a patch's count is the number of
 * its rendered voxels that are present. With larger cells it is the number in the cells that lie wholly in the patch: a
 * lower bound, so that what is said to hold enough does.
 *
 * Source: Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984, in three dimensions.
 */
import type { CellCounts } from "../engine/cell-counts.js";
import { elementCount, map3 } from "../math/vec.js";
import type { Vec3 } from "../types.js";
import type { TargetLattice } from "./lattice-counts.js";
import type { PageTurns } from "./page-turns.js";

/** Where patches lie on a lattice: see {@link TargetLattice}. */
export type PatchLattice = Pick<TargetLattice, "shape" | "patch" | "stride" | "positions">;

/** From the first whole cell of a patch to the one after its last, per position along one axis. */
interface CellRange {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export class ClassIndex {
  readonly #sums: Uint32Array;
  readonly #planes: Vec3;
  readonly #ranges: readonly [CellRange, CellRange, CellRange];
  /** Voxels of a patch. */
  readonly patchVoxels: number;

  private constructor(sums: Uint32Array, cells: CellCounts, lattice: PatchLattice) {
    this.#sums = sums;
    this.#planes = map3((a) => cells.shape[a] + 1);
    const range = (a: 0 | 1 | 2): CellRange => wholeCells(lattice, a, cells.edge, cells.shape[a]);
    this.#ranges = [range(0), range(1), range(2)];
    this.patchVoxels = elementCount(lattice.patch);
  }

  static async build(cells: CellCounts, lattice: PatchLattice, turns: PageTurns): Promise<ClassIndex> {
    return new ClassIndex(await summedArea(cells, turns), cells, lattice);
  }

  /**
   * Present voxels of the patches of one row of positions.
   *
   * @param out one number per position along x, every `stride`-th; the first `out.length` are written
   */
  row(z: number, y: number, stride: number, out: Uint32Array): void {
    const sums = this.#sums;
    const [zs, ys, xs] = this.#ranges;
    const [, ny, nx] = this.#planes;
    const line = (cz: number, cy: number): number => (cz * ny + cy) * nx;
    const [z0, z1, y0, y1] = [zs.from[z]!, zs.to[z]!, ys.from[y]!, ys.to[y]!];
    const [a, b, c, d] = [line(z1, y1), line(z1, y0), line(z0, y1), line(z0, y0)];
    for (let i = 0; i < out.length; i++) {
      const x0 = xs.from[i * stride]!;
      const x1 = xs.to[i * stride]!;
      // Sums and differences are taken modulo 2^32; the count of one patch is far below.
      out[i] =
        sums[a + x1]! -
        sums[b + x1]! -
        sums[c + x1]! +
        sums[d + x1]! -
        (sums[a + x0]! - sums[b + x0]! - sums[c + x0]! + sums[d + x0]!);
    }
  }
}

/** `sums[z, y, x]` is the count of all cells before z, y and x: one more entry than cells along each axis. */
async function summedArea({ shape, counts }: CellCounts, turns: PageTurns): Promise<Uint32Array> {
  const [nz, ny, nx] = shape;
  const width = nx + 1;
  const plane = (ny + 1) * width;
  const sums = new Uint32Array((nz + 1) * plane);
  for (let z = 0; z < nz; z++) {
    if (turns.isOver) await turns.next();
    for (let y = 0; y < ny; y++) {
      const from = (z * ny + y) * nx;
      const to = (z + 1) * plane + (y + 1) * width + 1;
      let row = 0;
      for (let x = 0; x < nx; x++) {
        row += counts[from + x]!;
        const i = to + x;
        sums[i] = row + sums[i - width]! + sums[i - plane]! - sums[i - plane - width]!;
      }
    }
  }
  return sums;
}

function wholeCells(
  { shape, patch, positions, stride }: PatchLattice,
  axis: 0 | 1 | 2,
  edge: number,
  cells: number,
): CellRange {
  const from = new Int32Array(positions[axis]);
  const to = new Int32Array(positions[axis]);
  for (let p = 0; p < positions[axis]; p++) {
    const start = Math.round(p * stride[axis]);
    const end = start + patch[axis];
    from[p] = Math.ceil(start / edge);
    // The last cell of the lattice may be smaller than the others.
    to[p] = Math.max(from[p]!, end >= shape[axis] ? cells : Math.floor(end / edge));
  }
  return { from, to };
}
