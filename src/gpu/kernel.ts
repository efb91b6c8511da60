/** What is compiled into the pipelines of a read: dtypes, brick shape, and what else it asks for. */
import { readsIds } from "../plan/ids.js";
import type { ReadPlan } from "../plan/reads.js";
import type { BrickDType, OutputDType, Vec3 } from "../types.js";
import type { ProgramSlot } from "./program.js";

/** What of a read is compiled into its pipeline. */
export type KernelPlan = Pick<
  ReadPlan,
  "dtype" | "outDType" | "interpolation" | "subsamples" | "brickShape" | "labelCodes" | "reflect" | "warp"
>;

/** Who else writes the words of an output: nobody, or other threads, jobs or channels. */
export type StoreKind = "whole" | "shared";

/** What of a job is compiled into its pipeline. */
export interface KernelUse {
  readonly plan: KernelPlan;
  readonly store: StoreKind;
  readonly mask: StoreKind | "none";
  /** Operations that are applied to the values; null for none. */
  readonly program: readonly ProgramSlot[] | null;
  /** Whether values come from a float32 stage instead of from bricks. */
  readonly stage: boolean;
  /** Of the pool that holds the bricks. */
  readonly heaps: number;
}

/** Codes of `shaders/sample.wgsl`. */
export const sourceCodes: Readonly<Record<BrickDType, number>> = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  float16: 4,
  uint32: 5,
  int32: 6,
  float32: 7,
  uint64: 8,
  int64: 9,
};

/** Codes of `shaders/encode.wgsl`. */
export const outputCodes: Readonly<Record<OutputDType, number>> = {
  float32: 0,
  float16: 1,
  uint8: 2,
  int32: 3,
  uint32: 4,
};

/** Threads of a workgroup that counts elements. */
export const workgroupSize = 64;

/** Workgroups for the voxels of a read: see the grid of `shaders/render.wgsl`. */
export function renderGrid([sizeZ, sizeY, sizeX]: Vec3): readonly [x: number, y: number, z: number] {
  return [Math.ceil(sizeX / 64), Math.ceil(sizeY / 4), sizeZ];
}

/** What a pass over a stage has of its plan's source: nothing, so that one pipeline serves all sources. */
const noBricks = {
  dtype: "uint8",
  interpolation: "nearest",
  subsamples: [1, 1, 1],
  brickShape: [1, 1, 1],
  labelCodes: undefined,
} as const satisfies Partial<KernelPlan>;

/** The pipeline-overridable constants of a read. */
export function kernelConstants({ plan: asked, program, stage, heaps }: KernelUse): Record<string, number> {
  const plan = stage ? { ...asked, ...noBricks } : asked;
  const [z, y, x] = plan.brickShape;
  const shifts = plan.brickShape.every((size) => Number.isInteger(Math.log2(size)));
  const shift = (size: number) => (shifts ? Math.log2(size) : 0);
  return {
    SOURCE: sourceCodes[plan.dtype],
    OUTPUT: outputCodes[plan.outDType],
    LINEAR: Number(plan.interpolation === "linear"),
    ARGMAX: Number(plan.interpolation === "linear-argmax"),
    ABSENT: Number((plan.labelCodes?.absent ?? null) !== null),
    UNKNOWN: Number((plan.labelCodes?.unknown ?? null) !== null),
    REFLECT: Number(plan.reflect ?? false),
    VALUES: Number(program !== null),
    STAGE: Number(stage),
    BOX: Number(plan.subsamples.some((count) => count > 1)),
    WARP: Number(plan.warp !== undefined),
    IDS: Number(readsIds(plan)),
    HEAPS: stage || heaps <= 1 ? 1 : 4,
    BRICK_Z: z,
    BRICK_Y: y,
    BRICK_X: x,
    SHIFTS: Number(shifts),
    SHIFT_Z: shift(z),
    SHIFT_Y: shift(y),
    SHIFT_X: shift(x),
  };
}
