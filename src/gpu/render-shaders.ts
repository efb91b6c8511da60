/** The render shaders: one per way to store, way to mask, and program of operations on the values. */
import bricksSource from "../../shaders/bricks.wgsl?raw";
import encodeSource from "../../shaders/encode.wgsl?raw";
import labelsSource from "../../shaders/labels.wgsl?raw";
import noMaskSource from "../../shaders/mask-none.wgsl?raw";
import sharedMaskSource from "../../shaders/mask-shared.wgsl?raw";
import wholeMaskSource from "../../shaders/mask-whole.wgsl?raw";
import renderSource from "../../shaders/render.wgsl?raw";
import rngSource from "../../shaders/rng.wgsl?raw";
import sampleSource from "../../shaders/sample.wgsl?raw";
import sharedStoreSource from "../../shaders/store-shared.wgsl?raw";
import wholeStoreSource from "../../shaders/store-whole.wgsl?raw";
import valuesSource from "../../shaders/values.wgsl?raw";
import warpSource from "../../shaders/warp.wgsl?raw";
import { type KernelUse, kernelConstants } from "./kernel.js";
import { programSource } from "./program.js";
import { Shader } from "./shader.js";

const stores = { whole: wholeStoreSource, shared: sharedStoreSource } as const;
const masks = { none: noMaskSource, whole: wholeMaskSource, shared: sharedMaskSource } as const;

/** The part of a use that decides the source; the rest is constants. */
type SourceUse = Pick<KernelUse, "store" | "mask" | "program">;

const plainUse: SourceUse = { store: "whole", mask: "none", program: null };

/** Makes and keeps the shaders of one device. */
export class RenderShaders {
  /** Of all of them: binding 0 is the job, 1 to 5 are read, 6 and 7 written; see `shaders/render.wgsl`. */
  readonly bindGroupLayout: GPUBindGroupLayout;
  /** Settles when the simplest of them has compiled. @throws `gpu`, naming the WGSL line */
  readonly ready: Promise<void>;
  readonly #device: GPUDevice;
  readonly #shaders = new Map<string, Shader>();

  constructor(device: GPUDevice) {
    this.#device = device;
    const plain = this.#shader(plainUse);
    this.bindGroupLayout = plain.bindGroupLayout;
    this.ready = plain.ready;
  }

  /** @throws `gpu`, naming the WGSL line */
  compile(use: KernelUse): Promise<void> {
    return this.#shader(use).compile(kernelConstants(use));
  }

  pipeline(use: KernelUse): GPUComputePipeline {
    return this.#shader(use).pipeline(kernelConstants(use));
  }

  #shader(use: SourceUse): Shader {
    const key = sourceKey(use);
    const known = this.#shaders.get(key);
    if (known !== undefined) return known;
    const { store, mask, program } = use;
    const parts = [
      sampleSource,
      encodeSource,
      bricksSource,
      labelsSource,
      warpSource,
      rngSource,
      valuesSource,
      programSource(program ?? []),
      stores[store],
      masks[mask],
      renderSource,
    ];
    const shader = new Shader(this.#device, {
      label: "render",
      code: parts.join("\n"),
      bindings: ["uniform", "read", "read", "read", "read", "read", "write", "write"],
    });
    this.#shaders.set(key, shader);
    return shader;
  }
}

function sourceKey({ store, mask, program }: SourceUse): string {
  return `${store} ${mask} ${program?.join() ?? ""}`;
}

/** Names a pipeline: uses with one key can share a dispatch list. */
export function useKey(use: KernelUse): string {
  return `${sourceKey(use)} ${Object.values(kernelConstants(use)).join()}`;
}
