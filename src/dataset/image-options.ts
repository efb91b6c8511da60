/** What opening an image is told. */
import type { Engine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/options.js";
import type { HttpOptions } from "../zarr/access.js";
import type { IntegrityManifest } from "../zarr/integrity.js";

export interface OpenImageOptions extends EngineOptions {
  /** Index along each channel or time axis that is longer than one, by name: `{ c: 0 }`. */
  readonly select?: Readonly<Record<string, number>>;
  /** Digests of the chunks as stored: each chunk that is listed is verified when it is read. */
  readonly integrity?: IntegrityManifest;
  /** How the source is asked for over HTTP. */
  readonly http?: HttpOptions;
  /** Read through an engine that exists already, sharing its workers and caches. */
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
}
