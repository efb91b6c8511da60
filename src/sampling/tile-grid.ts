/** Tiles over a grid of positions with a given overlap, found by number: no list of them is made. */
import type { TilePlace } from "../dataset/sample.js";
import { map3 } from "../math/vec.js";
import type { PositionGrid } from "../plan/positions.js";
import type { Vec3 } from "../types.js";

export interface TiledGrid {
  readonly grid: PositionGrid;
  /** Positions that a tile spans. */
  readonly size: Vec3;
  /** Positions from one tile to the next. */
  readonly stride: Vec3;
  readonly counts: Vec3;
  readonly length: number;
}

/**
 * @param size positions that a tile spans, at least 1 along each axis
 * @param overlap positions that neighbours share, below `size`
 */
export function tileGrid(grid: PositionGrid, size: Vec3, overlap: Vec3): TiledGrid {
  const stride = map3((a) => size[a] - overlap[a]);
  const counts = map3((a) => Math.ceil((grid.positions.counts[a] - 1) / stride[a]) + 1);
  return { grid, size, stride, counts, length: counts[0] * counts[1] * counts[2] };
}

/** Tile number `number` in C order: its dataset index and its place. */
export function tileAt(
  { grid, size, stride, counts }: TiledGrid,
  number: number,
): { readonly index: number; readonly place: TilePlace } {
  const { counts: positions, step } = grid.positions;
  const at: Vec3 = [
    Math.floor(number / (counts[1] * counts[2])),
    Math.floor(number / counts[2]) % counts[1],
    number % counts[2],
  ];
  const start = (a: 0 | 1 | 2, i: number): number => Math.min(i * stride[a], positions[a] - 1);
  const [z, y, x] = map3((a) => start(a, at[a]));
  const overlapNm = map3((a) =>
    at[a] === 0 ? 0 : (start(a, at[a] - 1) + size[a] - start(a, at[a])) * step[a],
  );
  return {
    index: grid.start + (z * positions[1] + y) * positions[2] + x,
    place: { at, counts, overlapNm },
  };
}
