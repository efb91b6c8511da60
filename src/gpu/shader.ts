/** A shader module and its pipelines, one per combination of constants. */
import { VoxelfeedError } from "../errors.js";

/** What a binding is: a storage buffer that is read or written, or blocks of a uniform struct, one of them per dispatch. */
export type BindingAccess = "read" | "write" | "uniform";

export interface ShaderSource {
  /** Named in errors. */
  readonly label: string;
  /** WGSL. */
  readonly code: string;
  /** Of group 0, by binding. */
  readonly bindings: readonly BindingAccess[];
}

/** Values of pipeline-overridable constants. */
export type ShaderConstants = Readonly<Record<string, number>>;

const bindingTypes = {
  read: { type: "read-only-storage" },
  write: { type: "storage" },
  uniform: { type: "uniform", hasDynamicOffset: true },
} as const satisfies Record<BindingAccess, GPUBufferBindingLayout>;

/** Compiles and keeps pipelines for one device. A pipeline is compiled once, however many ask for it. */
export class Shader {
  readonly bindGroupLayout: GPUBindGroupLayout;
  /** Settles when the module has compiled. @throws `gpu`, naming the WGSL line */
  readonly ready: Promise<void>;
  readonly #device: GPUDevice;
  readonly #label: string;
  readonly #module: GPUShaderModule;
  readonly #layout: GPUPipelineLayout;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #compiling = new Map<string, Promise<void>>();

  constructor(device: GPUDevice, { label, code, bindings }: ShaderSource) {
    this.#device = device;
    this.#label = label;
    this.#module = device.createShaderModule({ label: `voxelfeed ${label}`, code });
    this.bindGroupLayout = device.createBindGroupLayout({
      label: `voxelfeed ${label}`,
      entries: bindings.map((access, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: bindingTypes[access],
      })),
    });
    this.#layout = device.createPipelineLayout({ bindGroupLayouts: [this.bindGroupLayout] });
    this.ready = checkCompilation(this.#module, label, code);
    // Whoever awaits it gets the error; that nobody does must not be an unhandled rejection.
    this.ready.catch(() => {});
  }

  /** A pipeline; it is compiled, without waiting, when it is new. */
  pipeline(constants: ShaderConstants = {}, entryPoint = "main"): GPUComputePipeline {
    const key = keyOf(constants, entryPoint);
    const known = this.#pipelines.get(key);
    if (known !== undefined) return known;
    const pipeline = this.#device.createComputePipeline(this.#descriptor(constants, entryPoint));
    this.#pipelines.set(key, pipeline);
    return pipeline;
  }

  /**
   * Compiles a pipeline ahead of its first use.
   *
   * @throws `gpu`, naming the WGSL line
   */
  async compile(constants: ShaderConstants = {}, entryPoint = "main"): Promise<void> {
    await this.ready;
    const key = keyOf(constants, entryPoint);
    if (this.#pipelines.has(key)) return;
    const compiling = this.#compiling.get(key) ?? this.#compile(key, this.#descriptor(constants, entryPoint));
    this.#compiling.set(key, compiling);
    await compiling;
  }

  async #compile(key: string, descriptor: GPUComputePipelineDescriptor): Promise<void> {
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      if (!this.#pipelines.has(key)) this.#pipelines.set(key, pipeline);
    } catch (cause) {
      const { message } = cause as Error;
      throw new VoxelfeedError("gpu", `The ${this.#label} kernel gave no pipeline: ${message}`, { cause });
    } finally {
      this.#compiling.delete(key);
    }
  }

  #descriptor(constants: ShaderConstants, entryPoint: string): GPUComputePipelineDescriptor {
    return {
      label: `voxelfeed ${this.#label} ${keyOf(constants, entryPoint)}`,
      layout: this.#layout,
      compute: { module: this.#module, entryPoint, constants: { ...constants } },
    };
  }
}

function keyOf(constants: ShaderConstants, entryPoint: string): string {
  return [entryPoint, ...Object.values(constants)].join();
}

async function checkCompilation(module: GPUShaderModule, label: string, code: string): Promise<void> {
  const { messages } = await module.getCompilationInfo();
  const error = messages.find((message) => message.type === "error");
  if (error === undefined) return;
  const line = code.split("\n")[error.lineNum - 1]?.trim() ?? "";
  throw new VoxelfeedError(
    "gpu",
    `The ${label} kernel does not compile, line ${error.lineNum}: ${error.message} in "${line}"`,
  );
}
