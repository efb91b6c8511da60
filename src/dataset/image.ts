/** One OME-Zarr multiscale image: its metadata, and patches read from it at any place, size and angle. */
import { linkedController } from "../abort.js";
import type { Priority } from "../cache/budget.js";
import { Engine, type EngineStats } from "../engine/engine.js";
import { LivingArrays } from "../engine/living-arrays.js";
import { engineOptionNames } from "../engine/options.js";
import { outputBytes } from "../engine/outputs.js";
import { prepareToRead } from "../engine/start-early.js";
import { checkKeys, oneOf } from "../options.js";
import type { IdTable } from "../plan/ids.js";
import { outputArray, outputElements } from "../plan/output.js";
import { planPatch } from "../plan/patch.js";
import type { Box, OutputDType, SourceDType, TypedArray, Vec3 } from "../types.js";
import type { ByteStore, ImageSource } from "../zarr/byte-store.js";
import type { AxisInfo, ImageMeta, Level } from "../zarr/metadata.js";
import { openMultiscale } from "../zarr/open.js";
import { openSource } from "../zarr/store.js";
import { withDocumentsAhead } from "./documents-ahead.js";
import type { OpenImageOptions } from "./image-options.js";
import { type ReadRequest, resolveRequest } from "./read-request.js";

export interface ReadOptions {
  /**
   * What the read is for, where it competes with others for connections, workers and memory: `visible` (default) goes
   * before training, `prefetch` and `background` after it, and they never take the last part of a budget.
   */
  readonly priority?: Exclude<Priority, "training">;
  readonly signal?: AbortSignal;
}

/** A patch on the CPU; the caller owns the arrays. C order z, y, x. */
export interface ReadResult {
  readonly data: TypedArray;
  /** 1 inside the volume, 0 outside. */
  readonly mask: Uint8Array;
  readonly shape: Vec3;
  readonly dtype: OutputDType;
  /** The pyramid level that was read. */
  readonly level: number;
  /** Where 64-bit ids do not fit: values are indices into this table. Else null. */
  readonly idTable: IdTable | null;
}

export class Image {
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;

  /** Use {@link openImage}. */
  constructor(
    readonly store: ByteStore,
    readonly meta: ImageMeta,
    engine: Engine,
    ownsEngine: boolean,
  ) {
    this.#engine = engine;
    this.#ownsEngine = ownsEngine;
  }

  /** Pyramid levels, finest first. */
  get levels(): readonly Level[] {
    return this.meta.levels;
  }

  get axes(): readonly AxisInfo[] {
    return this.meta.axes;
  }

  get dtype(): SourceDType {
    return this.meta.dtype;
  }

  /** Voxel footprint of the finest level, nanometres. */
  get boundingBox(): Box {
    return this.meta.boundingBox;
  }

  /**
   * Reads one patch: output voxel k sits at `center + matrix · ((k - (shape - 1)/2) ⊙ scale)`. One gather per
   * output voxel from the coarsest level that is fine enough.
   *
   * @returns typed arrays the caller owns
   * @throws VoxelfeedError `invalid-option`, `unknown-option`; what fetching and decoding throws; the
   * signal's reason on abort
   */
  async read(request: ReadRequest, options: ReadOptions = {}): Promise<ReadResult> {
    checkKeys(options, ["signal", "priority"], "the read options");
    const priority = oneOf(options.priority, "priority", ["visible", "prefetch", "background"], "visible");
    const patch = resolveRequest(request, this.meta.dtype);
    const planned = planPatch(this.levels, patch);
    const layout = {
      samples: 1,
      channels: 1,
      shape: patch.shape,
      dtype: patch.dtype,
      layout: "ncdhw",
    } as const;
    const { controller, unlink } = linkedController(options.signal, this.#engine.lifetime);
    const job = { layout, channels: ["image"], mask: true, reads: [{ image: this, priority, ...planned }] };
    try {
      const works = await this.#engine.works();
      const leave = await works.admitOutputs(outputBytes([job]), controller.signal, priority);
      const render = () => works.render([job], controller.signal);
      const first = await render().catch((error: unknown) => {
        leave();
        throw error;
      });
      const living = new LivingArrays(works, first, render);
      try {
        const elements = outputElements(layout);
        const values = await living.values(0);
        const mask = await living.mask(0);
        const { idTables } = living.arrays[0]!;
        controller.signal.throwIfAborted();
        return {
          data: outputArray(patch.dtype, elements, values),
          mask: new Uint8Array(mask, 0, elements),
          shape: patch.shape,
          dtype: patch.dtype,
          level: planned.level,
          idTable: idTables[0] ?? null,
        };
      } finally {
        // The memory is the caller's from here on.
        living.recycleBuffers();
        leave();
      }
    } finally {
      unlink();
    }
  }

  /** Where time and bytes went, and what backend runs. */
  stats(): EngineStats {
    return this.#engine.stats();
  }

  /** Stops the reads under way and the workers, unless the engine was passed in. */
  dispose(): void {
    if (this.#ownsEngine) this.#engine.dispose();
  }
}

/** See {@link openImage}. */
export async function openStored(source: ImageSource, options: OpenImageOptions): Promise<Image> {
  checkKeys(
    options,
    [...engineOptionNames, "select", "integrity", "http", "engine", "signal"],
    "the openImage options",
  );
  const { engine, select, integrity, http, signal, ...engineOptions } = options;
  const own = engine ?? new Engine(engineOptions);
  if (engine === undefined) prepareToRead(engineOptions);
  const store = openSource(source, http);
  const meta = await withDocumentsAhead(store, (ahead) =>
    openMultiscale(ahead, { select, integrity, signal }),
  );
  return new Image(store, meta, own, engine === undefined);
}
