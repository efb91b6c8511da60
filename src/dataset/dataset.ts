/** Raw volume and per-class targets of one crop: the positions there are, and what a sample at one reads. */
import type { DrawnSpatial } from "../augment/spatial.js";
import type { StoredImage } from "../engine/arrays.js";
import { Engine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/options.js";
import { VoxelfeedError } from "../errors.js";
import { identity } from "../math/vec.js";
import { planPatch } from "../plan/patch.js";
import { centerAt, type PositionGrid, type Positions } from "../plan/positions.js";
import type { Box, Mat3, ResolvedArraySpec, Vec3 } from "../types.js";
import { readSample, type Sample } from "./get.js";
import type { DatasetArray, SamplePlan } from "./sample.js";

/** How a sample is turned: a pull matrix and the drawn parameters it came from. */
export interface SampleTurn {
  readonly matrix: Mat3;
  readonly drawn: DrawnSpatial;
}

/** What loaders and combinations need of a dataset. */
export interface Dataset {
  /** Number of positions. */
  readonly length: number;
  /** Class names, in the order of the target channels. */
  readonly classes: readonly string[];
  readonly arrays: readonly DatasetArray[];
  /** The crops it reads from, in order: opened images, the box they share, positions. */
  readonly crops: readonly CropParts[];
  /** Intersection of the footprints of all images, nanometres; of a combination, of the first dataset. */
  readonly boundingBox: Box;
  /** Box of the legal patch centres, nanometres. */
  readonly samplingBox: Box;
  /** The grids that the indices run through, in order and without gaps; absent where there is no such order. */
  readonly grids?: readonly PositionGrid[];
  /** Of a combination: its members, in the order of their indices. */
  readonly datasets?: readonly Dataset[];
  /** Plans the sample at a position; pure. @throws VoxelfeedError `index-out-of-range` */
  plan(index: number, turn?: SampleTurn): SamplePlan;
  /**
   * Reads one sample, not turned; its typed arrays belong to the caller.
   * @throws VoxelfeedError `index-out-of-range` and what reading throws
   */
  get(index: number, options?: { readonly signal?: AbortSignal }): Promise<Sample>;
  /** Stops reads under way. Loaders made of the dataset are not affected. */
  dispose(): void;
}

/** The opened parts of one crop. */
export interface CropParts {
  readonly raw: StoredImage;
  readonly rawUrl: string;
  readonly target: string | null;
  /** One image per class, null where there is no annotation. */
  readonly classImages: readonly (StoredImage | null)[];
  readonly classes: readonly string[];
  readonly inputs: readonly ResolvedArraySpec[];
  readonly targets: readonly ResolvedArraySpec[];
  readonly boundingBox: Box;
  readonly positions: Positions;
}

/** Use {@link openDataset}. */
export class CropDataset implements Dataset {
  readonly arrays: readonly DatasetArray[];
  readonly #parts: CropParts;
  readonly #engineOptions: EngineOptions;
  #engine: Engine | undefined;
  #ownEngine: Engine | undefined;

  constructor(parts: CropParts, engineOptions: EngineOptions, engine: Engine | undefined) {
    this.#parts = parts;
    this.#engineOptions = engineOptions;
    this.#engine = engine;
    this.arrays = [
      ...parts.inputs.map((spec) => ({
        spec,
        role: "input" as const,
        channels: ["raw"],
        hidden: [],
        exclusive: [[]],
      })),
      ...parts.targets.map((spec) => ({
        spec,
        role: "target" as const,
        channels: parts.classes,
        hidden: [],
        exclusive: parts.classes.map(() => []),
      })),
    ];
  }

  get crops(): readonly CropParts[] {
    return [this.#parts];
  }

  get length(): number {
    return this.#parts.positions.length;
  }

  get classes(): readonly string[] {
    return this.#parts.classes;
  }

  get boundingBox(): Box {
    return this.#parts.boundingBox;
  }

  get samplingBox(): Box {
    const { first, length } = this.#parts.positions;
    return { min: first, max: centerAt(this.#parts.positions, length - 1) };
  }

  get grids(): readonly PositionGrid[] {
    return [{ start: 0, positions: this.#parts.positions }];
  }

  plan(index: number, turn?: SampleTurn): SamplePlan {
    checkIndex(index, this.length);
    const center = centerAt(this.#parts.positions, index);
    const matrix = turn?.matrix ?? identity;
    const reads = Object.fromEntries(
      this.arrays.map(({ spec, role }) => {
        const images = role === "input" ? [this.#parts.raw] : this.#parts.classImages;
        return [
          spec.name,
          images.map((image) => (image === null ? null : planRead(image, spec, center, matrix))),
        ];
      }),
    );
    const levels = Object.fromEntries(
      Object.entries(reads).map(([name, list]) => [name, list.map((read) => read?.level ?? null)]),
    );
    const { rawUrl: raw, target } = this.#parts;
    return { reads, origin: { index, raw, target, center, matrix, drawn: turn?.drawn ?? null, levels } };
  }

  async get(index: number, options: { readonly signal?: AbortSignal } = {}): Promise<Sample> {
    this.#ownEngine ??= this.#engine === undefined ? new Engine(this.#engineOptions) : undefined;
    this.#engine ??= this.#ownEngine;
    return await readSample(this.#engine!, this.arrays, this.plan(index), options.signal);
  }

  dispose(): void {
    this.#ownEngine?.dispose();
  }
}

function planRead(image: StoredImage, spec: ResolvedArraySpec, center: Vec3, matrix: Mat3) {
  return { image, ...planPatch(image.meta.levels, { ...spec, center, matrix }) };
}

/** @throws VoxelfeedError `index-out-of-range` */
export function checkIndex(index: number, length: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < length) return;
  throw new VoxelfeedError(
    "index-out-of-range",
    `Index must be a whole number from 0 to ${length - 1}, got ${index}.`,
  );
}
