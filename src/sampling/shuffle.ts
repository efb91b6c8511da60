/** Shuffled rounds through a range, one after the other, in O(1) memory. */
import { permutation } from "../math/permutation.js";
import { type Draw, sampleDraws, streams } from "../math/rng.js";

/**
 * Number `ordinal` of an endless series that goes through [0, length) in rounds: each round holds every index once, in
 * an order of its own.
 *
 * @param keyOfRound draws the key of a round's order
 */
export function shuffledIndex(length: number, ordinal: number, keyOfRound: (round: number) => Draw): number {
  return permutation(length, keyOfRound(Math.floor(ordinal / length)))(ordinal % length);
}

/** Keys for the rounds of an epoch. */
export function epochRounds(seed: number, epoch: number): (round: number) => Draw {
  return (round) => sampleDraws(seed, epoch, round, streams.shuffle);
}

/** Keys for the rounds of one of many parts (a block, a dataset) in an epoch. */
export function partRounds(seed: number, epoch: number, part: number): (round: number) => Draw {
  const partSeed = Math.floor(sampleDraws(seed, epoch, part, streams.part)() * 2 ** 53);
  return (round) => sampleDraws(partSeed, epoch, round, streams.part);
}
