/** Buffers that hold what lies between two steps of one read. */
import { VoxelfeedError } from "../errors.js";
import { Allocations } from "./allocations.js";

/**
 * A few numbered buffers that every read of a device uses in turn: the steps of a queue run in order, so the next read may
 * overwrite what the last one is done with, even within one submit. They grow to the largest read, and stay.
 */
export class ScratchBuffers {
  readonly #device: GPUDevice;
  readonly #allocations: Allocations;
  readonly #buffers: (GPUBuffer | null)[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#allocations = new Allocations(device);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + (buffer?.size ?? 0), 0);
  }

  /**
   * Makes each buffer hold at least so many bytes. To be called for all reads of a submit before their steps are made:
   * growing replaces a buffer.
   *
   * @throws VoxelfeedError `budget` when the device cannot bind so much at once
   */
  reserve(needs: readonly number[]): void {
    for (const [index, bytes] of needs.entries()) this.#grow(index, bytes);
  }

  #grow(index: number, bytes: number): void {
    const known = this.#buffers[index];
    if (known != null && known.size >= bytes) return;
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (bytes > most) {
      throw new VoxelfeedError(
        "budget",
        `A patch with its halo needs an intermediate of ${bytes} bytes, and this device binds at most ${most}. Use a ` +
          "smaller patch, transforms that reach less far, or a device whose maxStorageBufferBindingSize is larger.",
      );
    }
    known?.destroy();
    this.#buffers[index] = this.#allocations.create({
      label: `voxelfeed scratch ${index}`,
      size: Math.ceil(bytes / 16) * 16,
      usage: GPUBufferUsage.STORAGE,
    });
  }

  /** A reserved buffer; usage STORAGE, of undefined content. */
  at(index: number): GPUBuffer {
    return this.#buffers[index]!;
  }

  /** Settles when all that was reserved is known to be there. @throws VoxelfeedError `gpu` */
  async settled(): Promise<void> {
    await this.#allocations.settled();
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer?.destroy();
    this.#buffers.length = 0;
  }
}

/** Of several lists of needs the largest of each buffer. */
export function largest(needs: readonly (readonly number[])[]): number[] {
  const count = Math.max(0, ...needs.map(({ length }) => length));
  return Array.from({ length: count }, (_, i) => Math.max(...needs.map((list) => list[i] ?? 0)));
}
