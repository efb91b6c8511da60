/** Decoded bricks kept in GPU memory, least recently used first to go. */

import type { LimitReport } from "../cache/limits.js";
import { VoxelfeedError } from "../errors.js";
import { Allocations } from "./allocations.js";
import { Heap, heapGranularity, heapSize } from "./heap.js";
import { maxHeaps } from "./max-heaps.js";

/** Where a brick lies: a heap of the pool and a byte range in it, a multiple of 256 from its start. */
export interface BrickSlot {
  readonly heap: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface BrickPoolOptions {
  /** Ceiling of all heaps together, in bytes. */
  readonly maxBytes: number;
  /** Ceiling of one heap, in bytes. Default: what the device can bind. */
  readonly maxBindingBytes?: number;
  /** 1 to 4. Default 4, the number of heaps a shader can bind. */
  readonly maxHeaps?: number;
  /** Told when bricks are evicted. */
  readonly report?: LimitReport;
  /** Told the bytes of all heaps, before one is created and after some went. */
  readonly onHeapBytes?: (bytes: number) => void;
}

interface Entry {
  readonly slot: BrickSlot;
  pins: number;
}

/** Words are addressed with 30 bits. */
const maxAddressableBytes = 2 ** 32;

/**
 * A budgeted pool of bricks in up to four storage buffers, which are created when first needed.
 *
 * A brick stays while it is pinned. `put` evicts unpinned bricks, the least recently used first, until the
 * new one fits in one piece; nothing is evicted when even that would not make room. Uploads go through the
 * device's queue, so that work submitted before still sees what was evicted.
 */
export class BrickPool {
  readonly #device: GPUDevice;
  readonly #allocations: Allocations;
  #maxBytes: number;
  readonly #maxBindingBytes: number;
  readonly #maxHeaps: number;
  readonly #report: LimitReport;
  readonly #onHeapBytes: (bytes: number) => void;
  readonly #heaps: { readonly ranges: Heap; readonly buffer: GPUBuffer }[] = [];
  /** In the order of use, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #peakBytes = 0;
  /** Of the bricks that heaps were made for. */
  #largestBytes = heapGranularity;

  constructor(device: GPUDevice, options: BrickPoolOptions) {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.#device = device;
    this.#allocations = new Allocations(device);
    this.#maxBytes = options.maxBytes;
    this.#maxHeaps = Math.min(Math.max(options.maxHeaps ?? maxHeaps, 1), maxHeaps);
    this.#report = options.report ?? (() => {});
    this.#onHeapBytes = options.onHeapBytes ?? (() => {});
    this.#maxBindingBytes = Math.min(
      options.maxBindingBytes ?? Number.POSITIVE_INFINITY,
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxAddressableBytes,
    );
  }

  /** Ceiling of one heap. */
  get #maxHeapBytes(): number {
    return Math.min(this.#maxBindingBytes, this.#maxBytes);
  }

  /** Bytes of the bricks held, each rounded up to 256. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The most that {@link bytes} has been. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Bytes of the heaps created so far. */
  get heapBytes(): number {
    return this.#heaps.reduce((sum, heap) => sum + heap.ranges.capacity, 0);
  }

  /** The heaps created so far, in the order that slots count them. Owned by the pool. */
  get heaps(): readonly GPUBuffer[] {
    return this.#heaps.map((heap) => heap.buffer);
  }

  /** Whether there may be no more heaps, and those there are hold a brick less than a ceiling allows. */
  fallsShortOf(maxBytes: number): boolean {
    const wholeBricks = (bytes: number) => Math.floor(bytes / this.#largestBytes) * this.#largestBytes;
    const most = Math.min(wholeBricks(maxBytes), this.#maxHeaps * wholeBricks(this.#maxBindingBytes));
    return this.#heaps.length === this.#maxHeaps && this.heapBytes < most;
  }

  /**
   * Changes the ceiling. Heaps beyond it are freed, the newest first, with the bricks in them, and all of them where they
   * fall short of it; none of those may be pinned. Work already submitted is not affected.
   */
  resize(maxBytes: number): void {
    const count = this.#heaps.length;
    const keptBytes = this.fallsShortOf(maxBytes) ? 0 : maxBytes;
    this.#maxBytes = maxBytes;
    while (this.heapBytes > keptBytes) this.#heaps.pop()!.buffer.destroy();
    if (this.#heaps.length === count) return;
    for (const [key, { slot }] of this.#entries) {
      if (slot.heap < this.#heaps.length) continue;
      this.#entries.delete(key);
      this.#bytes -= heapSize(slot.byteLength);
    }
    this.#onHeapBytes(this.heapBytes);
  }

  /** The slot of a brick, which counts as use; undefined when the pool does not hold it. */
  get(key: string): BrickSlot | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.slot;
  }

  /**
   * Uploads a brick; one already held is kept as it is.
   *
   * @param bytes - the brick as decoded; not kept
   * @returns valid until the brick is evicted, which a pin prevents
   * @throws `budget` when the brick is larger than a heap may be, or pinned bricks leave no room
   */
  put(key: string, bytes: Uint8Array): BrickSlot {
    const known = this.get(key);
    if (known !== undefined) return known;
    this.#checkSize(bytes.byteLength);
    const place = this.#allocate(bytes.byteLength) ?? this.#evictFor(bytes.byteLength);
    const slot: BrickSlot = { ...place, byteLength: bytes.byteLength };
    this.#upload(slot, bytes);
    this.#entries.set(key, { slot, pins: 0 });
    this.#bytes += heapSize(bytes.byteLength);
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return slot;
  }

  /** Keeps a brick until {@link unpin} is called as often; false when the pool does not hold it. */
  pin(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    entry.pins += 1;
    return true;
  }

  /** Takes one pin back. */
  unpin(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.pins > 0) entry.pins -= 1;
  }

  /** Settles when the heaps created so far are known to be there. @throws VoxelfeedError `gpu` */
  async settled(): Promise<void> {
    await this.#allocations.settled();
  }

  /** Frees all heaps; work already submitted is not affected. */
  destroy(): void {
    for (const heap of this.#heaps) heap.buffer.destroy();
    this.#heaps.length = 0;
    this.#entries.clear();
    this.#bytes = 0;
  }

  #checkSize(bytes: number): void {
    if (heapSize(bytes) <= Math.floor(this.#maxHeapBytes / heapGranularity) * heapGranularity) return;
    const cure =
      heapSize(bytes) > this.#maxBytes
        ? `Raise budget.gpu from ${this.#maxBytes} to at least ${heapSize(bytes)} bytes`
        : `Use a device whose maxStorageBufferBindingSize is at least ${heapSize(bytes)} bytes`;
    throw new VoxelfeedError("budget", `A brick of ${bytes} bytes does not fit the GPU budget. ${cure}.`);
  }

  #allocate(bytes: number): { heap: number; byteOffset: number } | null {
    for (const [heap, { ranges }] of this.#heaps.entries()) {
      const byteOffset = ranges.allocate(bytes);
      if (byteOffset !== null) return { heap, byteOffset };
    }
    return this.#addHeap(bytes) ? this.#allocate(bytes) : null;
  }

  /** Creates the next heap if the budget has room for one that holds `bytes`. */
  #addHeap(bytes: number): boolean {
    if (this.#heaps.length === this.#maxHeaps) return false;
    const left = this.#maxBytes - this.heapBytes;
    const size = heapSize(bytes);
    // An equal share each, so that a small dataset does not cost the whole budget; the last one is what is left. Whole
    // bricks each, or the budget would hold up to a brick less for every heap.
    const isLast = this.#heaps.length === this.#maxHeaps - 1;
    const share = isLast ? left : Math.ceil(this.#maxBytes / this.#maxHeaps / size) * size;
    const ranges = new Heap(Math.floor(Math.min(share, left, this.#maxHeapBytes) / size) * size);
    if (ranges.capacity === 0) return false;
    this.#largestBytes = Math.max(this.#largestBytes, size);
    this.#onHeapBytes(this.heapBytes + ranges.capacity);
    const buffer = this.#allocations.create({
      label: `voxelfeed bricks ${this.#heaps.length}`,
      size: ranges.capacity,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    this.#heaps.push({ ranges, buffer });
    return true;
  }

  #evictFor(bytes: number): { heap: number; byteOffset: number } {
    const kept: number[][] = this.#heaps.map(() => []);
    let pinned = 0;
    for (const { slot, pins } of this.#entries.values()) {
      if (pins === 0) continue;
      kept[slot.heap]!.push(slot.byteOffset);
      pinned += heapSize(slot.byteLength);
    }
    if (!this.#heaps.some(({ ranges }, heap) => ranges.fitsBeside(bytes, kept[heap]!))) {
      throw new VoxelfeedError(
        "budget",
        `A brick of ${bytes} bytes does not fit beside the ${pinned} bytes in use by batches under way. ` +
          `Raise budget.gpu from ${this.#maxBytes} to at least ${pinned + heapSize(bytes)} bytes, ` +
          "or use a smaller batch.",
      );
    }
    this.#report("evict", bytes);
    for (const [key, { slot, pins }] of this.#entries) {
      if (pins > 0) continue;
      this.#entries.delete(key);
      this.#heaps[slot.heap]!.ranges.release(slot.byteOffset);
      this.#bytes -= heapSize(slot.byteLength);
      const place = this.#allocate(bytes);
      if (place !== null) return place;
    }
    throw new VoxelfeedError("gpu", "The brick pool found no room where it had counted some.");
  }

  #upload({ heap, byteOffset }: BrickSlot, bytes: Uint8Array): void {
    const { buffer } = this.#heaps[heap]!;
    const whole = bytes.byteLength - (bytes.byteLength % 4);
    const { queue } = this.#device;
    if (whole > 0) queue.writeBuffer(buffer, byteOffset, bytes as Uint8Array<ArrayBuffer>, 0, whole);
    if (whole === bytes.byteLength) return;
    // Writes go by words: the rest is padded to one.
    const rest = new Uint8Array(4);
    rest.set(bytes.subarray(whole));
    queue.writeBuffer(buffer, byteOffset + whole, rest);
  }
}
