/** Blocks that are turned in a plane: see `planar.ts`. */
import { stridesOf } from "../math/vec.js";
import type { OutputBlock } from "./blocks.js";
import type { GatheredVoxels } from "./gather.js";
import { type PlaneMap, RowTaps, sampleRow, sliceTaps } from "./planar.js";
import { addLinearRow, innerLimits, type Limits, type RowRange, rangeWithin } from "./sample.js";
import type { RenderScratch } from "./scratch.js";
import { isLossless, storeRow } from "./store.js";
import { insideLimits, placeRow, rowStart, type Target } from "./target.js";

/** Taps that are found before slices are sampled with them: fewer are slower, more are no faster (measured from 128 to 16384). */
const tapsAtOnce = 2048;

/** @param voxels finite ones, unless the nearest are read */
export function renderPlanar(
  { plan, data, mask, points }: Target,
  block: OutputBlock,
  voxels: GatheredVoxels,
  { out, source }: PlaneMap,
  scratch: RenderScratch,
): void {
  const { matrix, outDType, padValue } = plan;
  const { box, values } = voxels;
  const across = out === 0 ? 1 : 0;
  const [count, rows, sizeX] = [block.shape[out], block.shape[across], block.shape[2]];
  const origin = block.start[2];
  const isNearest = plan.interpolation === "nearest";
  // Values that nothing is done to go straight to the output.
  const isDirect = points === null && (isNearest ? isLossless(plan.dtype, outDType) : outDType === "float32");
  const row = scratch.row(sizeX);
  const rowsAtOnce = Math.max(1, Math.min(rows, Math.floor(tapsAtOnce / sizeX)));
  const taps = new RowTaps(rowsAtOnce * sizeX);
  const frame = {
    start: new Float64Array(3),
    step: Float64Array.of(matrix[0][2], matrix[1][2], matrix[2][2]),
  };
  const limits = insideLimits(plan, box);
  const within = [limits.low[source]!, limits.high[source]!] as const;
  // Along the axis that is not turned it is the slice that is inside or not.
  const planeLimits = unlimitedAlong(limits, source);
  const inner = innerLimits(voxels);
  const planeInner = unlimitedAlong(inner, source);
  const stride = stridesOf(box.shape)[source];
  const slices = Array.from({ length: count }, (_, k) => {
    const index = block.start[out] + k;
    placeRow(plan, box, out === 0 ? index : 0, out === 1 ? index : 0, 0, frame.start);
    return sliceTaps(frame.start[source]!, box.shape[source], stride, isNearest, within);
  });
  const insides: RowRange[] = [];
  const isTapped: boolean[] = [];
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const end = Math.min(first + rowsAtOnce, rows);
    for (let r = first; r < end; r++) {
      const fixed = block.start[across] + r;
      placeRow(plan, box, across === 0 ? fixed : 0, across === 1 ? fixed : 0, 0, frame.start);
      const inside = rangeWithin(frame, planeLimits, [origin, origin + sizeX]);
      const tapped = isNearest ? inside : rangeWithin(frame, planeInner, inside);
      taps.place(frame, box, source, isNearest, tapped, (r - first) * sizeX - origin);
      insides[r - first] = inside;
      isTapped[r - first] = tapped[0] === inside[0] && tapped[1] === inside[1];
    }
    for (let k = 0; k < count; k++) {
      const slice = slices[k]!;
      for (let r = first; r < end; r++) {
        const [z, y] = out === 0 ? [k, r] : [r, k];
        const at = rowStart(plan, block, z, y);
        const inside = insides[r - first]!;
        const [from, to] = slice.isInside ? [inside[0] - origin, inside[1] - origin] : [0, 0];
        const tap = (r - first) * sizeX;
        mask?.fill(1, at + from, at + to);
        if (isDirect && isTapped[r - first] && to - from === sizeX) {
          sampleRow(values, taps, tap, slice, isNearest, from, to, data, at);
          continue;
        }
        if (to - from < sizeX) row.fill(padValue, 0, sizeX);
        if (isTapped[r - first]) {
          sampleRow(values, taps, tap, slice, isNearest, from, to, row, 0);
        } else {
          // Some taps are clamped to the box.
          row.fill(0, from, to);
          placeRow(plan, box, block.start[0] + z, block.start[1] + y, 0, frame.start);
          frame.start[source] = slice.coordinate;
          addLinearRow(voxels, inner, frame, [origin + from, origin + to], origin, row);
        }
        points?.apply(row, from, to, block.start[0] + z, block.start[1] + y, origin);
        storeRow(row, sizeX, outDType, data, at);
      }
    }
  }
}

/** The same limits on the axes of a plane, and none on the third. */
function unlimitedAlong({ low, high }: Limits, axis: number): Limits {
  const plane = { low: low.slice(), high: high.slice() };
  plane.low[axis] = Number.NEGATIVE_INFINITY;
  plane.high[axis] = Number.POSITIVE_INFINITY;
  return plane;
}
