/**
 * Counter-based random numbers: Philox 4x32-10.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011; the constants and
 * the known answers in the tests are those of the authors' Random123 library.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_0_HIGH = 0xd251;
const MULTIPLIER_0_LOW = 0x1f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const MULTIPLIER_1_HIGH = 0xcd9e;
const MULTIPLIER_1_LOW = 0x8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Four 32-bit words of a counter or of an output block. */
export type Words4 = readonly [number, number, number, number];

/** Four 32-bit words of output, to be written again and again. */
export type WordBlock = Uint32Array;

/**
 * Writes one Philox block: 128 random bits, a pure function of counter (c0 to c3) and key (k0, k1), all unsigned 32-bit
 * words. Twin: `shaders/rng.wgsl`.
 */
export function philoxInto(
  block: WordBlock,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    // The high words of two 64-bit products, from products of 16-bit halves: in integers, which engines keep in registers.
    const a = c0 >>> 16;
    const b = c0 & 0xffff;
    const middle0 = (Math.imul(MULTIPLIER_0_HIGH, b) + (Math.imul(MULTIPLIER_0_LOW, b) >>> 16)) | 0;
    const carry0 = (Math.imul(MULTIPLIER_0_LOW, a) + (middle0 & 0xffff)) | 0;
    const high0 = (Math.imul(MULTIPLIER_0_HIGH, a) + (middle0 >>> 16) + (carry0 >>> 16)) | 0;
    const c = c2 >>> 16;
    const d = c2 & 0xffff;
    const middle1 = (Math.imul(MULTIPLIER_1_HIGH, d) + (Math.imul(MULTIPLIER_1_LOW, d) >>> 16)) | 0;
    const carry1 = (Math.imul(MULTIPLIER_1_LOW, c) + (middle1 & 0xffff)) | 0;
    const high1 = (Math.imul(MULTIPLIER_1_HIGH, c) + (middle1 >>> 16) + (carry1 >>> 16)) | 0;
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c2 = high0 ^ c3 ^ k1;
    c1 = low1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

/** One Philox block as a tuple; see {@link philoxInto}. */
export function philox([c0, c1, c2, c3]: Words4, [k0, k1]: readonly [number, number]): Words4 {
  const block = new Uint32Array(4);
  philoxInto(block, c0, c1, c2, c3, k0, k1);
  return [block[0]!, block[1]!, block[2]!, block[3]!];
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
