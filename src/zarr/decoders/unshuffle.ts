/** Undoes blosc's two filters on one block. Source: shuffle-generic.h and bitshuffle-generic.c of c-blosc 1.21. */

/**
 * Gathers the bytes of every element, which were stored byte plane by byte plane; what is left over at the end
 * was stored as it is.
 */
export function unshuffleBytes(source: Uint8Array, target: Uint8Array, itemSize: number): void {
  const count = Math.floor(source.length / itemSize);
  if (itemSize === 2) {
    for (let i = 0, at = 0; i < count; i++, at += 2) {
      target[at] = source[i]!;
      target[at + 1] = source[count + i]!;
    }
  } else if (itemSize === 4) {
    for (let i = 0, at = 0; i < count; i++, at += 4) {
      target[at] = source[i]!;
      target[at + 1] = source[count + i]!;
      target[at + 2] = source[2 * count + i]!;
      target[at + 3] = source[3 * count + i]!;
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
