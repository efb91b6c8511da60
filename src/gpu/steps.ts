/** Compute dispatches as descriptions, uploaded and submitted in order. */
import { Allocations } from "./allocations.js";

/** Blocks of a uniform struct, each at a multiple of {@link blockAlignment}; a step is given one of them. */
export interface UniformBlocks {
  readonly blocks: Uint8Array<ArrayBuffer>;
  readonly blockBytes: number;
}

/** By binding: parts of buffers, or parameters (a multiple of 4 bytes, not empty), which go up with the submit. */
export type StepResources = readonly (GPUBufferBinding | Uint8Array<ArrayBuffer> | UniformBlocks)[];

/** One dispatch. A step sees everything that the steps before it wrote. */
export interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Steps that follow each other and have the same list are bound once. */
  readonly resources: StepResources;
  /** Which of the uniform blocks, where there are any. */
  readonly block?: number;
  readonly workgroups: readonly [x: number, y: number, z: number];
}

/** The largest offset alignment a device may ask of a binding. */
export const blockAlignment = 256;

const maxWorkgroups = 65535;

/** Workgroups along x and y for `count` of them: a grid has at most 65535 per axis. The last ones may be idle. */
export function workgroupGrid(count: number): readonly [x: number, y: number] {
  const x = Math.min(count, maxWorkgroups);
  return [x, Math.ceil(count / x)];
}

/** Runs lists of steps, each with one upload and one submit. It owns the buffer that parameters go through. */
export class StepRunner {
  readonly #device: GPUDevice;
  readonly #allocations: Allocations;
  #parameters: GPUBuffer | null = null;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#allocations = new Allocations(device);
  }

  /** Submits the steps in one compute pass; it neither waits nor reads back. */
  run(steps: readonly Step[]): void {
    if (steps.length === 0) return;
    const { bytes, offsets } = packParameters(steps);
    const parameters = this.#parameterBuffer(bytes.byteLength);
    this.#device.queue.writeBuffer(parameters, 0, bytes);
    const encoder = this.#device.createCommandEncoder({ label: "voxelfeed steps" });
    const pass = encoder.beginComputePass();
    let bound: StepResources | null = null;
    let group: GPUBindGroup | null = null;
    for (const { pipeline, layout, resources, block, workgroups } of steps) {
      pass.setPipeline(pipeline);
      if (bound !== resources) {
        bound = resources;
        const entries = resources.map((resource, binding) => {
          const place = offsets.get(resources)![binding]!;
          return { binding, resource: bindingOf(resource, parameters, place) };
        });
        group = this.#device.createBindGroup({ layout, entries });
      }
      pass.setBindGroup(0, group, block === undefined ? [] : [block * blockAlignment]);
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Settles when the parameters' buffer is known to be there. @throws VoxelfeedError `gpu` */
  async settled(): Promise<void> {
    await this.#allocations.settled();
  }

  destroy(): void {
    this.#parameters?.destroy();
    this.#parameters = null;
  }

  #parameterBuffer(bytes: number): GPUBuffer {
    if (this.#parameters !== null && this.#parameters.size >= bytes) return this.#parameters;
    // Work that uses the old one is submitted already; its memory goes when that is done.
    this.#parameters?.destroy();
    this.#parameters = this.#allocations.create({
      label: "voxelfeed parameters",
      size: 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    return this.#parameters;
  }
}

/** What of a resource goes up with the submit. */
function uploadOf(resource: StepResources[number]): Uint8Array<ArrayBuffer> | null {
  if (resource instanceof Uint8Array) return resource;
  return "blocks" in resource ? resource.blocks : null;
}

function bindingOf(resource: StepResources[number], parameters: GPUBuffer, offset: number): GPUBufferBinding {
  if (resource instanceof Uint8Array) return { buffer: parameters, offset, size: resource.byteLength };
  return "blocks" in resource ? { buffer: parameters, offset, size: resource.blockBytes } : resource;
}

/** Lays all parameters out in one buffer, each at an offset that can be bound; by list of resources and binding. */
function packParameters(steps: readonly Step[]): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offsets: ReadonlyMap<StepResources, readonly number[]>;
} {
  let end = 0;
  const offsets = new Map<StepResources, readonly number[]>();
  for (const { resources } of steps) {
    if (offsets.has(resources)) continue;
    const places = resources.map((resource) => {
      const upload = uploadOf(resource);
      if (upload === null) return 0;
      const offset = Math.ceil(end / blockAlignment) * blockAlignment;
      end = offset + upload.byteLength;
      return offset;
    });
    offsets.set(resources, places);
  }
  const bytes = new Uint8Array(end);
  for (const [resources, places] of offsets) {
    for (const [binding, resource] of resources.entries()) {
      const upload = uploadOf(resource);
      if (upload !== null) bytes.set(upload, places[binding]!);
    }
  }
  return { bytes, offsets };
}
