/** Copies a box of voxels out of bricks into one contiguous array. */
import { type IdTable, idLookup } from "../plan/ids.js";
import { brickAt, type LabelCodes, type ReadPlan } from "../plan/reads.js";
import type { BrickDType } from "../types.js";
import type { VoxelBox } from "./blocks.js";
import { type BrickValues, brickValues } from "./brick-values.js";
import { screenCodes } from "./codes.js";
import { reflectVoxels, shownBox } from "./reflect.js";
import type { RenderScratch, VoxelArray, VoxelKind } from "./scratch.js";
import type { RowSpans } from "./spans.js";

/** Voxels of a box, C order z, y, x. */
export interface GatheredVoxels {
  readonly box: VoxelBox;
  readonly values: VoxelArray;
  /** False when a value is NaN or infinite, for which interpolation needs care. */
  readonly finite: boolean;
  /** 0 where a voxel has the unknown code, 1 elsewhere; null for reads without codes. */
  readonly known: Uint8Array | null;
}

/** Decodes bricks once per read, however many blocks ask for them. */
export class BrickReader {
  readonly kind: VoxelKind;
  readonly #plan: ReadPlan;
  readonly #bricks: ReadonlyMap<number, Uint8Array>;
  /** What a 64-bit integer is written as. */
  readonly #wideNumber: ((low: number, high: number) => number) | null;
  readonly #decoded = new Map<number, BrickValues>();
  readonly #fill: number;
  /** The label codes as gathered values. */
  readonly #codes: LabelCodes | null;

  /**
   * @param bricks - page table entry → brick bytes; an absent one reads as the fill value
   * @param idTable - when given, 64-bit values become indices into it
   */
  constructor(plan: ReadPlan, bricks: ReadonlyMap<number, Uint8Array>, idTable: IdTable | null) {
    this.#plan = plan;
    this.#bricks = bricks;
    this.#wideNumber = wideNumber(plan.dtype, idTable);
    this.kind = voxelKind(plan.dtype);
    const fill = brickValues(Uint8Array.from(plan.fillBytes), plan.dtype);
    this.#fill = this.#wideNumber === null ? fill[0]! : this.#wideNumber(fill[0]!, fill[1]!);
    this.#codes = plan.labelCodes === undefined ? null : gatheredCodes(plan.labelCodes, idTable);
  }

  /**
   * Gathers a box. The values belong to the scratch and are valid until it is used again.
   *
   * @param spans - outside them values may be anything; null for all of the box
   */
  gather(box: VoxelBox, spans: RowSpans | null, scratch: RenderScratch): GatheredVoxels {
    const { volumeShape, reflect } = this.#plan;
    const shown = reflect ? shownBox(box, volumeShape) : null;
    // Whether values are finite is asked of the whole box.
    if (shown === null) return this.#gather(box, this.kind === "float32" ? null : spans, scratch);
    const voxels = this.#gather(shown, null, scratch);
    const values = scratch.images(this.kind, box.shape[0] * box.shape[1] * box.shape[2]);
    reflectVoxels(voxels.values, shown, values, box, volumeShape);
    return { ...voxels, box, values };
  }

  #gather(box: VoxelBox, spans: RowSpans | null, scratch: RenderScratch): GatheredVoxels {
    const [sizeZ, sizeY, sizeX] = box.shape;
    const values = scratch.voxels(this.kind, sizeZ * sizeY * sizeX);
    const { bricks, brickShape } = this.#plan;
    let covered = 0;
    const parts: [BrickValues | null, BrickPart][] = [];
    for (const entry of bricks) {
      const part = intersect(box, brickAt(this.#plan, entry), brickShape);
      if (part === null) continue;
      covered += part.shape[0] * part.shape[1] * part.shape[2];
      parts.push([this.#values(entry), part]);
    }
    // Corners of a rotated patch's box lie in bricks that are not read; what they hold must not depend on
    // what the scratch was used for before.
    if (covered < values.length) values.fill(this.#fill);
    for (const [source, part] of parts) {
      if (source === null) fillPart(values, box, part, this.#fill);
      else if (this.#wideNumber === null) copyPart(values, box, spans, source, brickShape, part);
      else copyWidePart(values, box, spans, source, brickShape, part, this.#wideNumber);
    }
    const known = this.#codes === null ? null : scratch.known(values.length);
    if (known !== null) screenCodes(values, this.#codes!, known);
    return { box, values, finite: this.kind !== "float32" || allFinite(values), known };
  }

  #values(entry: number): BrickValues | null {
    const known = this.#decoded.get(entry);
    if (known !== undefined) return known;
    const bytes = this.#bricks.get(entry);
    if (bytes === undefined) return null;
    const values = brickValues(bytes, this.#plan.dtype);
    this.#decoded.set(entry, values);
    return values;
  }
}

/** Codes as values are written: with an id table as indices into it, and null where it does not hold them. */
function gatheredCodes({ absent, unknown }: LabelCodes, idTable: IdTable | null): LabelCodes {
  if (idTable === null) return { absent, unknown };
  const indexOf = (code: number | null): number | null => {
    const index = code === null ? -1 : idTable.indexOf(BigInt(code));
    return index === -1 ? null : index;
  };
  return { absent: indexOf(absent), unknown: indexOf(unknown) };
}

function voxelKind(dtype: BrickDType): VoxelKind {
  if (dtype === "uint8") return "uint8";
  return dtype === "int32" || dtype === "uint32" || dtype === "int64" || dtype === "uint64"
    ? "float64"
    : "float32";
}

/** How 64-bit integers are written: as indices into the id table, or as the nearest float64. */
function wideNumber(
  dtype: BrickDType,
  idTable: IdTable | null,
): ((low: number, high: number) => number) | null {
  if (dtype !== "int64" && dtype !== "uint64") return null;
  if (idTable !== null) return idLookup(idTable);
  return dtype === "int64"
    ? (low, high) => (high | 0) * 0x1_0000_0000 + low
    : (low, high) => high * 0x1_0000_0000 + low;
}

/** The overlap of a box and a brick: first voxel in each, and shape; z, y, x. */
interface BrickPart {
  readonly inBox: readonly number[];
  readonly inBrick: readonly number[];
  readonly shape: readonly [number, number, number];
}

function intersect(box: VoxelBox, brick: readonly number[], brickShape: readonly number[]): BrickPart | null {
  const inBox = [0, 0, 0];
  const inBrick = [0, 0, 0];
  const shape: [number, number, number] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const brickStart = brick[axis]! * brickShape[axis]!;
    const from = Math.max(brickStart, box.start[axis]!);
    const to = Math.min(brickStart + brickShape[axis]!, box.start[axis]! + box.shape[axis]!);
    if (to <= from) return null;
    inBox[axis] = from - box.start[axis]!;
    inBrick[axis] = from - brickStart;
    shape[axis] = to - from;
  }
  return { inBox, inBrick, shape };
}

/** Rows at least this long are copied by `set`: shorter ones cost less in a loop than the call does. */
const longRow = 24;

function copyPart(
  target: VoxelArray,
  box: VoxelBox,
  spans: RowSpans | null,
  source: BrickValues,
  brickShape: readonly number[],
  { inBox, inBrick, shape }: BrickPart,
): void {
  const [countZ, countY, countX] = shape;
  for (let z = 0; z < countZ; z++) {
    for (let y = 0; y < countY; y++) {
      const boxRow = (inBox[0]! + z) * box.shape[1] + inBox[1]! + y;
      const to = boxRow * box.shape[2] + inBox[2]!;
      const from = ((inBrick[0]! + z) * brickShape[1]! + inBrick[1]! + y) * brickShape[2]! + inBrick[2]!;
      const first = spans === null ? 0 : Math.max(spans[2 * boxRow]! - inBox[2]!, 0);
      const end = spans === null ? countX : Math.min(spans[2 * boxRow + 1]! - inBox[2]!, countX);
      if (end - first >= longRow) target.set(source.subarray(from + first, from + end), to + first);
      else for (let x = first; x < end; x++) target[to + x] = source[from + x]!;
    }
  }
}

function copyWidePart(
  target: VoxelArray,
  box: VoxelBox,
  spans: RowSpans | null,
  words: BrickValues,
  brickShape: readonly number[],
  { inBox, inBrick, shape }: BrickPart,
  toNumber: (low: number, high: number) => number,
): void {
  const [countZ, countY, countX] = shape;
  for (let z = 0; z < countZ; z++) {
    for (let y = 0; y < countY; y++) {
      const boxRow = (inBox[0]! + z) * box.shape[1] + inBox[1]! + y;
      const to = boxRow * box.shape[2] + inBox[2]!;
      const from = ((inBrick[0]! + z) * brickShape[1]! + inBrick[1]! + y) * brickShape[2]! + inBrick[2]!;
      const first = spans === null ? 0 : Math.max(spans[2 * boxRow]! - inBox[2]!, 0);
      const end = spans === null ? countX : Math.min(spans[2 * boxRow + 1]! - inBox[2]!, countX);
      for (let x = first; x < end; x++) {
        target[to + x] = toNumber(words[2 * (from + x)]!, words[2 * (from + x) + 1]!);
      }
    }
  }
}

function fillPart(target: VoxelArray, box: VoxelBox, { inBox, shape }: BrickPart, value: number): void {
  const [countZ, countY, countX] = shape;
  for (let z = 0; z < countZ; z++) {
    for (let y = 0; y < countY; y++) {
      const to = ((inBox[0]! + z) * box.shape[1] + inBox[1]! + y) * box.shape[2] + inBox[2]!;
      target.fill(value, to, to + countX);
    }
  }
}

function allFinite(values: VoxelArray): boolean {
  // x - x is 0 for every finite number and NaN otherwise, so one sum tells.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
  return sum === 0;
}
