/** Raw volume and per-class targets of one crop. */
import type { SamplePlace } from "../augment/spatial-draw.js";
import { spatialMap } from "../augment/spatial-map.js";
import { valuesToWork } from "../augment/values-list.js";
import type { StoredImage } from "../engine/arrays.js";
import type { ImageRead } from "../engine/cpu-backend.js";
import type { Engine } from "../engine/engine.js";
import type { VoxelfeedError } from "../errors.js";
import { identity, map3 } from "../math/vec.js";
import { frameNumbers } from "../plan/frames.js";
import { type PatchRequest, type PlannedRead, planPatch } from "../plan/patch.js";
import { centerAt, type PositionGrid } from "../plan/positions.js";
import { type Tile, tilesOf } from "../plan/tiles.js";
import type { ValueWork } from "../plan/values.js";
import { inWorld, turnView, type View, viewOf } from "../plan/view.js";
import { warpInView } from "../plan/warp.js";
import { planWorked } from "../plan/worked.js";
import type { Box, ResolvedArraySpec, Vec3 } from "../types.js";
import { type CropParts, checkIndex, type Dataset, type SampleTurn } from "./dataset.js";
import { missingChunk } from "./missing.js";
import type { OwnEngine } from "./own-engine.js";
import { PlannedDataset } from "./planned.js";
import type { DatasetArray, SamplePlan } from "./sample.js";

/** Use {@link openDataset}. */
export class CropDataset extends PlannedDataset implements Dataset {
  readonly arrays: readonly DatasetArray[];
  readonly #parts: CropParts;
  readonly #engine: OwnEngine;
  readonly #view: View;
  /** Images with equal numbers share the plan of a patch. */
  readonly #frames: ReadonlyMap<StoredImage, number>;

  constructor(parts: CropParts, engine: OwnEngine) {
    super();
    this.#parts = parts;
    this.#engine = engine;
    this.#view = viewOf(parts.sliceAxis);
    const images = [...parts.rawChannels, ...parts.classImages, ...parts.hiddenImages].filter(
      (image) => image !== null,
    );
    const frames = frameNumbers(images.map(({ meta }) => meta.levels));
    this.#frames = new Map(images.map((image, i) => [image, frames[i]!]));
    this.arrays = describeArrays(parts);
  }

  get length(): number {
    return this.#parts.positions.length;
  }

  get classes(): readonly string[] {
    return this.#parts.classes;
  }

  get crops(): readonly CropParts[] {
    return [this.#parts];
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

  get validationTiles(): readonly Tile[] {
    const { inputs, targets, positions } = this.#parts;
    const extents = (targets.length > 0 ? targets : inputs).map(({ shape, scale }) =>
      inWorld(
        this.#view,
        map3((axis) => shape[axis] * scale[axis]),
      ),
    );
    return tilesOf(
      positions,
      map3((axis) => Math.min(...extents.map((extent) => extent[axis]))),
    );
  }

  get engine(): Engine {
    return this.#engine.get();
  }

  place(index: number): SamplePlace {
    checkIndex(index, this.length);
    const extents = this.arrays.map(({ spec: { shape, scale } }) =>
      map3((axis) => shape[axis] * scale[axis]),
    );
    return {
      center: centerAt(this.#parts.positions, index),
      legal: this.samplingBox,
      extentNm: inWorld(
        this.#view,
        map3((axis) => Math.max(...extents.map((extent) => extent[axis]))),
      ),
    };
  }

  plan(index: number, turn?: SampleTurn): SamplePlan {
    checkIndex(index, this.length);
    const { rawUrl: raw, target, positions, sliceAxis, missing } = this.#parts;
    const { rawChannels, classImages, hiddenImages, isRawOnly } = this.#parts;
    const { matrix: turned = identity, drawn = null, values = null } = turn ?? {};
    const { translation, warp } = spatialMap(drawn ?? []);
    const from = centerAt(positions, index);
    const center = map3((axis) => from[axis] + translation[axis]);
    const matrix = turnView(turned, this.#view);
    const way: PatchWay = { center, matrix, ...(warp && { warp: warpInView(warp, this.#view) }) };
    const plans = new Map<string, PlannedRead>();
    let missed: VoxelfeedError | null = null;
    const rawRead = (image: StoredImage, spec: ResolvedArraySpec, channel: number): ImageRead => {
      const own = values?.[spec.name];
      const work = own && valuesToWork(own, spec, image.meta.dtype, channel);
      const read = this.#planRead(image, spec, way, plans, work);
      const note = (chunk: Vec3): void => {
        const isUnderCrop = missing.note(image.meta, read.level, chunk);
        if (isUnderCrop && missing.policy === "skip") missed = missingChunk(image.meta, read.level, chunk);
      };
      return { ...read, missing: note };
    };
    const readsOf = ({ spec, role }: DatasetArray): (ImageRead | null)[] => {
      if (role === "input" || isRawOnly) {
        return rawChannels.map((image, channel) => rawRead(image, spec, channel));
      }
      return [...classImages, ...hiddenImages].map(
        (image) => image && this.#planRead(image, spec, way, plans),
      );
    };
    const reads = Object.fromEntries(this.arrays.map((array) => [array.spec.name, readsOf(array)]));
    const levels = Object.fromEntries(
      this.arrays.map(({ spec: { name }, channels }) => [
        name,
        reads[name]!.slice(0, channels.length).map((read) => read?.level ?? null),
      ]),
    );
    const origin = { index, crop: 0, raw, target, center, sliceAxis, matrix, drawn, values, levels };
    return { reads, origin, missed: () => missed };
  }

  widenTargets(names: readonly string[]): CropDataset {
    const widen = (spec: ResolvedArraySpec): ResolvedArraySpec =>
      names.includes(spec.name) ? { ...spec, dtype: "uint32" } : spec;
    const parts = { ...this.#parts, targets: this.#parts.targets.map(widen) };
    return new CropDataset(parts, this.#engine);
  }

  enlargeTargets(halos: Readonly<Record<string, Vec3>>): CropDataset {
    const enlarge = (spec: ResolvedArraySpec): ResolvedArraySpec => {
      const halo = halos[spec.name] ?? [0, 0, 0];
      return { ...spec, shape: map3((axis) => spec.shape[axis] + 2 * halo[axis]) };
    };
    return new CropDataset({ ...this.#parts, targets: this.#parts.targets.map(enlarge) }, this.#engine);
  }

  dispose(): void {
    this.#engine.dispose();
  }

  /** @param plans those of this sample so far, by array and frame */
  #planRead(
    image: StoredImage,
    spec: ResolvedArraySpec,
    way: PatchWay,
    plans: Map<string, PlannedRead>,
    work?: ValueWork,
  ): ImageRead {
    const { levels, annotation } = image.meta;
    const request = (): PatchRequest => ({ ...spec, ...way, view: this.#view });
    if (work !== undefined) return { image, ...planWorked(levels, request(), work) };
    const key = `${spec.name} ${this.#frames.get(image)}`;
    let planned = plans.get(key);
    if (planned === undefined) {
      planned = planPatch(levels, request());
      plans.set(key, planned);
    }
    const { level, plan } = planned;
    const { absent, unknown } = annotation;
    // An absent code of 0 reads as 0 anyway, without asking every voxel.
    const isCoded = unknown !== null || (absent !== null && absent !== 0);
    return { image, level, plan: isCoded ? { ...plan, labelCodes: { absent, unknown } } : plan };
  }
}

/** How the arrays of a sample are read. */
type PatchWay = Pick<PatchRequest, "center" | "matrix" | "warp">;

function describeArrays(parts: CropParts): DatasetArray[] {
  const { inputs, targets, isRawOnly, rawChannelNames, classes, hidden, exclusive } = parts;
  const ofRaw = { channels: rawChannelNames, hidden: [], exclusive: rawChannelNames.map(() => []) };
  const ofLabels = { channels: classes, hidden, exclusive };
  return [
    ...inputs.map((spec) => ({ spec, role: "input" as const, ...ofRaw })),
    ...targets.map((spec) => ({ spec, role: "target" as const, ...(isRawOnly ? ofRaw : ofLabels) })),
  ];
}
