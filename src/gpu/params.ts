/** Packs jobs into the bytes that `shaders/render.wgsl` reads. Pure. */
import { floatToHalf } from "../math/half.js";
import type { IdTable } from "../plan/ids.js";
import { type LabelCodes, type ReadPlan, voxelCount } from "../plan/reads.js";
import type { BrickDType, OutputDType } from "../types.js";
import type { BrickSlot } from "./bricks.js";
import { blockAlignment, type UniformBlocks } from "./steps.js";
import { warpWords, writeWarp } from "./warp.js";

/** Bytes of the WGSL struct `Job`. */
const jobBytes = 176;

/** Page table entry of a brick that reads as the fill value. */
export const missingPage = 0xffffffff;

/** One read as the shader sees it: offsets count elements of the bound parts of the buffers. */
export interface ShaderJob {
  readonly plan: ReadPlan;
  readonly slots: ReadonlyMap<number, BrickSlot>;
  readonly idTable: IdTable | null;
  readonly outStart: number;
  readonly outStride: number;
  readonly maskStart: number;
  readonly maskStride: number;
  /** Operations on the values, of `packProgram`; null for none. */
  readonly program: Uint32Array | null;
}

export interface PackedJobs {
  /** The WGSL struct `Job`, a block per job. */
  readonly jobs: UniformBlocks;
  /** Page tables, id tables, label codes, programs and warps, one after the other; at least one word. */
  readonly tables: Uint32Array<ArrayBuffer>;
}

/** Packs jobs that share their buffers. */
export function packJobs(jobs: readonly ShaderJob[]): PackedJobs {
  const words = jobs.reduce((sum, job) => sum + tableWords(job), 0);
  const tables = new Uint32Array(Math.max(words, 1));
  const packed = new ArrayBuffer(jobs.length * blockAlignment);
  let at = 0;
  for (const [i, job] of jobs.entries()) {
    const pageStart = at;
    at += pageCount(job.plan);
    tables.fill(missingPage, pageStart, at);
    for (const entry of job.plan.bricks) {
      const slot = job.slots.get(entry);
      if (slot !== undefined) tables[pageStart + entry] = pageOf(slot);
    }
    const idStart = at;
    if (job.idTable !== null) {
      const { buffer, byteOffset, length } = job.idTable;
      tables.set(new Uint32Array(buffer, byteOffset, 2 * length), at);
      at += 2 * length;
    }
    const codeStart = at;
    if (job.plan.labelCodes !== undefined) {
      tables.set(rawCodes(job.plan.labelCodes, job.plan.dtype), at);
      at += codeWords;
    }
    const programStart = at;
    if (job.program !== null) {
      tables.set(job.program, at);
      at += job.program.length;
    }
    const warpStart = at;
    if (job.plan.warp !== undefined) writeWarp(job.plan.warp, tables, warpStart);
    at += warpWords(job.plan.warp);
    const starts = { pageStart, idStart, codeStart, programStart, warpStart };
    writeJob(new DataView(packed, i * blockAlignment, jobBytes), job, starts);
  }
  return { jobs: { blocks: new Uint8Array(packed), blockBytes: jobBytes }, tables };
}

/** Heap in the two high bits, offset in words in the others. */
export function pageOf({ heap, byteOffset }: BrickSlot): number {
  return ((heap << 30) | (byteOffset / 4)) >>> 0;
}

/** Bits of an output element, in the low end of the word; see {@link ReadPlan} for rounding. */
export function outputBits(value: number, dtype: OutputDType): number {
  if (dtype === "float32") return new Uint32Array(Float32Array.of(value).buffer)[0]!;
  if (dtype === "float16") return floatToHalf(value);
  const [min, max] = integerRange[dtype];
  const whole = Number.isNaN(value) ? 0 : Math.min(Math.max(Math.floor(value + 0.5), min), max);
  return whole >>> 0;
}

const integerRange = {
  uint8: [0, 255],
  int32: [-0x80000000, 0x7fffffff],
  uint32: [0, 0xffffffff],
} as const;

function pageCount({ gridShape }: ReadPlan): number {
  return voxelCount(gridShape);
}

function tableWords({ plan, idTable, program }: ShaderJob): number {
  const codes = plan.labelCodes ? codeWords : 0;
  const extras = codes + (program?.length ?? 0) + warpWords(plan.warp);
  return pageCount(plan) + 2 * (idTable?.length ?? 0) + extras;
}

/** First word of a job's parts of the tables. */
interface TableStarts {
  readonly pageStart: number;
  readonly idStart: number;
  readonly codeStart: number;
  readonly programStart: number;
  readonly warpStart: number;
}

function writeJob(view: DataView, job: ShaderJob, starts: TableStarts): void {
  const { pageStart, idStart, codeStart, programStart, warpStart } = starts;
  const { plan } = job;
  const [fillLow, fillHigh] = fillWords(plan);
  let at = 0;
  const float = (value: number) => view.setFloat32((at += 4) - 4, value, true);
  const int = (value: number) => view.setInt32((at += 4) - 4, value, true);
  const word = (value: number) => view.setUint32((at += 4) - 4, value, true);
  // Each vector shares its 16 bytes with the scalar after it.
  const last = [pageStart, outputBits(plan.padValue, plan.outDType), fillLow];
  for (const column of [0, 1, 2]) {
    for (const row of plan.matrix) float(row[column]!);
    word(last[column]!);
  }
  plan.offset.forEach(float);
  word(fillHigh);
  plan.base.forEach(int);
  word(idStart);
  plan.shape.forEach(word);
  word(job.idTable?.length ?? 0);
  plan.volumeShape.forEach(int);
  word(job.outStart);
  plan.gridMin.forEach(word);
  word(job.outStride);
  plan.gridShape.forEach(word);
  word(job.maskStart);
  plan.subsamples.forEach(word);
  word(job.maskStride);
  word(codeStart);
  word(programStart);
  word(warpStart);
}

/** Words of label codes in the tables: absent low and high, unknown low and high. */
const codeWords = 4;

/** Label codes as raw voxels; one that is null is compiled out, and stands as 0. */
function rawCodes({ absent, unknown }: LabelCodes, dtype: BrickDType): number[] {
  return [absent, unknown].flatMap((code) => rawWords(storedBytes(code ?? 0, dtype), dtype));
}

/** A number as the little-endian bytes of a stored voxel. */
function storedBytes(value: number, dtype: BrickDType): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === "float16") view.setUint16(0, floatToHalf(value), true);
  else if (dtype === "float32") view.setFloat32(0, value, true);
  else if (dtype === "int64" || dtype === "uint64") view.setBigInt64(0, BigInt(value), true);
  else view.setInt32(0, value, true);
  return new Uint8Array(view.buffer);
}

function fillWords({ dtype, fillBytes }: ReadPlan): [low: number, high: number] {
  const bytes = new Uint8Array(8);
  bytes.set(fillBytes);
  return rawWords(bytes, dtype);
}

/** Eight bytes as a raw voxel of `shaders/sample.wgsl`: narrow signed integers are sign-extended. */
function rawWords(bytes: Uint8Array, dtype: BrickDType): [low: number, high: number] {
  const view = new DataView(bytes.buffer);
  if (dtype === "int8") return [view.getInt8(0) >>> 0, 0];
  if (dtype === "int16") return [view.getInt16(0, true) >>> 0, 0];
  return [view.getUint32(0, true), view.getUint32(4, true)];
}
