/** Coordinates of rows of output voxels under a warp. Twin: `shaders/warp.wgsl`. */
import { cubicWeights } from "../math/spline.js";
import type { ReadPlan } from "../plan/reads.js";
import type { ReadElastic, ReadWarp } from "../plan/warp.js";
import type { VoxelBox } from "./blocks.js";

/** Where the voxels of one output row lie in the gathered box, voxels. */
export interface RowCoordinates {
  readonly z: Float64Array;
  readonly y: Float64Array;
  readonly x: Float64Array;
}

/** Places rows of up to `length` output voxels; the coordinates are its own, valid until the next row. */
export class WarpedRows {
  readonly row: RowCoordinates;
  readonly #plan: ReadPlan;
  readonly #warp: ReadWarp;
  /** Control points along x, after those along z and y are summed; three components each. */
  readonly #line: Float64Array;
  readonly #weights = new Float64Array(4);
  readonly #shift = new Float64Array(6);

  constructor(plan: ReadPlan, warp: ReadWarp, length: number) {
    this.#plan = plan;
    this.#warp = warp;
    this.#line = new Float64Array(3 * (warp.elastic?.shape[2] ?? 0));
    this.row = {
      z: new Float64Array(length),
      y: new Float64Array(length),
      x: new Float64Array(length),
    };
  }

  /** Writes the coordinates of output voxels (z, y, start) to (z, y, start + length - 1). */
  place(z: number, y: number, start: number, length: number, box: VoxelBox): void {
    this.#placeAffine(z, y, start, length, box);
    const { sections, elastic } = this.#warp;
    if (sections === null) {
      if (elastic !== null) this.#addElastic(elastic, z, y, start, 0, length);
      return;
    }
    // A run shares its section, and with it its lines of control points.
    const along = sections.axis === 2 ? 1 : length;
    for (let from = 0; from < length; from += along) {
      const section = sections.axis === 0 ? z : sections.axis === 1 ? y : start + from;
      for (let i = 0; i < 6; i++) this.#shift[i] = sections.shifts[6 * section + i]!;
      this.#addShift(from, from + along);
      if (elastic !== null) this.#addElastic(elastic, z, y, start, from, from + along);
    }
  }

  #placeAffine(z: number, y: number, start: number, length: number, { start: corner }: VoxelBox): void {
    const { matrix, offset, base } = this.#plan;
    const rows = [this.row.z, this.row.y, this.row.x];
    for (let axis = 0; axis < 3; axis++) {
      const [mz, my, mx] = matrix[axis]!;
      const first = offset[axis]! + mz * z + my * y;
      const whole = base[axis]! - corner[axis]!;
      const row = rows[axis]!;
      for (let i = 0; i < length; i++) row[i] = whole + (first + mx * (start + i));
    }
  }

  #addShift(from: number, to: number): void {
    const { z, y, x } = this.row;
    for (let i = from; i < to; i++) {
      z[i]! += this.#shift[0]!;
      y[i]! += this.#shift[1]!;
      x[i]! += this.#shift[2]!;
    }
  }

  #addElastic(elastic: ReadElastic, z: number, y: number, start: number, from: number, to: number): void {
    const { first, step, shape } = elastic;
    const gridX = first[2] + this.#shift[5]!;
    const low = gridX + step[2] * (start + from);
    const high = gridX + step[2] * (start + to - 1);
    const last = shape[2] - 1;
    const lineFrom = clamp(Math.floor(low) - 1, last);
    const lineTo = clamp(Math.floor(high) + 2, last);
    const gridZ = first[0] + step[0] * z + this.#shift[3]!;
    const gridY = first[1] + step[1] * y + this.#shift[4]!;
    this.#sumLine(elastic, gridZ, gridY, lineFrom, lineTo);
    const line = this.#line;
    const weights = this.#weights;
    const { z: rowZ, y: rowY, x: rowX } = this.row;
    for (let i = from; i < to; i++) {
      const g = gridX + step[2] * (start + i);
      const cell = Math.floor(g);
      cubicWeights(g - cell, weights);
      let dz = 0;
      let dy = 0;
      let dx = 0;
      for (let tap = 0; tap < 4; tap++) {
        const at = 3 * clamp(cell - 1 + tap, last);
        const weight = weights[tap]!;
        dz += weight * line[at]!;
        dy += weight * line[at + 1]!;
        dx += weight * line[at + 2]!;
      }
      rowZ[i]! += dz;
      rowY[i]! += dy;
      rowX[i]! += dx;
    }
  }

  /** Sums the control points around a line along x; what is left is a spline in one dimension. */
  #sumLine(
    { shape, displacements }: ReadElastic,
    gridZ: number,
    gridY: number,
    from: number,
    to: number,
  ): void {
    const line = this.#line.fill(0, 3 * from, 3 * (to + 1));
    const weightsZ = new Float64Array(4);
    const weightsY = new Float64Array(4);
    const cellZ = Math.floor(gridZ);
    const cellY = Math.floor(gridY);
    cubicWeights(gridZ - cellZ, weightsZ);
    cubicWeights(gridY - cellY, weightsY);
    for (let tapZ = 0; tapZ < 4; tapZ++) {
      const plane = clamp(cellZ - 1 + tapZ, shape[0] - 1) * shape[1];
      for (let tapY = 0; tapY < 4; tapY++) {
        const weight = weightsZ[tapZ]! * weightsY[tapY]!;
        const source = 3 * (plane + clamp(cellY - 1 + tapY, shape[1] - 1)) * shape[2];
        for (let i = 3 * from; i < 3 * (to + 1); i++) line[i]! += weight * displacements[source + i]!;
      }
    }
  }
}

function clamp(value: number, last: number): number {
  return value < 0 ? 0 : value > last ? last : value;
}
