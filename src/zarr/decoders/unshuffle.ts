/** Undoes blosc's two filters on one block. Source: shuffle-generic.h and bitshuffle-generic.c of c-blosc 1.21. */

/**
 * Gathers the bytes of every element, which were stored byte plane by byte plane; what is left over at the end
 * was stored as it is.
 */
export function unshuffleBytes(source: Uint8Array, target: Uint8Array, itemSize: number): void {
  const count = Math.floor(source.length / itemSize);
  // Bytes are written as words where they can be, in about half the time; words are little-endian wherever browsers run.
  if (itemSize === 2 && target.byteOffset % 2 === 0) {
    const words = new Uint16Array(target.buffer, target.byteOffset, count);
    for (let i = 0; i < count; i++) words[i] = source[i]! | (source[count + i]! << 8);
  } else if (itemSize % 4 === 0 && target.byteOffset % 4 === 0) {
    const step = itemSize / 4;
    const words = new Uint32Array(target.buffer, target.byteOffset, count * step);
    for (let word = 0; word < step; word++) {
      let from = 4 * word * count;
      for (let at = word; at < words.length; at += step, from++) {
        const low = source[from]! | (source[from + count]! << 8);
        words[at] = low | (source[from + 2 * count]! << 16) | (source[from + 3 * count]! << 24);
      }
    }
  } else {
    for (let plane = 0; plane < itemSize; plane++) {
      const from = plane * count;
      for (let i = 0, at = plane; i < count; i++, at += itemSize) target[at] = source[from + i]!;
    }
  }
  const done = count * itemSize;
  target.set(source.subarray(done), done);
}

/**
 * Gathers the bits of every element, which were stored bit plane by bit plane, lowest first. A block whose number
 * of elements is no multiple of eight was stored as it is.
 */
export function unshuffleBits(source: Uint8Array, target: Uint8Array, itemSize: number): void {
  const count = Math.floor(source.length / itemSize);
  if (count % 8 !== 0) {
    target.set(source);
    return;
  }
  const rowBytes = count / 8;
  for (let byte = 0; byte < itemSize; byte++) {
    const firstRow = byte * 8 * rowBytes;
    for (let column = 0; column < rowBytes; column++) {
      transpose8x8(source, firstRow + column, rowBytes, target, column * 8 * itemSize + byte, itemSize);
    }
  }
  const done = count * itemSize;
  target.set(source.subarray(done), done);
}

/** Transposes 8 × 8 bits in two words. Source: Warren, Hacker's Delight, 7-3. */
function transpose8x8(
  source: Uint8Array,
  from: number,
  fromStep: number,
  target: Uint8Array,
  to: number,
  toStep: number,
): void {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 4; i++) {
    low |= source[from + i * fromStep]! << (8 * i);
    high |= source[from + (4 + i) * fromStep]! << (8 * i);
  }
  let swap = (low ^ (low >>> 7)) & 0x00aa00aa;
  low ^= swap ^ (swap << 7);
  swap = (high ^ (high >>> 7)) & 0x00aa00aa;
  high ^= swap ^ (swap << 7);
  swap = (low ^ (low >>> 14)) & 0x0000cccc;
  low ^= swap ^ (swap << 14);
  swap = (high ^ (high >>> 14)) & 0x0000cccc;
  high ^= swap ^ (swap << 14);
  const first = (low & 0x0f0f0f0f) | ((high << 4) & 0xf0f0f0f0);
  const second = ((low >>> 4) & 0x0f0f0f0f) | (high & 0xf0f0f0f0);
  for (let i = 0; i < 4; i++) {
    target[to + i * toStep] = first >>> (8 * i);
    target[to + (4 + i) * toStep] = second >>> (8 * i);
  }
}
