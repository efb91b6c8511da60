/** Labels between voxels: the eight around vote by their trilinear weights. Twin: `argmax_raw` in `shaders/render.wgsl`. */
import type { GatheredVoxels } from "./gather.js";
import type { RowFrame, RowRange } from "./sample.js";

/** Votes that differ by less are a tie; it covers what float32 makes of weights that are equal. */
const tieMargin = 1e-5;

/**
 * Writes the label with most votes to `row[x - origin]`; a tie goes to the smallest label. Unknown voxels do not
 * vote; where all eight are unknown the label is 0. Coordinates are clamped to the box.
 */
export function argmaxRow(
  { values, known, box }: GatheredVoxels,
  { start, step }: RowFrame,
  [from, to]: RowRange,
  origin: number,
  row: Float64Array,
): void {
  const [lastZ, lastY, lastX] = [box.shape[0] - 1, box.shape[1] - 1, box.shape[2] - 1];
  const strideY = box.shape[2];
  const strideZ = box.shape[1] * strideY;
  const taps = new Int32Array(8);
  const votes = new Float64Array(8);
  for (let x = from; x < to; x++) {
    const vz = Math.min(Math.max(start[0]! + step[0]! * x, 0), lastZ);
    const vy = Math.min(Math.max(start[1]! + step[1]! * x, 0), lastY);
    const vx = Math.min(Math.max(start[2]! + step[2]! * x, 0), lastX);
    const z = Math.floor(vz);
    const y = Math.floor(vy);
    const i = Math.floor(vx);
    const [wz, wy, wx] = [vz - z, vy - y, vx - i];
    const first = z * strideZ + y * strideY + i;
    const upZ = z < lastZ ? strideZ : 0;
    const upY = y < lastY ? strideY : 0;
    const upX = i < lastX ? 1 : 0;
    for (let tap = 0; tap < 8; tap++) {
      const [high, mid, low] = [tap & 4, tap & 2, tap & 1];
      const at = first + (high ? upZ : 0) + (mid ? upY : 0) + (low ? upX : 0);
      taps[tap] = at;
      const weight = (high ? wz : 1 - wz) * (mid ? wy : 1 - wy) * (low ? wx : 1 - wx);
      votes[tap] = known !== null && known[at] === 0 ? -1 : weight;
    }
    row[x - origin] = winner(values, taps, votes);
  }
}

/** The label with most votes; a negative vote is none. */
function winner(values: GatheredVoxels["values"], taps: Int32Array, votes: Float64Array): number {
  let best = 0;
  let most = -1;
  for (let tap = 0; tap < 8; tap++) {
    if (votes[tap]! < 0) continue;
    const label = values[taps[tap]!]!;
    let sum = 0;
    for (let other = 0; other < 8; other++) {
      if (votes[other]! > 0 && values[taps[other]!] === label) sum += votes[other]!;
    }
    if (sum > most + tieMargin || (sum > most - tieMargin && label < best)) {
      most = sum;
      best = label;
    }
  }
  return best;
}
