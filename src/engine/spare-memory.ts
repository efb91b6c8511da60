/** Memory that goes round, for what is made and let go with every patch and batch. */
import type { Ledger } from "../cache/ledger.js";

const part = "spare";

/** Share of the tier's budget that may lie idle. */
const SPARE_SHARE = 1 / 2;

/**
 * Array buffers that were used before. The pages of a fresh one are made one by one as it is first written, which takes
 * longer than the rendering of a patch that is in memory.
 */
export class SpareMemory {
  readonly #ledger: Ledger;
  /** Oldest first. */
  readonly #buffers: (ArrayBuffer | SharedArrayBuffer)[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    ledger.setIdle({ part, free: (bytes) => this.#free(bytes) });
  }

  /** A buffer of exactly so many bytes, whose content is undefined; undefined where there is none. */
  take(bytes: number): ArrayBuffer | undefined {
    return this.#take(bytes, isOwned);
  }

  /**
   * A buffer of exactly so many bytes, used or new.
   *
   * @param isCleared whether it is to be all 0; else its content is undefined
   */
  takeOrMake(bytes: number, isCleared = false): ArrayBuffer {
    const used = this.take(bytes);
    if (used !== undefined && isCleared) new Uint8Array(used).fill(0);
    return used ?? new ArrayBuffer(bytes);
  }

  /** The same as {@link take} of memory that workers share. */
  takeShared(bytes: number): SharedArrayBuffer | undefined {
    return this.#take(bytes, isShared);
  }

  /** Takes over a buffer that nobody else uses any more. */
  give(buffer: ArrayBuffer | SharedArrayBuffer): void {
    const { byteLength } = buffer;
    const room = Math.min(this.#ledger.roomFor(part), this.#ledger.maxBytes * SPARE_SHARE);
    if (byteLength === 0 || byteLength > room) return;
    while (this.#ledger.of(part) + byteLength > room) this.#remove(0);
    this.#ledger.add(part, byteLength);
    this.#buffers.push(buffer);
  }

  /** Takes over the memory of a buffer that someone else may still hold: theirs becomes empty. */
  takeOver(buffer: ArrayBuffer): void {
    if (buffer.byteLength === 0) return;
    // Not `buffer.transfer()`: Chromium copies what comes of it when it is sent to a worker.
    this.give(structuredClone(buffer, { transfer: [buffer] }));
  }

  #free(bytes: number): void {
    const left = this.#ledger.of(part) - bytes;
    while (this.#buffers.length > 0 && this.#ledger.of(part) > left) this.#remove(0);
  }

  #take<B extends ArrayBuffer | SharedArrayBuffer>(
    bytes: number,
    isKind: (buffer: ArrayBuffer | SharedArrayBuffer) => buffer is B,
  ): B | undefined {
    const found = this.#buffers.findLast(
      (buffer): buffer is B => buffer.byteLength === bytes && isKind(buffer),
    );
    if (found !== undefined) this.#remove(this.#buffers.lastIndexOf(found));
    return found;
  }

  #remove(at: number): void {
    const [buffer] = this.#buffers.splice(at, 1);
    this.#ledger.add(part, -buffer!.byteLength);
  }
}

function isShared(buffer: ArrayBuffer | SharedArrayBuffer): buffer is SharedArrayBuffer {
  // The class is not there on a page that is not isolated.
  return !isOwned(buffer);
}

function isOwned(buffer: ArrayBuffer | SharedArrayBuffer): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer;
}
