/** A part of a dataset. */
import type { SamplePlace } from "../augment/spatial-draw.js";
import type { Engine } from "../engine/engine.js";
import { invalid } from "../options.js";
import type { Tile } from "../plan/tiles.js";
import type { Box, Vec3 } from "../types.js";
import { type CropParts, checkIndex, type Dataset, type SampleTurn } from "./dataset.js";
import { PlannedDataset } from "./planned.js";
import type { DatasetArray, SamplePlan } from "./sample.js";

/** Some positions of a dataset, in the order given: index `i` is `indices[i]` of the dataset. */
export class SubsetDataset extends PlannedDataset implements Dataset {
  /** Use {@link subset}. */
  constructor(
    readonly dataset: Dataset,
    readonly indices: readonly number[],
  ) {
    super();
  }

  get length(): number {
    return this.indices.length;
  }

  get classes(): readonly string[] {
    return this.dataset.classes;
  }

  get arrays(): readonly DatasetArray[] {
    return this.dataset.arrays;
  }

  get crops(): readonly CropParts[] {
    return this.dataset.crops;
  }

  get boundingBox(): Box {
    return this.dataset.boundingBox;
  }

  get samplingBox(): Box {
    return this.dataset.samplingBox;
  }

  /** Those tiles of the whole dataset that are in the subset. */
  get validationTiles(): readonly Tile[] {
    const places = new Map(this.indices.map((index, i) => [index, i] as const));
    return this.dataset.validationTiles.flatMap(({ index, overlapNm }) => {
      const place = places.get(index);
      return place === undefined ? [] : [{ index: place, overlapNm }];
    });
  }

  get engine(): Engine {
    return this.dataset.engine;
  }

  place(index: number): SamplePlace {
    checkIndex(index, this.length);
    return this.dataset.place(this.indices[index]!);
  }

  plan(index: number, turn?: SampleTurn): SamplePlan {
    checkIndex(index, this.length);
    const plan = this.dataset.plan(this.indices[index]!, turn);
    return { ...plan, origin: { ...plan.origin, index } };
  }

  widenTargets(names: readonly string[]): SubsetDataset {
    return new SubsetDataset(this.dataset.widenTargets(names), this.indices);
  }

  enlargeTargets(halos: Readonly<Record<string, Vec3>>): SubsetDataset {
    return new SubsetDataset(this.dataset.enlargeTargets(halos), this.indices);
  }

  dispose(): void {
    this.dataset.dispose();
  }
}

/**
 * A part of a dataset: the positions at these indices, in this order. The dataset stays in use: dispose of one.
 *
 * @throws VoxelfeedError `index-out-of-range`; `invalid-option` for what is no list or an empty one
 */
export function subset(dataset: Dataset, indices: readonly number[]): SubsetDataset {
  if (!Array.isArray(indices) || indices.length === 0) {
    throw invalid("indices", "a list of at least one index", indices);
  }
  for (const index of indices) checkIndex(index, dataset.length);
  return new SubsetDataset(dataset, [...indices]);
}
