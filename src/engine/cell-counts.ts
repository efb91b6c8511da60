/** What an engine keeps of a class that was counted. */
import type { Vec3 } from "../types.js";

/** Present points of a lattice, in cubic cells. */
export interface CellCounts {
  /** Points along the edge of a cell; the last cell of an axis may hold fewer. */
  readonly edge: number;
  /** Cells along z, y, x. */
  readonly shape: Vec3;
  /** Present points of each cell, C order. */
  readonly counts: Uint8Array | Uint16Array | Uint32Array;
}
