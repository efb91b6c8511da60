/** Compute dispatches as descriptions, uploaded and submitted in order. */

/** One dispatch. A step sees everything that the steps before it wrote. */
export interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** By binding: parts of buffers, or parameters (a multiple of 4 bytes, not empty), which go up with the submit. */
  readonly resources: readonly (GPUBufferBinding | Uint8Array<ArrayBuffer>)[];
  readonly workgroups: readonly [x: number, y: number, z: number];
}

/** The largest offset alignment a device may ask of a storage binding. */
const bindingAlignment = 256;

const maxWorkgroups = 65535;

/** Workgroups along x and y for `count` of them: a grid has at most 65535 per axis. The last ones may be idle. */
export function workgroupGrid(count: number): readonly [x: number, y: number] {
  const x = Math.min(count, maxWorkgroups);
  return [x, Math.ceil(count / x)];
}

/** Runs lists of steps, each with one upload and one submit. It owns the buffer that parameters go through. */
export class StepRunner {
  readonly #device: GPUDevice;
  #parameters: GPUBuffer | null = null;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Submits the steps in one compute pass; it neither waits nor reads back. */
  run(steps: readonly Step[]): void {
    if (steps.length === 0) return;
    const { bytes, offsets } = packParameters(steps);
    const parameters = this.#parameterBuffer(bytes.byteLength);
    this.#device.queue.writeBuffer(parameters, 0, bytes);
    const encoder = this.#device.createCommandEncoder({ label: "voxelfeed steps" });
    const pass = encoder.beginComputePass();
    for (const [i, { pipeline, layout, resources, workgroups }] of steps.entries()) {
      const entries = resources.map((resource, binding) => {
        if (!(resource instanceof Uint8Array)) return { binding, resource };
        const size = resource.byteLength;
        return { binding, resource: { buffer: parameters, offset: offsets[i]![binding]!, size } };
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#device.createBindGroup({ layout, entries }));
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.#parameters?.destroy();
    this.#parameters = null;
  }

  #parameterBuffer(bytes: number): GPUBuffer {
    if (this.#parameters !== null && this.#parameters.size >= bytes) return this.#parameters;
    // Work that uses the old one is submitted already; its memory goes when that is done.
    this.#parameters?.destroy();
    this.#parameters = this.#device.createBuffer({
      label: "voxelfeed parameters",
      size: 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    return this.#parameters;
  }
}

/** Lays all parameters out in one buffer, each at an offset that can be bound; `offsets[step][binding]`. */
function packParameters(steps: readonly Step[]): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offsets: readonly (readonly number[])[];
} {
  let end = 0;
  const offsets = steps.map(({ resources }) =>
    resources.map((resource) => {
      if (!(resource instanceof Uint8Array)) return 0;
      const offset = Math.ceil(end / bindingAlignment) * bindingAlignment;
      end = offset + resource.byteLength;
      return offset;
    }),
  );
  const bytes = new Uint8Array(end);
  for (const [i, { resources }] of steps.entries()) {
    for (const [binding, resource] of resources.entries()) {
      if (resource instanceof Uint8Array) bytes.set(resource, offsets[i]![binding]!);
    }
  }
  return { bytes, offsets };
}
