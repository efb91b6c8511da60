/** Rows of values and what is done to them. */

/** Voxels of a row: `row[from]` to `row[to - 1]`; `row[0]` is patch voxel (z, y, x). */
export interface ValueRow {
  readonly row: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/** Changes a row in place. */
export type RowOperation = (row: ValueRow) => void;
