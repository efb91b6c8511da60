/** Blocks that are turned: each voxel has taps of its own. */
import { argmaxRow } from "./argmax.js";
import type { OutputBlock } from "./blocks.js";
import type { GatheredVoxels } from "./gather.js";
import {
  addLinearRow,
  innerLimits,
  nearestLimits,
  nearestRow,
  type RowRange,
  rangeWithin,
} from "./sample.js";
import type { RenderScratch } from "./scratch.js";
import { isLossless, storeRow } from "./store.js";
import { insideLimits, placeRow, sampleShifts, type Target } from "./target.js";

export function renderOblique(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  scratch: RenderScratch,
): void {
  const { matrix, subsamples, shape } = plan;
  const [sizeZ, sizeY, sizeX] = block.shape;
  const row = scratch.row(sizeX);
  const origin = block.start[2];
  const whole: RowRange = [origin, origin + sizeX];
  const frame = {
    start: new Float64Array(3),
    step: Float64Array.of(matrix[0][2], matrix[1][2], matrix[2][2]),
  };
  const limits = insideLimits(plan, voxels.box);
  const inner = plan.interpolation === "nearest" ? nearestLimits(voxels) : innerLimits(voxels);
  const shifts = sampleShifts(subsamples);
  // Values that nothing is done to go straight to the output.
  const copies = plan.interpolation === "nearest" && points === null && isLossless(plan.dtype, plan.outDType);
  for (let z = block.start[0]; z < block.start[0] + sizeZ; z++) {
    for (let y = block.start[1]; y < block.start[1] + sizeY; y++) {
      const at = (z * shape[1] + y) * shape[2] + origin;
      placeRow(plan, voxels.box, z, y, 0, frame.start);
      const inside = rangeWithin(frame, limits, whole);
      const [from, to] = [inside[0] - origin, inside[1] - origin];
      mask?.fill(1, at + from, at + to);
      if (copies && to - from === sizeX) {
        nearestRow(voxels, inner, frame, inside, at - origin, data);
        continue;
      }
      if (to - from < sizeX) row.fill(plan.padValue, 0, sizeX);
      if (plan.interpolation === "nearest") {
        nearestRow(voxels, inner, frame, inside, -origin, row);
      } else if (plan.interpolation === "linear-argmax") {
        argmaxRow(voxels, frame, inside, origin, row);
      } else {
        row.fill(0, from, to);
        for (const [dz, dy, dx] of shifts) {
          placeRow(plan, voxels.box, z + dz, y + dy, dx, frame.start);
          addLinearRow(voxels, inner, frame, inside, origin, row);
        }
        if (shifts.length > 1) for (let x = from; x < to; x++) row[x]! /= shifts.length;
      }
      points?.apply(row, from, to, z, y, origin);
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
}
