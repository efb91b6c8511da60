/** Several datasets as one. */
import type { SamplePlace } from "../augment/spatial-draw.js";
import type { Engine } from "../engine/engine.js";
import { VoxelfeedError } from "../errors.js";
import { fetchCode } from "../fetch-code.js";
import { invalid } from "../options.js";
import type { PositionGrid } from "../plan/positions.js";
import type { Tile } from "../plan/tiles.js";
import type { Box, Vec3 } from "../types.js";
import type { CountClassesOptions } from "./counts.js";
import { type CropParts, checkIndex, type Dataset, type SampleTurn } from "./dataset.js";
import { PlannedDataset } from "./planned.js";
import type { DatasetArray, SamplePlan } from "./sample.js";
import type { SamplingWeights } from "./sampling-weights.js";

/** Datasets one after the other: index `i` belongs to the first dataset whose cumulative length exceeds it. */
export class CombinedDataset extends PlannedDataset implements Dataset {
  readonly length: number;
  readonly #starts: readonly number[];
  readonly #cropStarts: readonly number[];

  constructor(readonly datasets: readonly Dataset[]) {
    super();
    let total = 0;
    let crops = 0;
    this.#starts = datasets.map(({ length }) => (total += length) - length);
    this.#cropStarts = datasets.map((dataset) => (crops += dataset.crops.length) - dataset.crops.length);
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

  get validationTiles(): readonly Tile[] {
    return this.datasets.flatMap(({ validationTiles }, i) =>
      validationTiles.map(({ index, overlapNm }) => ({ index: index + this.#starts[i]!, overlapNm })),
    );
  }

  /** That of the first dataset; the others' are never made. */
  get engine(): Engine {
    return this.datasets[0]!.engine;
  }

  place(index: number): SamplePlace {
    const { dataset, start } = this.#locate(index);
    return dataset.place(index - start);
  }

  plan(index: number, turn?: SampleTurn): SamplePlan {
    const { dataset, start, cropStart } = this.#locate(index);
    const plan = dataset.plan(index - start, turn);
    return { ...plan, origin: { ...plan.origin, index, crop: cropStart + plan.origin.crop } };
  }

  /**
   * How often each dataset should be drawn from, so that scarce classes are seen as often as common ones: the volume
   * of each of its classes times the class's weight in the combination.
   *
   * Source: `dataset_weights` of cellmap-data's multi-dataset, which are these per sample.
   */
  async samplingWeights(options: CountClassesOptions = {}): Promise<SamplingWeights> {
    const { weighDatasets } = await fetchCode(() => import("./sampling-weights.js"));
    return await weighDatasets(this, options);
  }

  widenTargets(names: readonly string[]): CombinedDataset {
    const datasets = this.datasets.map((dataset) => dataset.widenTargets(names));
    return new CombinedDataset(datasets);
  }

  enlargeTargets(halos: Readonly<Record<string, Vec3>>): CombinedDataset {
    return new CombinedDataset(this.datasets.map((dataset) => dataset.enlargeTargets(halos)));
  }

  dispose(): void {
    for (const dataset of this.datasets) dataset.dispose();
  }

  #locate(index: number) {
    checkIndex(index, this.length);
    const at = this.#starts.findLastIndex((start) => start <= index);
    return { dataset: this.datasets[at]!, start: this.#starts[at]!, cropStart: this.#cropStarts[at]! };
  }
}

/**
 * Joins datasets that have the same arrays and classes; indices count through them in order. Where some have a
 * target array as `uint8` and others as `uint32`, all have it as `uint32`.
 *
 * @throws VoxelfeedError `invalid-option` when there is none, or when they differ
 */
export function combineDatasets(datasets: readonly Dataset[]): CombinedDataset {
  if (datasets.length === 0) throw invalid("datasets", "at least one dataset", datasets);
  const wide = datasets.flatMap(({ arrays }) =>
    arrays.flatMap(({ spec, role }) => (role === "target" && spec.dtype === "uint32" ? [spec.name] : [])),
  );
  const alike = datasets.map((dataset) => {
    const narrow = dataset.arrays.filter(({ spec }) => spec.dtype === "uint8" && wide.includes(spec.name));
    return narrow.length === 0 ? dataset : dataset.widenTargets(narrow.map(({ spec }) => spec.name));
  });
  const form = JSON.stringify(alike[0]!.arrays);
  const other = alike.findIndex(({ arrays }) => JSON.stringify(arrays) !== form);
  if (other !== -1) {
    throw new VoxelfeedError(
      "invalid-option",
      `datasets[${other}] has other arrays or classes than datasets[0]; a batch needs the same of all: ` +
        `${JSON.stringify(alike[other]!.arrays)} against ${form}.`,
      { path: `datasets[${other}]` },
    );
  }
  return new CombinedDataset(alike);
}
