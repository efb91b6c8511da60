/** Which values are drawn black and white. */
import type { Slice } from "./slice.js";

export interface GreyWindow {
  readonly low: number;
  readonly high: number;
}

/** Share of the voxels left out at either end: single bright specks must not darken all the rest. */
const TAIL = 0.005;
/** About so many voxels of a slice are looked at: enough for a share of 0.5 %, and quickly sorted. */
const LOOKED_AT = 2000;

/**
 * The window that shows a slice as well as all before it; it only ever widens, so that pictures of one run can be
 * compared with each other.
 */
export function widen(window: GreyWindow | null, { values, known }: Slice): GreyWindow | null {
  const step = Math.ceil(values.length / LOOKED_AT);
  const sorted = new Float32Array(Math.ceil(values.length / step));
  let count = 0;
  for (let i = 0; i < values.length; i += step) {
    if (known === null || known[i] !== 0) sorted[count++] = values[i]!;
  }
  if (count === 0) return window;
  sorted.subarray(0, count).sort();
  const low = sorted[Math.floor(TAIL * (count - 1))]!;
  const high = sorted[Math.ceil((1 - TAIL) * (count - 1))]!;
  return window === null
    ? { low, high }
    : { low: Math.min(low, window.low), high: Math.max(high, window.high) };
}
