/** With what samplers look at the data before the first sample. */
import type { Engine } from "../engine/engine.js";

export interface Preparation {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Told how far it has come, from 0 to 1. */
  readonly onProgress: (done: number) => void;
}
