/** The render kernel's pipelines, one per combination of dtypes and brick shape. */
import encodeSource from "../../shaders/encode.wgsl?raw";
import renderSource from "../../shaders/render.wgsl?raw";
import sampleSource from "../../shaders/sample.wgsl?raw";
import { VoxelfeedError } from "../errors.js";
import { readsIds } from "../plan/ids.js";
import type { ReadPlan } from "../plan/reads.js";
import type { BrickDType, OutputDType } from "../types.js";

/** What of a read is compiled into its pipeline. */
export type KernelPlan = Pick<
  ReadPlan,
  "dtype" | "outDType" | "interpolation" | "subsamples" | "brickShape" | "labelCodes"
>;

/** Codes of `shaders/sample.wgsl`. */
const sourceCodes: Readonly<Record<BrickDType, number>> = {
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
const outputCodes: Readonly<Record<OutputDType, number>> = {
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

/** The pipeline-overridable constants of a read. */
export function kernelConstants(plan: KernelPlan, mask: boolean): Record<string, number> {
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
    BOX: Number(plan.subsamples.some((count) => count > 1)),
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

/** Compiles and keeps pipelines for one device. */
export class RenderKernel {
  /** Bindings 0–5 are read, 6 and 7 written; see `shaders/render.wgsl`. */
  readonly bindGroupLayout: GPUBindGroupLayout;
  /** Settles when the shader has compiled. @throws `gpu`, naming the WGSL line */
  readonly ready: Promise<void>;
  readonly #device: GPUDevice;
  readonly #module: GPUShaderModule;
  readonly #layout: GPUPipelineLayout;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #compiling = new Map<string, Promise<void>>();

  constructor(device: GPUDevice) {
    this.#device = device;
    const code = [sampleSource, encodeSource, renderSource].join("\n");
    this.#module = device.createShaderModule({ label: "voxelfeed render", code });
    this.bindGroupLayout = device.createBindGroupLayout({
      label: "voxelfeed render",
      entries: [0, 1, 2, 3, 4, 5, 6, 7].map((binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: binding < 6 ? "read-only-storage" : "storage" },
      })),
    });
    this.#layout = device.createPipelineLayout({ bindGroupLayouts: [this.bindGroupLayout] });
    this.ready = checkCompilation(this.#module, code);
    // Whoever awaits it gets the error; that nobody does must not be an unhandled rejection.
    this.ready.catch(() => {});
  }

  /** A name that is equal for reads with the same pipeline. */
  key(plan: KernelPlan, mask: boolean): string {
    return Object.values(kernelConstants(plan, mask)).join();
  }

  /** The pipeline of a read; compiles it, without waiting, when it is new. */
  pipeline(plan: KernelPlan, mask: boolean): GPUComputePipeline {
    const key = this.key(plan, mask);
    const known = this.#pipelines.get(key);
    if (known !== undefined) return known;
    const pipeline = this.#device.createComputePipeline(this.#descriptor(plan, mask));
    this.#pipelines.set(key, pipeline);
    return pipeline;
  }

  /**
   * Compiles the pipeline of a read ahead of its first use.
   *
   * @throws `gpu`, naming the WGSL line
   */
  async compile(plan: KernelPlan, mask: boolean): Promise<void> {
    await this.ready;
    const key = this.key(plan, mask);
    if (this.#pipelines.has(key)) return;
    const compiling = this.#compiling.get(key) ?? this.#compile(key, this.#descriptor(plan, mask));
    this.#compiling.set(key, compiling);
    await compiling;
  }

  async #compile(key: string, descriptor: GPUComputePipelineDescriptor): Promise<void> {
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      if (!this.#pipelines.has(key)) this.#pipelines.set(key, pipeline);
    } catch (cause) {
      const { message } = cause as Error;
      throw new VoxelfeedError("gpu", `The render kernel gave no pipeline: ${message}`, { cause });
    } finally {
      this.#compiling.delete(key);
    }
  }

  #descriptor(plan: KernelPlan, mask: boolean): GPUComputePipelineDescriptor {
    return {
      label: `voxelfeed render ${plan.dtype} to ${plan.outDType}`,
      layout: this.#layout,
      compute: { module: this.#module, entryPoint: "main", constants: kernelConstants(plan, mask) },
    };
  }
}

async function checkCompilation(module: GPUShaderModule, code: string): Promise<void> {
  const { messages } = await module.getCompilationInfo();
  const error = messages.find((message) => message.type === "error");
  if (error === undefined) return;
  const line = code.split("\n")[error.lineNum - 1]?.trim() ?? "";
  throw new VoxelfeedError(
    "gpu",
    `The render kernel does not compile, line ${error.lineNum}: ${error.message} in "${line}"`,
  );
}
