/** The order that a loader draws samples in: prepared once, whoever waits for it. */
import type { Dataset } from "../dataset/dataset.js";
import type { Engine } from "../engine/engine.js";
import { SharedResults } from "../engine/shared-results.js";
import type { SampleOrder } from "../sampling/order.js";
import { prepareOrder } from "../sampling/prepare.js";
import type { ResolvedLoaderOptions } from "./options.js";

export class PreparedOrder {
  readonly #orders = new SharedResults<SampleOrder>();
  readonly #listeners = new Set<(done: number) => void>();
  readonly #prepare: (signal: AbortSignal) => Promise<SampleOrder>;

  constructor({ sampler, seed }: ResolvedLoaderOptions, dataset: Dataset, engine: Engine) {
    const onProgress = (done: number): void => {
      for (const listener of this.#listeners) listener(done);
    };
    this.#prepare = async (signal) =>
      await prepareOrder(sampler, dataset, seed, { engine, signal, onProgress });
  }

  /** @param onProgress told how far it has come, from 0 to 1 */
  async get(signal?: AbortSignal, onProgress?: (done: number) => void): Promise<SampleOrder> {
    if (onProgress !== undefined) this.#listeners.add(onProgress);
    try {
      return await this.#orders.get("order", this.#prepare, signal);
    } finally {
      if (onProgress !== undefined) this.#listeners.delete(onProgress);
    }
  }
}
