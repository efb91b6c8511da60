/** The literals of a zstd block. Source: RFC 8878, section 3.1.1.3.1. */
import { type HuffmanTable, readHuffmanTable } from "./zstd-tables.js";

export interface Literals {
  readonly bytes: Uint8Array;
  /** Where the sequences start. */
  readonly end: number;
  /** The tree, for later blocks that do not bring their own. */
  readonly huffman: HuffmanTable | undefined;
}

/** Reads the literals of the block [start, end); at most `limit` bytes. */
export function readLiterals(
  source: Uint8Array,
  start: number,
  end: number,
  limit: number,
  known: HuffmanTable | undefined,
): Literals {
  if (start >= end) throw new Error("a zstd block is empty");
  const first = source[start]!;
  const type = first & 3;
  const format = (first >> 2) & 3;
  // Numbers are read from a padded copy of the input, so that five bytes are always there.
  const word = (first | (source[start + 1]! << 8) | (source[start + 2]! << 16)) >>> 4;
  if (type < 2) {
    const headerBytes = [1, 2, 1, 3][format]!;
    const size = headerBytes === 1 ? first >> 3 : headerBytes === 2 ? word & 0xfff : word;
    const from = start + headerBytes;
    const to = from + (type === 0 ? size : 1);
    check(to <= end && size <= limit);
    const bytes = type === 0 ? source.subarray(from, to) : new Uint8Array(size).fill(source[from]!);
    return { bytes, end: to, huffman: known };
  }
  const headerBytes = [3, 3, 4, 5][format]!;
  const width = [10, 10, 14, 18][format]!;
  const high = source[start + 3]! + source[start + 4]! * 256;
  const header = word + high * 2 ** 20;
  const size = header % 2 ** width;
  const encoded = Math.floor(header / 2 ** width) % 2 ** width;
  const from = start + headerBytes;
  const to = from + encoded;
  check(to <= end && size <= limit);
  const tree = type === 2 ? readHuffmanTable(source, from, to) : { table: known, end: from };
  if (tree.table === undefined) throw new Error("a zstd block needs a Huffman tree that never came");
  const bytes = new Uint8Array(size);
  if (format === 0) decodeStream(source, tree.end, to, tree.table, bytes);
  else decodeFourStreams(source, tree.end, to, tree.table, bytes);
  return { bytes, end: to, huffman: tree.table };
}

/** A jump table of three sizes, then four streams of a quarter each. */
function decodeFourStreams(
  source: Uint8Array,
  start: number,
  end: number,
  table: HuffmanTable,
  target: Uint8Array,
): void {
  const quarter = (target.length + 3) >> 2;
  check(start + 6 <= end && target.length >= 3 * quarter);
  let from = start + 6;
  for (let i = 0; i < 4; i++) {
    const at = start + 2 * i;
    const to = i === 3 ? end : from + (source[at]! | (source[at + 1]! << 8));
    check(to <= end);
    decodeStream(
      source,
      from,
      to,
      table,
      target.subarray(i * quarter, i === 3 ? undefined : (i + 1) * quarter),
    );
    from = to;
  }
}

function decodeStream(
  source: Uint8Array,
  start: number,
  end: number,
  { maxBits, entries }: HuffmanTable,
  target: Uint8Array,
): void {
  const last = end > start ? source[end - 1]! : 0;
  check(last !== 0);
  const base = 8 * start;
  const mask = entries.length - 1;
  let position = 8 * end - 1 - (Math.clz32(last) - 24);
  let at = 0;
  // While a whole code is sure to be there, no bounds need be looked at.
  for (; at < target.length && position - base >= maxBits; at++) {
    const bit = position - maxBits;
    const byte = bit >> 3;
    const word = source[byte]! | (source[byte + 1]! << 8) | (source[byte + 2]! << 16);
    const entry = entries[(word >>> (bit & 7)) & mask]!;
    target[at] = entry;
    position -= entry >> 8;
  }
  for (; at < target.length; at++) {
    const left = position - base;
    const word = source[start]! | (source[start + 1]! << 8);
    const entry = entries[((word & ((1 << left) - 1)) << (maxBits - left)) & mask]!;
    target[at] = entry;
    position -= entry >> 8;
    check(position >= base);
  }
  check(position === base);
}

function check(isSound: boolean): void {
  if (!isSound) throw new Error("the literals of a zstd block are damaged");
}
