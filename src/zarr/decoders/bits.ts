/** Reads zstd's bit streams, which are written forward and read from their end. Source: RFC 8878, section 4. */

/** A stream read backward: the highest set bit of the last byte marks its start. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  readonly #first: number;
  /** Bits not yet read; negative once more was read than there is. */
  left: number;

  /** Reads the bytes [start, end). @throws Error for a stream without its mark */
  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? bytes[end - 1]! : 0;
    if (last === 0) throw new Error("a zstd bit stream has no end mark");
    this.#bytes = bytes;
    this.#first = start;
    this.left = 8 * (end - start - 1) + 31 - Math.clz32(last);
  }

  /** The next `count` ≤ 16 bits as a number; zeros follow behind the stream's end. */
  peek(count: number): number {
    const from = this.left - count;
    if (from < 0) return this.left <= 0 ? 0 : this.#at(0, this.left) << -from;
    return this.#at(from, count);
  }

  /** Takes `count` ≤ 31 bits; {@link left} tells whether they were there. */
  take(count: number): number {
    if (count > 16) {
      const high = this.take(count - 16);
      return high * 65536 + this.take(16);
    }
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  #at(bit: number, count: number): number {
    const at = this.#first + (bit >> 3);
    const bytes = this.#bytes;
    // Up to 16 bits from any bit on span three bytes; what is read beyond the stream is masked out.
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  }
}

/** A stream read forward, lowest bit first. */
export class ForwardBits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #bit: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#bit = 8 * start;
  }

  peek(count: number): number {
    const at = this.#bit >> 3;
    const word = this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16);
    return (word >>> (this.#bit & 7)) & ((1 << count) - 1);
  }

  skip(count: number): void {
    this.#bit += count;
  }

  /** The first byte that is not touched yet. @throws Error when more was read than there is */
  end(): number {
    const at = (this.#bit + 7) >> 3;
    if (at > this.#end) throw new Error("a zstd table ends early");
    return at;
  }

  #byte(at: number): number {
    return at < this.#end ? this.#bytes[at]! : 0;
  }
}
