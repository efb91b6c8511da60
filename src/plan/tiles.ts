/** Positions whose patches cover a dataset once. */
import { map3 } from "../math/vec.js";
import type { Vec3 } from "../types.js";
import type { Positions } from "./positions.js";

export interface Tile {
  /** Index of the position. */
  readonly index: number;
  /**
   * How far the tile reaches back over its predecessor along z, y, x, nanometres; 0 where tiles only touch.
   * The last tile of a row is shifted inward, so that it ends where the last legal patch does.
   */
  readonly overlapNm: Vec3;
}

/**
 * Tiles that cover everything the positions can reach, without overlap but for the shifted last ones.
 *
 * @param extentNm size of a tile, z, y, x; where it is no multiple of the positions' step, tiles are laid at the
 * largest multiple below it, and each overlaps its predecessor by the rest
 * @returns in C order
 */
export function tilesOf({ counts, step }: Positions, extentNm: Vec3): Tile[] {
  const rows = ([0, 1, 2] as const).map((axis) => rowOf(counts[axis], step[axis], extentNm[axis]));
  const [planes, lines, columns] = rows as [Row, Row, Row];
  return planes.flatMap((z) =>
    lines.flatMap((y) =>
      columns.map((x) => ({
        index: (z.at * counts[1] + y.at) * counts[2] + x.at,
        overlapNm: map3((axis) => [z, y, x][axis]!.overlapNm),
      })),
    ),
  );
}

type Row = readonly { readonly at: number; readonly overlapNm: number }[];

/** Positions of the tiles along one axis. */
function rowOf(count: number, step: number, extent: number): Row {
  // A millionth of slack: extents are products of decimal fractions.
  const stride = Math.max(1, Math.floor(extent / step + 1e-6));
  const tiles = Math.ceil((count - 1) / stride) + 1;
  return Array.from({ length: tiles }, (_, i) => {
    const at = Math.min(i * stride, count - 1);
    const overlap = i === 0 ? 0 : extent - (at - (i - 1) * stride) * step;
    return { at, overlapNm: overlap > 1e-6 * step ? overlap : 0 };
  });
}
