/** Draws in proportion to weights. */
import type { Dataset } from "../dataset/dataset.js";
import { sampleDraws, streams } from "../math/rng.js";
import { members } from "./members.js";
import type { SampleOrder } from "./order.js";
import type { WeightedSampler } from "./samplers.js";

/** Takes a number in [0, 1) to an index with probability in proportion to its weight. */
export type WeightedPick = (u: number) => number;

/** @param weights finite, ≥ 0, not all 0; one float64 of memory each, O(log n) a pick */
export function weightedPick(weights: readonly number[]): WeightedPick {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!;
    sums[i] = total;
  }
  const last = weights.findLastIndex((weight) => weight > 0);
  return (u) => {
    const target = u * total;
    // The first sum above the target: an index of weight 0 is never that.
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

export function weightedOrder(sampler: WeightedSampler, dataset: Dataset, seed: number): SampleOrder {
  const draws = (epoch: number, position: number) => sampleDraws(seed, epoch, position, streams.position);
  if ("samples" in sampler) {
    const pick = weightedPick(sampler.samples);
    return { index: (epoch, position) => pick(draws(epoch, position)()) };
  }
  const pick = weightedPick(sampler.datasets);
  const parts = members(dataset);
  return {
    index(epoch, position) {
      const draw = draws(epoch, position);
      const { start, length } = parts[pick(draw())]!;
      return start + Math.floor(draw() * length);
    },
  };
}
