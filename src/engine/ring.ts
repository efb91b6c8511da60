/** Output buffers that go round: released ones are used again for the next array of the same size. */
import { VoxelfeedError } from "../errors.js";
import { createOutputBuffer } from "../gpu/buffers.js";

export class BufferRing {
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #all = new Set<GPUBuffer>();
  #disposed = false;

  constructor(readonly device: GPUDevice) {}

  /** Bytes of all buffers of the ring, free or out. */
  get bytes(): number {
    return [...this.#all].reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /**
   * A buffer of at least `bytes`, padded to 16; its content is undefined.
   * Usage STORAGE | COPY_SRC | COPY_DST. The ring stays its owner.
   * @throws VoxelfeedError `disposed`, `budget`, `gpu`
   */
  async take(bytes: number): Promise<GPUBuffer> {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    const buffer = await createOutputBuffer(this.device, size);
    if (this.#disposed) {
      buffer.destroy();
      throw new VoxelfeedError("disposed", "The output buffers were freed while a batch was being prepared.");
    }
    this.#all.add(buffer);
    return buffer;
  }

  give(buffer: GPUBuffer): void {
    const free = this.#free.get(buffer.size) ?? [];
    free.push(buffer);
    this.#free.set(buffer.size, free);
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#all) buffer.destroy();
    this.#all.clear();
    this.#free.clear();
  }
}
