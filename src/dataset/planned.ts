/** What every dataset does alike, once it can plan its samples. */
import type { Engine } from "../engine/engine.js";
import { fetchCode } from "../fetch-code.js";
import { invalid } from "../options.js";
import type { Tile } from "../plan/tiles.js";
import type { ClassCounts, CountClassesOptions } from "./counts.js";
import type { CropParts, SampleTurn } from "./dataset.js";
import type { GetOptions, Sample, SampleBatch } from "./get.js";
import type { DatasetArray, SampleOrigin, SamplePlan } from "./sample.js";

const reading = () => fetchCode(() => import("./get.js"));
const counting = () => fetchCode(() => import("./counts.js"));

/** Reading and counting for a dataset that plans; see the `Dataset` interface. */
export abstract class PlannedDataset {
  abstract readonly arrays: readonly DatasetArray[];
  abstract readonly crops: readonly CropParts[];
  abstract readonly engine: Engine;
  abstract readonly validationTiles: readonly Tile[];
  abstract plan(index: number, turn?: SampleTurn): SamplePlan;

  get validationIndices(): readonly number[] {
    return this.validationTiles.map(({ index }) => index);
  }

  get missingChunks(): number {
    // Slices of one crop miss the same chunks.
    const crops = new Set(this.crops.map(({ missing }) => missing));
    return [...crops].reduce((sum, { count }) => sum + count, 0);
  }

  async get(index: number, options: GetOptions & { readonly turn?: SampleTurn } = {}): Promise<Sample> {
    const plan = this.plan(index, options.turn);
    const { readSample } = await reading();
    return await readSample(options.engine ?? this.engine, this.arrays, plan, options.signal);
  }

  async getBatch(indices: readonly number[], options: GetOptions = {}): Promise<SampleBatch> {
    if (!Array.isArray(indices) || indices.length === 0) {
      throw invalid("indices", "a list of at least one index", indices);
    }
    const plans = indices.map((index) => this.plan(index));
    const { readSamples } = await reading();
    return await readSamples(options.engine ?? this.engine, this.arrays, plans, options.signal);
  }

  async render(origin: SampleOrigin, options: GetOptions = {}): Promise<Sample> {
    const { turnOf } = await reading();
    return await this.get(origin.index, { ...options, turn: turnOf(origin) });
  }

  async classCounts(options: CountClassesOptions = {}): Promise<ClassCounts> {
    const { sumCounts } = await counting();
    return await sumCounts(this.crops, () => options.engine ?? this.engine, options);
  }

  async classWeights(options: CountClassesOptions = {}): Promise<Readonly<Record<string, number>>> {
    const { weightsOf } = await counting();
    return weightsOf(await this.classCounts(options));
  }
}
