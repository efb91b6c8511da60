/**
 * zstd without wasm: where a Content-Security-Policy forbids it, after the wasm module has failed, and for frames
 * that do not tell their size, which the wasm binding would decode without a limit.
 *
 * Source: RFC 8878. Twin: the wasm codec in zstd.ts.
 */
import { xxhash64Low } from "./xxhash64.js";
import { MAX_BLOCK_BYTES, mostBytes, type ZstdFrame } from "./zstd-frames.js";
import { readLiterals } from "./zstd-literals.js";
import { runSequences, type SequenceState } from "./zstd-sequences.js";
import type { HuffmanTable } from "./zstd-tables.js";

/** Bytes that the bit readers may touch, but never use, behind the end. */
const PADDING_BYTES = 8;

/**
 * Decodes frames into new memory.
 *
 * @param maxBytes the most they may hold together.
 */
export function decodeZstdFrames(
  bytes: Uint8Array,
  frames: readonly ZstdFrame[],
  maxBytes: number,
): Uint8Array {
  const source = new Uint8Array(bytes.byteLength + PADDING_BYTES);
  source.set(bytes);
  const bound = frames.reduce((sum, frame) => sum + mostBytes(frame), 0);
  const target = new Uint8Array(Math.min(bound, maxBytes));
  let to = 0;
  for (const frame of frames) {
    const end = decodeFrame(source, frame, target, to);
    const { contentBytes, checksum } = frame;
    if (contentBytes !== undefined && end - to !== contentBytes) {
      throw new Error(`the zstd frame holds ${end - to} bytes instead of ${contentBytes}`);
    }
    if (checksum !== undefined && checksum !== xxhash64Low(target.subarray(to, end))) {
      throw new Error("the checksum of the zstd frame does not match");
    }
    to = end;
  }
  return to === target.length ? target : target.slice(0, to);
}

function decodeFrame(source: Uint8Array, { blocks }: ZstdFrame, target: Uint8Array, start: number): number {
  const state: SequenceState = { recent: [1, 4, 8] };
  let huffman: HuffmanTable | undefined;
  let to = start;
  for (const block of blocks) {
    if (block.type !== "compressed") {
      if (to + block.maxBytes > target.length) throw new Error("a zstd frame holds more than its size");
      if (block.type === "raw") target.set(source.subarray(block.start, block.end), to);
      else target.fill(source[block.start]!, to, to + block.maxBytes);
      to += block.maxBytes;
      continue;
    }
    const literals = readLiterals(source, block.start, block.end, MAX_BLOCK_BYTES, huffman);
    huffman = literals.huffman;
    const end = runSequences(source, literals.end, block.end, literals.bytes, target, start, to, state);
    if (end - to > block.maxBytes) throw new Error("a zstd block holds more than its frame allows");
    to = end;
  }
  return to;
}
