/** First-fit allocation of byte ranges in one heap. Pure: it owns numbers, not memory. */

/** Every range starts at a multiple of this, and its length is rounded up to one. */
export const heapGranularity = 256;

/** Length that a request of `bytes` takes in a heap. */
export function heapSize(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / heapGranularity)) * heapGranularity;
}

/** A heap of ranges `[offset, offset + size)`; neighbouring free ranges are always one. */
export class Heap {
  readonly capacity: number;
  /** Free ranges, ascending, never touching one another. */
  #free: { offset: number; size: number }[];
  readonly #used = new Map<number, number>();

  /** @param capacity - bytes; rounded down to the granularity */
  constructor(capacity: number) {
    this.capacity = Math.floor(capacity / heapGranularity) * heapGranularity;
    this.#free = this.capacity > 0 ? [{ offset: 0, size: this.capacity }] : [];
  }

  /** Bytes in use, rounding included. */
  get usedBytes(): number {
    let used = 0;
    for (const size of this.#used.values()) used += size;
    return used;
  }

  /**
   * Takes the first free range that is long enough.
   *
   * @returns its offset, or null when no free range is
   */
  allocate(bytes: number): number | null {
    const size = heapSize(bytes);
    const index = this.#free.findIndex((range) => range.size >= size);
    const range = this.#free[index];
    if (range === undefined) return null;
    const { offset } = range;
    if (range.size === size) this.#free.splice(index, 1);
    else this.#free[index] = { offset: offset + size, size: range.size - size };
    this.#used.set(offset, size);
    return offset;
  }

  /** Gives a range back; an offset that is not in use is ignored. */
  release(offset: number): void {
    const size = this.#used.get(offset);
    if (size === undefined) return;
    this.#used.delete(offset);
    let index = this.#free.findIndex((range) => range.offset > offset);
    if (index === -1) index = this.#free.length;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.offset + before.size === offset;
    const joinsAfter = after !== undefined && offset + size === after.offset;
    const joined = {
      offset: joinsBefore ? before.offset : offset,
      size: (joinsBefore ? before.size : 0) + size + (joinsAfter ? after.size : 0),
    };
    this.#free.splice(joinsBefore ? index - 1 : index, Number(joinsBefore) + Number(joinsAfter), joined);
  }

  /**
   * Whether a request would fit if only the given ranges stayed.
   *
   * @param kept - offsets of ranges that may not go; others are taken as free
   */
  fitsBeside(bytes: number, kept: readonly number[]): boolean {
    const size = heapSize(bytes);
    let end = 0;
    for (const offset of [...kept].sort((a, b) => a - b)) {
      if (offset - end >= size) return true;
      end = offset + (this.#used.get(offset) ?? 0);
    }
    return this.capacity - end >= size;
  }
}
