/** Labels between voxels: the eight around vote by their trilinear weights. Twin: `argmax_raw` in `shaders/render.wgsl`. */
import type { GatheredVoxels } from "./gather.js";
import type { RowFrame, RowRange } from "./sample.js";
import type { RowCoordinates } from "./warp.js";

/** Votes that differ by less are a tie; it covers what float32 makes of weights that are equal. */
const tieMargin = 1e-5;

/**
 * Writes the label with most votes to `row[x - origin]`; a tie goes to the smallest label. Unknown voxels do not
 * vote; where all eight are unknown the label is 0. Coordinates are clamped to the box.
 */
export function argmaxRow(
  voxels: GatheredVoxels,
  { start, step }: RowFrame,
  [from, to]: RowRange,
  origin: number,
  row: Float64Array,
): void {
  const ballot = newBallot();
  for (let x = from; x < to; x++) {
    const z = start[0]! + step[0]! * x;
    const y = start[1]! + step[1]! * x;
    row[x - origin] = labelAt(voxels, z, y, start[2]! + step[2]! * x, ballot);
  }
}

/** As {@link argmaxRow}, at coordinates that are given one by one, wherever `inside` is 1. */
export function argmaxPoints(
  voxels: GatheredVoxels,
  { z, y, x }: RowCoordinates,
  inside: Uint8Array,
  length: number,
  row: Float64Array,
): void {
  const ballot = newBallot();
  for (let i = 0; i < length; i++) {
    if (inside[i] === 1) row[i] = labelAt(voxels, z[i]!, y[i]!, x[i]!, ballot);
  }
}

/** The eight voxels that vote and the weight of each; a negative one is no vote. */
interface Ballot {
  readonly taps: Int32Array;
  readonly votes: Float64Array;
}

function newBallot(): Ballot {
  return { taps: new Int32Array(8), votes: new Float64Array(8) };
}

function labelAt(
  { values, known, box }: GatheredVoxels,
  atZ: number,
  atY: number,
  atX: number,
  { taps, votes }: Ballot,
): number {
  const [lastZ, lastY, lastX] = [box.shape[0] - 1, box.shape[1] - 1, box.shape[2] - 1];
  const strideY = box.shape[2];
  const strideZ = box.shape[1] * strideY;
  const vz = Math.min(Math.max(atZ, 0), lastZ);
  const vy = Math.min(Math.max(atY, 0), lastY);
  const vx = Math.min(Math.max(atX, 0), lastX);
  const z = Math.floor(vz);
  const y = Math.floor(vy);
  const x = Math.floor(vx);
  const [wz, wy, wx] = [vz - z, vy - y, vx - x];
  const first = z * strideZ + y * strideY + x;
  const upZ = z < lastZ ? strideZ : 0;
  const upY = y < lastY ? strideY : 0;
  const upX = x < lastX ? 1 : 0;
  for (let tap = 0; tap < 8; tap++) {
    const [high, mid, low] = [tap & 4, tap & 2, tap & 1];
    const at = first + (high ? upZ : 0) + (mid ? upY : 0) + (low ? upX : 0);
    taps[tap] = at;
    const weight = (high ? wz : 1 - wz) * (mid ? wy : 1 - wy) * (low ? wx : 1 - wx);
    votes[tap] = known !== null && known[at] === 0 ? -1 : weight;
  }
  return winner(values, taps, votes);
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
