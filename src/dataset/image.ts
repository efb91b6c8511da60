/** One OME-Zarr multiscale image: its metadata, and patches read from it at any place, size and angle. */
import { linkedController } from "../abort.js";
import type { Priority } from "../cache/budget.js";
import { Engine, type EngineStats } from "../engine/engine.js";
import { LivingArrays } from "../engine/living-arrays.js";
import { type EngineOptions, engineOptionNames } from "../engine/options.js";
import { outputBytes } from "../engine/outputs.js";
import { determinant } from "../math/vec.js";
import { checkKeys, finiteVec3, invalid, oneOf, positiveVec3, shapeVec3 } from "../options.js";
import type { IdTable } from "../plan/ids.js";
import { outputArray, outputElements } from "../plan/output.js";
import { type PatchRequest, planPatch } from "../plan/patch.js";
import type {
  Antialias,
  Box,
  Interpolation,
  Mat3,
  OutputDType,
  SourceDType,
  TypedArray,
  Vec3,
} from "../types.js";
import type { HttpOptions } from "../zarr/access.js";
import type { ByteStore, ImageSource } from "../zarr/byte-store.js";
import type { IntegrityManifest } from "../zarr/integrity.js";
import type { AxisInfo, ImageMeta, Level } from "../zarr/metadata.js";
import { openMultiscale } from "../zarr/open.js";
import { openSource } from "../zarr/store.js";

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

/** A patch of an image in world terms. */
export interface ReadRequest {
  /** World centre, nanometres, z, y, x. */
  readonly center: Vec3;
  /** Patch shape in voxels, z, y, x. */
  readonly shape: Vec3;
  /** Voxel size of the patch, nanometres, z, y, x. */
  readonly scale: Vec3;
  /** Pull map about the centre, output → world, in physical units, rows z, y, x. Default: identity. */
  readonly matrix?: Mat3;
  /** Default `linear`. */
  readonly interpolation?: Interpolation;
  /** Default `box` for linear reads, `none` for nearest. */
  readonly antialias?: Antialias;
  /** Value outside the volume. Default 0. */
  readonly padValue?: number;
  /** Default: `float32` for linear reads; for nearest ones the integer type that holds the stored values. */
  readonly dtype?: OutputDType;
}

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

const requestKeys = [
  "center",
  "shape",
  "scale",
  "matrix",
  "interpolation",
  "antialias",
  "padValue",
  "dtype",
] as const;

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
      const leave = await this.#engine.admitOutputs(outputBytes([job]), controller.signal, priority);
      const render = () => this.#engine.render([job], controller.signal);
      const first = await render().catch((error: unknown) => {
        leave();
        throw error;
      });
      const living = new LivingArrays(this.#engine, first, render);
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

/**
 * Opens one OME-Zarr multiscale image (OME-NGFF 0.4 or 0.5, Zarr v2 or v3).
 *
 * @param source URL of the multiscale group, a zarrita store, or a `FileSystemDirectoryHandle`
 * @throws VoxelfeedError `not-found`, `not-zarr`, `not-multiscale`, `invalid-metadata`, `array-not-found`,
 * `unknown-codec`, `unsupported`, `select-required`, `http`, `network`, `forbidden`, `unknown-option`
 *
 * @example
 * const image = await openImage("https://example.org/volume.zarr/recon-1/em/fibsem-uint8");
 * const { data, mask } = await image.read({ center: [800, 800, 800], shape: [1, 256, 256], scale: [8, 8, 8] });
 */
export async function openImage(source: ImageSource, options: OpenImageOptions = {}): Promise<Image> {
  checkKeys(
    options,
    [...engineOptionNames, "select", "integrity", "http", "engine", "signal"],
    "the openImage options",
  );
  const { engine, select, integrity, http, signal, ...engineOptions } = options;
  const own = engine ?? new Engine(engineOptions);
  const store = openSource(source, http);
  const meta = await openMultiscale(store, { select, integrity, signal });
  return new Image(store, meta, own, engine === undefined);
}

/** The dtype that holds a source's values unchanged, as far as one of 32 bits can. */
function nearestDType(source: SourceDType): OutputDType {
  if (source === "bool" || source === "uint8") return "uint8";
  if (source.startsWith("uint")) return "uint32";
  return source.startsWith("int") ? "int32" : "float32";
}

function resolveRequest(request: ReadRequest, source: SourceDType): PatchRequest {
  checkKeys(request, requestKeys, "the read request");
  const interpolation = oneOf(
    request.interpolation,
    "interpolation",
    ["nearest", "linear", "linear-argmax"],
    "linear",
  );
  const { matrix, padValue = 0 } = request;
  if (matrix !== undefined) {
    if (!Array.isArray(matrix) || matrix.length !== 3)
      throw invalid("matrix", "three rows of three numbers", matrix);
    matrix.forEach((row, i) => void finiteVec3(row, `matrix[${i}]`));
    if (determinant(matrix) === 0) throw invalid("matrix", "an invertible matrix", matrix);
  }
  if (typeof padValue !== "number") throw invalid("padValue", "a number", padValue);
  return {
    center: finiteVec3(request.center, "center"),
    shape: shapeVec3(request.shape, "shape"),
    scale: positiveVec3(request.scale, "scale", "nanometres per voxel"),
    matrix,
    interpolation,
    antialias: oneOf(
      request.antialias,
      "antialias",
      ["box", "none"],
      interpolation === "linear" ? "box" : "none",
    ),
    padValue,
    dtype: oneOf(
      request.dtype,
      "dtype",
      ["float32", "float16", "uint8", "int32", "uint32"],
      interpolation === "linear" ? "float32" : nearestDType(source),
    ),
  };
}
