/** From a sampler's description to the order of an epoch, for one dataset and seed. */
import type { Dataset } from "../dataset/dataset.js";
import { fetchCode } from "../fetch-code.js";
import { sampleDraws, streams } from "../math/rng.js";
import { blockShuffleOrder } from "./block-shuffle.js";
import { gridOrder } from "./grid.js";
import { members } from "./members.js";
import { mixtureOrder } from "./mixture.js";
import type { SampleOrder } from "./order.js";
import type { Preparation } from "./preparation.js";
import type { Sampler } from "./samplers.js";
import { epochRounds, shuffledIndex } from "./shuffle.js";
import { weightedOrder } from "./weighted.js";

/** Samplers that know of classes are fetched when one is used. */
const classSamplers = () => fetchCode(() => import("./class-samplers.js"));

/**
 * Reads what a sampler must know of the data, once: `classBalanced` which crops hold which class, `foreground` where
 * the classes are. The others need nothing.
 *
 * @throws VoxelfeedError `empty-selection`, and what reading throws; the signal's reason on abort
 */
export async function prepareOrder(
  sampler: Sampler,
  dataset: Dataset,
  seed: number,
  preparation: Preparation,
): Promise<SampleOrder> {
  const { length } = dataset;
  switch (sampler.kind) {
    case "sequential":
      return { index: (_, position) => position };
    case "uniform":
      return sampler.replacement === false ? shuffledOrder(length, seed) : uniformOrder(length, seed);
    case "subsetRandom":
      return shuffledOrder(length, seed);
    case "blockShuffle":
      return blockShuffleOrder(sampler, dataset.grids!, seed);
    case "weighted":
      return weightedOrder(sampler, dataset, seed);
    case "mixture":
      return mixtureOrder(sampler, dataset, seed);
    case "grid":
      return gridOrder(sampler, dataset);
    case "classBalanced": {
      const { classBalancedOrder, classHolders } = await classSamplers();
      const parts = members(dataset);
      const holders = await classHolders(parts, dataset.classes, sampler.classes, preparation);
      return classBalancedOrder(holders, parts, seed);
    }
    case "foreground":
      return await (await classSamplers()).foregroundOrder(sampler, dataset, seed, preparation);
  }
}

function uniformOrder(length: number, seed: number): SampleOrder {
  return {
    index: (epoch, position) => Math.floor(sampleDraws(seed, epoch, position, streams.position)() * length),
  };
}

function shuffledOrder(length: number, seed: number): SampleOrder {
  return { index: (epoch, position) => shuffledIndex(length, position, epochRounds(seed, epoch)) };
}
