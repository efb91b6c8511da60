/**
 * The members of a combination in exact proportions.
 *
 * An epoch is a series of blocks of `sum(proportions)` samples; each block holds exactly `proportions[i]` samples of
 * member i, in shuffled order. The samples of a member go through its positions without repeats.
 */
import type { Dataset } from "../dataset/dataset.js";
import { members } from "./members.js";
import type { SampleOrder } from "./order.js";
import type { MixtureSampler } from "./samplers.js";
import { epochRounds, partRounds, shuffledIndex } from "./shuffle.js";

export function mixtureOrder(sampler: MixtureSampler, dataset: Dataset, seed: number): SampleOrder {
  const shares = wholeShares(sampler.proportions);
  const sum = shares.reduce((total, share) => total + share, 0);
  const parts = members(dataset);
  let end = 0;
  const slots = shares.map((share) => (end += share) - share);
  return {
    index(epoch, position) {
      const slot = shuffledIndex(sum, position, epochRounds(seed, epoch));
      const member = slots.findLastIndex((first, i) => first <= slot && shares[i]! > 0);
      const ordinal = Math.floor(position / sum) * shares[member]! + slot - slots[member]!;
      const { start, length } = parts[member]!;
      return start + shuffledIndex(length, ordinal, partRounds(seed, epoch, member));
    },
  };
}

/**
 * Proportions as whole numbers: as they are, or in thousandths of their sum by largest remainder, so that they sum to
 * 1000.
 */
export function wholeShares(proportions: readonly number[]): number[] {
  if (proportions.every(Number.isInteger)) return [...proportions];
  const total = proportions.reduce((sum, share) => sum + share, 0);
  const exact = proportions.map((share) => (share / total) * 1000);
  const shares = exact.map(Math.floor);
  const missing = 1000 - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((share, i) => ({ i, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, missing)) shares[i]!++;
  return shares;
}
