/** Output buffers that go round: released ones are used again for the next array of the same size. */
import { VoxelfeedError } from "../errors.js";
import { createOutputBuffer } from "../gpu/buffers.js";
import type { GpuTier } from "./gpu-tier.js";

/** Bytes of a buffer that holds at least so many. */
export function ringBytesFor(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

export class BufferRing {
  /** Sizes in the order in which their buffers were given back, the longest ago first. */
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #all = new Set<GPUBuffer>();
  readonly #tier: GpuTier;
  /** Of all buffers, free, out or being made. */
  #bytes = 0;
  #disposed = false;

  /** @param tier admits what is taken, before it is taken */
  constructor(
    readonly device: GPUDevice,
    tier: GpuTier,
  ) {
    this.#tier = tier;
  }

  /**
   * A buffer of at least `bytes`, padded to 16; its content is undefined.
   * Usage STORAGE | COPY_SRC | COPY_DST. The ring stays its owner.
   * @throws VoxelfeedError `disposed`, `budget`, `gpu`
   */
  async take(bytes: number): Promise<GPUBuffer> {
    const size = ringBytesFor(bytes);
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    this.trim(size);
    this.#enter(size);
    try {
      const buffer = await createOutputBuffer(this.device, size);
      if (this.#disposed) {
        buffer.destroy();
        throw new VoxelfeedError(
          "disposed",
          "The output buffers were freed while a batch was being prepared.",
        );
      }
      this.#all.add(buffer);
      return buffer;
    } catch (error) {
      this.#enter(-size);
      throw error;
    }
  }

  give(buffer: GPUBuffer): void {
    if (this.#disposed) return;
    const free = this.#free.get(buffer.size) ?? [];
    this.#free.delete(buffer.size);
    this.#free.set(buffer.size, [...free, buffer]);
    this.trim(0);
  }

  /** Frees buffers that are not out until `bytes` more fit, those of sizes that were not used for longest first. */
  trim(bytes: number): void {
    for (const [size, free] of this.#free) {
      while (free.length > 0 && this.#bytes + bytes > this.#tier.ringBytes) {
        const buffer = free.pop()!;
        this.#all.delete(buffer);
        buffer.destroy();
        this.#enter(-size);
      }
      if (free.length === 0) this.#free.delete(size);
    }
  }

  /** Whether its buffers are gone. */
  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#all) buffer.destroy();
    this.#all.clear();
    this.#free.clear();
    this.#enter(-this.#bytes);
  }

  #enter(bytes: number): void {
    this.#bytes += bytes;
    this.#tier.ledger.enter("batches", this.#bytes);
  }
}
