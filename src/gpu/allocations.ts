/** Allocation of GPU buffers: within error scopes, so that what fails is known before anything is delivered. */
import { VoxelfeedError } from "../errors.js";

/** The device has no room for a buffer. What asked for it may do with less. */
export class GpuOutOfMemory extends VoxelfeedError {
  constructor(what: string, cause: GPUError) {
    super("gpu", `The GPU is out of memory: ${what}. ${cause.message}`, { retryable: true, cause });
  }
}

/** Buffers of one owner. Allocation itself does not wait; {@link settled} tells how it ended. */
export class Allocations {
  readonly #device: GPUDevice;
  #pending: Promise<VoxelfeedError | null>[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  create(descriptor: GPUBufferDescriptor): GPUBuffer {
    const { buffer, failure } = allocate(this.#device, descriptor);
    this.#pending.push(failure);
    return buffer;
  }

  /** @throws GpuOutOfMemory; VoxelfeedError `gpu` for what the device refuses otherwise */
  async settled(): Promise<void> {
    if (this.#pending.length === 0) return;
    for (const failure of await Promise.all(this.#pending.splice(0))) if (failure !== null) throw failure;
  }
}

/** Creates a buffer; `failure` tells, and never rejects, whether it is one. */
export function allocate(
  device: GPUDevice,
  descriptor: GPUBufferDescriptor,
): { readonly buffer: GPUBuffer; readonly failure: Promise<VoxelfeedError | null> } {
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const buffer = device.createBuffer(descriptor);
  // Both scopes are popped before anything is awaited: other work on the device may not slip in between.
  const popped = Promise.all([device.popErrorScope(), device.popErrorScope()]);
  return { buffer, failure: popped.then((errors) => failureOf(descriptor, errors), lostScope) };
}

function failureOf(
  { label = "a buffer", size }: GPUBufferDescriptor,
  [outOfMemory, invalid]: readonly [GPUError | null, GPUError | null],
): VoxelfeedError | null {
  const what = `${label} of ${size} bytes`;
  if (outOfMemory !== null) return new GpuOutOfMemory(what, outOfMemory);
  if (invalid === null) return null;
  return new VoxelfeedError("gpu", `The GPU refused ${what}: ${invalid.message}`, { cause: invalid });
}

/** Scopes of a device that is lost cannot be popped; its loss is told elsewhere. */
function lostScope(): null {
  return null;
}
