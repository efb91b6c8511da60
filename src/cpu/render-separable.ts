/** Blocks whose axes run along source axes. */
import type { OutputBlock } from "./blocks.js";
import type { GatheredVoxels } from "./gather.js";
import type { RenderScratch } from "./scratch.js";
import { type AxisMap, axisTaps, copiedRow, separableRow } from "./separable.js";
import { isLossless, storeRow } from "./store.js";
import { rowStart, type Target } from "./target.js";

export function renderSeparable(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  map: AxisMap,
  scratch: RenderScratch,
): void {
  const [sizeZ, sizeY, sizeX] = block.shape;
  const tapsOf = (out: 0 | 1 | 2) => axisTaps(plan, map, voxels.box, out, block.start[out], block.shape[out]);
  const taps = [tapsOf(0), tapsOf(1), tapsOf(2)] as const;
  const [tapsZ, tapsY, tapsX] = taps;
  const single = taps.every((axis) => axis.single);
  const copies =
    single &&
    points === null &&
    map.source[2] === 2 &&
    isRun(tapsX.position) &&
    isLossless(plan.dtype, plan.outDType);
  const rowInside = !tapsX.inside.includes(0);
  const [from, to] = [tapsX.inside.indexOf(1), tapsX.inside.lastIndexOf(1) + 1];
  const row = scratch.row(sizeX);
  const line = scratch.line(voxels.box.shape[map.source[2]!]!);
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const at = rowStart(plan, block, z, y);
      const inside = tapsZ.inside[z] === 1 && tapsY.inside[y] === 1;
      if (inside) mask?.set(tapsX.inside, at);
      if (inside && rowInside && copies) {
        const first = tapsZ.position[z]! + tapsY.position[y]! + tapsX.position[0]!;
        data.set(voxels.values.subarray(first, first + sizeX), at);
        continue;
      }
      if (!inside || !rowInside) row.fill(plan.padValue, 0, sizeX);
      if (inside && single) copiedRow(voxels, taps, z, y, row);
      else if (inside) separableRow(voxels, taps, map.source[2], z, y, line, row);
      if (inside) points?.apply(row, from, to, block.start[0] + z, block.start[1] + y, block.start[2]);
      storeRow(row, sizeX, plan.outDType, data, at);
    }
  }
}

/** Whether positions go up by one. */
function isRun(positions: Int32Array): boolean {
  return positions.every((position, i) => position === positions[0]! + i);
}
