/** A container that knows sizes, order of use and pins; what to do about them is its owner's policy. */

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
  pins: number;
}

/** Least recently used first. Pinned entries are never evicted. */
export class ByteLru<V> {
  readonly #entries = new Map<string, Entry<V>>();
  #bytes = 0;
  #pinnedBytes = 0;
  #peakBytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get pinnedBytes(): number {
    return this.#pinnedBytes;
  }

  /** The most bytes ever held at once. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** The value, which becomes the most recently used. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Adds an entry, unpinned, as the most recently used. The key must be new. */
  add(key: string, value: V, bytes: number): void {
    if (this.#entries.has(key)) throw new RangeError(`ByteLru already holds ${key}`);
    this.#entries.set(key, { value, bytes, pins: 0 });
    this.#bytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
  }

  /** Keeps an entry from eviction until {@link unpin} was called as often. */
  pin(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new RangeError(`ByteLru does not hold ${key}`);
    if (entry.pins++ === 0) this.#pinnedBytes += entry.bytes;
  }

  unpin(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (entry.pins === 0) throw new RangeError(`ByteLru entry ${key} is not pinned`);
    if (--entry.pins === 0) this.#pinnedBytes -= entry.bytes;
  }

  delete(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    if (entry.pins > 0) this.#pinnedBytes -= entry.bytes;
    return entry.value;
  }

  /** Removes what a condition holds of, pinned or not. */
  deleteWhere(condition: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) if (condition(value)) this.delete(key);
  }

  /** Removes and returns the least recently used entry that is not pinned. */
  evict(): { readonly key: string; readonly value: V; readonly bytes: number } | undefined {
    for (const [key, { value, bytes, pins }] of this.#entries) {
      if (pins > 0) continue;
      this.delete(key);
      return { key, value, bytes };
    }
    return undefined;
  }
}
