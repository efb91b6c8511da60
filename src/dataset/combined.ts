/** Several datasets as one. */
import { VoxelfeedError } from "../errors.js";
import { invalid } from "../options.js";
import type { PositionGrid } from "../plan/positions.js";
import type { Box } from "../types.js";
import { type CropParts, checkIndex, type Dataset, type SampleTurn } from "./dataset.js";
import type { Sample } from "./get.js";
import type { DatasetArray, SamplePlan } from "./sample.js";

/** Datasets one after the other: index `i` belongs to the first dataset whose cumulative length exceeds it. */
export class CombinedDataset implements Dataset {
  readonly length: number;
  readonly #starts: readonly number[];

  constructor(readonly datasets: readonly Dataset[]) {
    let total = 0;
    this.#starts = datasets.map(({ length }) => (total += length) - length);
    this.length = total;
  }

  get classes(): readonly string[] {
    return this.datasets[0]!.classes;
  }

  get arrays(): readonly DatasetArray[] {
    return this.datasets[0]!.arrays;
  }

  get crops(): readonly CropParts[] {
    return this.datasets.flatMap(({ crops }) => crops);
  }

  get boundingBox(): Box {
    return this.datasets[0]!.boundingBox;
  }

  get samplingBox(): Box {
    return this.datasets[0]!.samplingBox;
  }

  get grids(): readonly PositionGrid[] | undefined {
    const grids = this.datasets.map((dataset, i) =>
      dataset.grids?.map(({ start, positions }) => ({ start: start + this.#starts[i]!, positions })),
    );
    return grids.every((list) => list !== undefined) ? grids.flat() : undefined;
  }

  plan(index: number, turn?: SampleTurn): SamplePlan {
    const { dataset, start } = this.#locate(index);
    const plan = dataset.plan(index - start, turn);
    return { ...plan, origin: { ...plan.origin, index } };
  }

  async get(index: number, options?: { readonly signal?: AbortSignal }): Promise<Sample> {
    const { dataset, start } = this.#locate(index);
    const sample = await dataset.get(index - start, options);
    return { ...sample, origin: { ...sample.origin, index } };
  }

  dispose(): void {
    for (const dataset of this.datasets) dataset.dispose();
  }

  #locate(index: number): { readonly dataset: Dataset; readonly start: number } {
    checkIndex(index, this.length);
    const at = this.#starts.findLastIndex((start) => start <= index);
    return { dataset: this.datasets[at]!, start: this.#starts[at]! };
  }
}

/**
 * Joins datasets that have the same arrays and classes; indices count through them in order.
 *
 * @throws VoxelfeedError `invalid-option` when there is none, or when they differ
 */
export function combineDatasets(datasets: readonly Dataset[]): CombinedDataset {
  const [first] = datasets;
  if (first === undefined) throw invalid("datasets", "at least one dataset", datasets);
  const form = JSON.stringify(first.arrays);
  const other = datasets.findIndex(({ arrays }) => JSON.stringify(arrays) !== form);
  if (other !== -1) {
    throw new VoxelfeedError(
      "invalid-option",
      `datasets[${other}] has other arrays or classes than datasets[0]; a batch needs the same of all: ` +
        `${JSON.stringify(datasets[other]!.arrays)} against ${form}.`,
      { path: `datasets[${other}]` },
    );
  }
  return new CombinedDataset(datasets);
}
