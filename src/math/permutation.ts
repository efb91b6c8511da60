/**
 * Shuffled order of any range without an array of it: a keyed bijection on [0, length).
 *
 * An unbalanced Feistel network on the smallest power of two that holds the range, walked until it lands inside
 * (at most two walks on average). Halves have at most 27 bits, so that everything is exact in 32-bit words and doubles.
 *
 * Source: Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002 (cycle walking); the round
 * function is the finaliser of MurmurHash3 (Appleby), keyed before and after.
 */
import type { Draw } from "./rng.js";

const ROUNDS = 10;

/** The place of an index in the shuffled order; both are in [0, length). */
export type Permutation = (index: number) => number;

/**
 * A permutation of [0, length) in O(1) memory; each index takes O(1) expected time.
 *
 * @param length safe integer from 1 to 2^53
 * @param draw where the key comes from; two draws a round
 */
export function permutation(length: number, draw: Draw): Permutation {
  if (length === 1) return () => 0;
  const bits = bitsFor(length);
  const highBits = bits >> 1;
  const lowBits = bits - highBits;
  const highMask = 2 ** highBits - 1;
  const lowMask = 2 ** lowBits - 1;
  const lowSize = 2 ** lowBits;
  const keys = Uint32Array.from({ length: 2 * ROUNDS }, () => draw() * 2 ** 32);
  return (index) => {
    let high = Math.floor(index / lowSize);
    let low = index % lowSize;
    for (;;) {
      for (let round = 0; round < 2 * ROUNDS; round += 4) {
        high ^= mix(low, keys[round]!, keys[round + 1]!) & highMask;
        low ^= mix(high, keys[round + 2]!, keys[round + 3]!) & lowMask;
      }
      const place = high * lowSize + low;
      if (place < length) return place;
    }
  };
}

/** Bits of the numbers below `length`, counted exactly. */
function bitsFor(length: number): number {
  let bits = 1;
  while (2 ** bits < length) bits++;
  return bits;
}

function mix(word: number, before: number, after: number): number {
  return finalise(finalise(word ^ before) ^ after);
}

function finalise(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
