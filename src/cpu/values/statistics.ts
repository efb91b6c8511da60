/** Figures of a patch within a float32 stage. Twin: `shaders/statistics.wgsl`. */
import { percentileRank, type StatisticsStage } from "../../plan/values.js";
import type { Vec3 } from "../../types.js";
import type { CpuStage } from "./filter.js";

/** The mean and 0, or the two percentiles, of the patch that `halo` surrounds. NaN ranks last. */
export function figuresOf(
  { percentiles }: StatisticsStage,
  { values, shape }: CpuStage,
  halo: Vec3,
): readonly [number, number] {
  const patch = cropped(values, shape, halo);
  if (percentiles === null) {
    let sum = 0;
    for (let i = 0; i < patch.length; i++) sum += patch[i]!;
    return [sum / patch.length, 0];
  }
  const [low, high] = percentiles.map((percentile) => percentileRank(percentile, patch.length));
  return [orderStatistic(patch, low!), orderStatistic(patch, high!)];
}

function cropped(values: Float32Array, shape: Vec3, halo: Vec3): Float32Array {
  if (halo.every((reach) => reach === 0)) return values;
  const [sizeZ, sizeY, sizeX] = [0, 1, 2].map((axis) => shape[axis]! - 2 * halo[axis]!) as [
    number,
    number,
    number,
  ];
  const patch = new Float32Array(sizeZ * sizeY * sizeX);
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      const from = ((z + halo[0]) * shape[1] + y + halo[1]) * shape[2] + halo[2];
      patch.set(values.subarray(from, from + sizeX), (z * sizeY + y) * sizeX);
    }
  }
  return patch;
}

/** The value of a rank, selected exactly by the two halves of the values' order. */
function orderStatistic(values: Float32Array, rank: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const [high, belowHigh] = digitOfRank(bits, rank, (word) => word >>> 16);
  const [low] = digitOfRank(bits, rank - belowHigh, (word) => (word >>> 16 === high ? word & 0xffff : -1));
  const word = ((high << 16) | low) >>> 0;
  const decoded = word >>> 31 === 1 ? word & 0x7fffffff : ~word;
  return new Float32Array(Uint32Array.of(decoded).buffer)[0]!;
}

/** The 16-bit digit of the value of a rank, and how many values have a lower one; -1 leaves a value out. */
function digitOfRank(
  bits: Uint32Array,
  rank: number,
  digitOf: (ordered: number) => number,
): readonly [digit: number, below: number] {
  const histogram = new Uint32Array(0x10000);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    // Unsigned words in the order of the values.
    const digit = digitOf(word >>> 31 === 1 ? ~word >>> 0 : (word | 0x80000000) >>> 0);
    if (digit >= 0) histogram[digit]!++;
  }
  let below = 0;
  let digit = 0;
  while (digit < 0xffff && below + histogram[digit]! <= rank) below += histogram[digit++]!;
  return [digit, below];
}
