/** The engine of a dataset: one that was given, or its own, made on first use. */
import { Engine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/options.js";
import { VoxelfeedError } from "../errors.js";

export class OwnEngine {
  #engine: Engine | undefined;
  #owned: Engine | undefined;
  #disposed = false;

  constructor(
    readonly options: EngineOptions,
    given: Engine | undefined,
  ) {
    this.#engine = given;
  }

  /** @throws VoxelfeedError `disposed` */
  get(): Engine {
    if (this.#disposed) throw new VoxelfeedError("disposed", "This dataset was disposed.");
    if (this.#engine === undefined) {
      this.#owned = new Engine(this.options);
      this.#engine = this.#owned;
    }
    return this.#engine;
  }

  /** Ends the engine unless it was given. */
  dispose(): void {
    this.#disposed = true;
    this.#owned?.dispose();
  }
}
