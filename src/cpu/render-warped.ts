/** Blocks of warped reads: coordinates are no longer straight lines. */
import type { ReadWarp } from "../plan/warp.js";
import { argmaxPoints } from "./argmax.js";
import type { OutputBlock } from "./blocks.js";
import type { GatheredVoxels } from "./gather.js";
import { addLinearPoints, markWithin, nearestPoints } from "./points.js";
import type { RenderScratch } from "./scratch.js";
import { storeRow } from "./store.js";
import { insideLimits, rowStart, sampleShifts, type Target } from "./target.js";
import { WarpedRows } from "./warp.js";

export function renderWarped(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  warp: ReadWarp,
  scratch: RenderScratch,
): void {
  const { matrix, subsamples } = plan;
  const [sizeZ, sizeY, sizeX] = block.shape;
  const row = scratch.row(sizeX);
  const inside = new Uint8Array(sizeX);
  const rows = new WarpedRows(plan, warp, sizeX);
  const limits = insideLimits(plan, voxels.box);
  const shifts = sampleShifts(subsamples).map((shift) =>
    Float64Array.from(matrix, (step) => step[0] * shift[0] + step[1] * shift[1] + step[2] * shift[2]),
  );
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const at = rowStart(plan, block, z, y);
      rows.place(block.start[0] + z, block.start[1] + y, block.start[2], sizeX, voxels.box);
      const count = markWithin(rows.row, limits, sizeX, inside);
      mask?.set(inside, at);
      if (plan.interpolation === "nearest") {
        nearestPoints(voxels, rows.row, inside, sizeX, row);
      } else if (plan.interpolation === "linear-argmax") {
        argmaxPoints(voxels, rows.row, inside, sizeX, row);
      } else {
        row.fill(0, 0, sizeX);
        for (const shift of shifts) addLinearPoints(voxels, rows.row, shift, inside, sizeX, row);
        if (shifts.length > 1) for (let x = 0; x < sizeX; x++) row[x]! /= shifts.length;
      }
      points?.apply(row, 0, sizeX, block.start[0] + z, block.start[1] + y, block.start[2]);
      if (count < sizeX) for (let x = 0; x < sizeX; x++) if (inside[x] === 0) row[x] = plan.padValue;
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
}
