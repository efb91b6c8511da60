/**
 * Counter-based random numbers: Philox 4x32-10.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011; the constants and
 * the known answers in the tests are those of the authors' Random123 library.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Four 32-bit words of a counter or of an output block. */
export type Words4 = readonly [number, number, number, number];

function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** One Philox block: 128 random bits, a pure function of counter and key (all unsigned 32-bit words). */
export function philox(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What a stream of draws is for; streams never share counters. */
export const streams = {
  position: 0,
  spatial: 1,
  values: 2,
  noise: 3,
  replacement: 4,
  shuffle: 8,
  part: 9,
} as const;

/** A source of uniform numbers in [0, 1) with 53 random bits each. */
export type Draw = () => number;

/** Blocks of 128 bits that one operation of a stream may draw. */
const blocksPerOperation = 2 ** 16;

/**
 * The draws of one sample: a pure function of (seed, epoch, sample, stream, operation), whatever ran before.
 *
 * @param seed safe integer ≥ 0; all 53 bits are used
 * @param epoch integer in [0, 2^24)
 * @param sample position in the epoch, safe integer ≥ 0
 * @param stream one of {@link streams}
 * @param operation integer in [0, 2^16): what draws within the stream, each from counters of its own, so that
 * an operation more or less changes nothing for the others
 */
export function sampleDraws(
  seed: number,
  epoch: number,
  sample: number,
  stream: number,
  operation = 0,
): Draw {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  const low = sample >>> 0;
  const high = Math.floor(sample / 2 ** 32);
  let block = operation * blocksPerOperation;
  let words: Words4 = [0, 0, 0, 0];
  let used = 4;
  return () => {
    if (used === 4) {
      words = philox([block++, low, high, ((epoch << 8) | stream) >>> 0], key);
      used = 0;
    }
    const a = words[used]! >>> 5;
    const b = words[used + 1]! >>> 6;
    used += 2;
    return (a * 2 ** 26 + b) / 2 ** 53;
  };
}
