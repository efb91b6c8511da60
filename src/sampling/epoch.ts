/** How many samples an epoch has. */
import type { Dataset } from "../dataset/dataset.js";
import { gridOrder } from "./grid.js";
import type { Sampler } from "./samplers.js";

/** Whether a sampler can go on for ever; the others end with the dataset. */
export function isEndless({ kind }: Sampler): boolean {
  return kind !== "sequential" && kind !== "grid";
}

/** Samples in one epoch. */
export function epochSamples(sampler: Sampler, dataset: Dataset): number {
  const { length } = dataset;
  if (length === 0) return 0;
  if (sampler.kind === "grid") return gridOrder(sampler, dataset).length;
  if (sampler.kind === "sequential" || sampler.kind === "weighted") return length;
  return sampler.samples ?? length;
}
