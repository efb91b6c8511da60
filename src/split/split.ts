/** Training and validation crops of a datasplit, and loaders of them. */
import type { CombinedDataset } from "../dataset/combined.js";
import type { Engine } from "../engine/engine.js";
import { createLoader, type Loader } from "../loader/loader.js";
import type { LoaderOptions } from "../loader/options.js";
import { samplers } from "../sampling/samplers.js";
import type { LeftOutRow, SplitUsage } from "./row.js";

/** The opened crops by usage; a part without a crop is null. */
export class DataSplit {
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #explain: (usage: SplitUsage) => Error;

  /** Use {@link openDataSplit}. */
  constructor(
    readonly train: CombinedDataset | null,
    readonly validation: CombinedDataset | null,
    readonly classes: readonly string[],
    /** Rows that gave no crop, in order, with their reasons. */
    readonly leftOut: readonly LeftOutRow[],
    engine: { readonly engine: Engine; readonly owned: boolean },
    explain: (usage: SplitUsage) => Error,
  ) {
    this.#engine = engine.engine;
    this.#ownsEngine = engine.owned;
    this.#explain = explain;
  }

  /** One part. @throws VoxelfeedError `empty-split` saying why there is none */
  part(usage: SplitUsage): CombinedDataset {
    const dataset = this[usage];
    if (dataset === null) throw this.#explain(usage);
    return dataset;
  }

  /**
   * Makes a loader of one part, see {@link createLoader}. Loaders of one split share its workers and caches,
   * unless they are given an engine of their own. The validation part's default sampler is `samplers.grid()`: an
   * epoch is every place once.
   *
   * @throws VoxelfeedError `empty-split` saying why that part has no crop; what {@link createLoader} throws
   */
  loader(usage: SplitUsage, options: LoaderOptions = {}): Loader {
    const sampler = usage === "validation" && options.state === undefined ? { sampler: samplers.grid() } : {};
    return createLoader(this.part(usage), { engine: this.#engine, ...sampler, ...options });
  }

  /** Stops what reads through the split's own workers, and ends them. */
  dispose(): void {
    for (const dataset of [this.train, this.validation]) dataset?.dispose();
    if (this.#ownsEngine) this.#engine.dispose();
  }
}
