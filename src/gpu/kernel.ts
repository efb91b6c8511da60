/** The render shader and the constants of its pipelines: dtypes, brick shape, and what else a read asks for. */
import encodeSource from "../../shaders/encode.wgsl?raw";
import renderSource from "../../shaders/render.wgsl?raw";
import rngSource from "../../shaders/rng.wgsl?raw";
import sampleSource from "../../shaders/sample.wgsl?raw";
import valuesSource from "../../shaders/values.wgsl?raw";
import warpSource from "../../shaders/warp.wgsl?raw";
import { readsIds } from "../plan/ids.js";
import type { ReadPlan } from "../plan/reads.js";
import type { BrickDType, OutputDType } from "../types.js";
import { Shader } from "./shader.js";

/** What of a read is compiled into its pipeline. */
export type KernelPlan = Pick<
  ReadPlan,
  "dtype" | "outDType" | "interpolation" | "subsamples" | "brickShape" | "labelCodes" | "reflect" | "warp"
>;

/** What of a job is compiled into its pipeline. */
export interface KernelUse {
  readonly plan: KernelPlan;
  readonly mask: boolean;
  /** Whether operations are applied to the values. */
  readonly values: boolean;
  /** Whether values come from a float32 stage instead of from bricks. */
  readonly stage: boolean;
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

/** Threads of a workgroup. */
export const workgroupSize = 64;

/** Output voxels per thread: four where values or mask are packed, so that a thread writes whole words. */
export function lanesOf({ outDType }: Pick<ReadPlan, "outDType">, mask: boolean): number {
  return mask || outDType === "uint8" || outDType === "float16" ? 4 : 1;
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
export function kernelConstants({ plan: asked, mask, values, stage }: KernelUse): Record<string, number> {
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
    VALUES: Number(values),
    STAGE: Number(stage),
    BOX: Number(plan.subsamples.some((count) => count > 1)),
    WARP: Number(plan.warp !== undefined),
    IDS: Number(readsIds(plan)),
    MASK: Number(mask),
    LANES: lanesOf(plan, mask),
    BRICK_Z: z,
    BRICK_Y: y,
    BRICK_X: x,
    SHIFTS: Number(shifts),
    SHIFT_Z: shift(z),
    SHIFT_Y: shift(y),
    SHIFT_X: shift(x),
  };
}

/** The render shader. Bindings 0 to 5 are read, 6 and 7 written; see `shaders/render.wgsl`. */
export function renderShader(device: GPUDevice): Shader {
  return new Shader(device, {
    label: "render",
    code: [sampleSource, encodeSource, warpSource, rngSource, valuesSource, renderSource].join("\n"),
    bindings: ["read", "read", "read", "read", "read", "read", "write", "write"],
  });
}
