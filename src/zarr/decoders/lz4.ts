/** LZ4 blocks, as numcodecs and blosc store them. Source: lz4_Block_format.md of the LZ4 project. */
import { copyMatch, copyRun } from "./copy.js";
import { type Decoded, type DecodedSize, sizeFault, viewOf } from "./decoder.js";

/** numcodecs' form: the decoded size, 32 bits little-endian, then one block. */
export function decodeLz4(bytes: Uint8Array, size: DecodedSize): Decoded {
  if (bytes.byteLength < 4) throw new Error(`${bytes.byteLength} bytes are no lz4 buffer`);
  const told = viewOf(bytes).getUint32(0, true);
  const fault = sizeFault(told, size);
  if (fault !== undefined) throw new Error(fault);
  const decoded = new Uint8Array(told);
  decodeLz4Block(bytes.subarray(4), decoded);
  return { bytes: decoded, isVerified: false };
}

/**
 * Decodes one block so that it fills `target`.
 *
 * @throws Error when the block holds more, less, or points outside of what it has written.
 */
export function decodeLz4Block(source: Uint8Array, target: Uint8Array): void {
  const end = source.length;
  let from = 0;
  let to = 0;
  while (from < end) {
    const token = source[from++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= end) throw new Error("the lz4 block ends in a length");
        more = source[from++]!;
        literals += more;
      }
    }
    if (from + literals > end) throw new Error("the lz4 block ends early");
    if (to + literals > target.length) throw new Error("the lz4 block holds more than its size");
    copyRun(source, from, target, to, literals);
    from += literals;
    to += literals;
    // The last sequence is literals alone.
    if (from === end) break;
    if (from + 2 > end) throw new Error("the lz4 block ends in an offset");
    const distance = source[from]! | (source[from + 1]! << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255) {
        if (from >= end) throw new Error("the lz4 block ends in a length");
        more = source[from++]!;
        length += more;
      }
    }
    if (distance === 0 || distance > to) throw new Error("the lz4 block points before its start");
    if (to + length > target.length) throw new Error("the lz4 block holds more than its size");
    if (from === end) throw new Error("the lz4 block ends without literals");
    copyMatch(target, to, distance, length);
    to += length;
  }
  if (to !== target.length) throw new Error(`the lz4 block holds ${to} bytes instead of ${target.length}`);
}
