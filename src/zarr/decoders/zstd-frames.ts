/** Walks zstd frames and their blocks without decoding them. Source: RFC 8878, section 3.1. */
import { viewOf } from "./decoder.js";

/** No block decodes to more. */
export const MAX_BLOCK_BYTES = 128 * 1024;

/** One block: where its content lies in the input, and how many bytes it stands for, where that is known. */
export interface ZstdBlock {
  readonly type: "raw" | "run" | "compressed";
  readonly start: number;
  readonly end: number;
  /** Decoded size; for a compressed block the most it can be. */
  readonly maxBytes: number;
}

export interface ZstdFrame {
  /** As the header tells; `undefined` where it does not. */
  readonly contentBytes: number | undefined;
  readonly blocks: readonly ZstdBlock[];
  /** Low 32 bits of the content's XXH64; `undefined` where there is none. */
  readonly checksum: number | undefined;
}

/**
 * The frames of some bytes, up to the last byte; skippable frames are left out.
 *
 * @throws Error for bytes that end early, go on behind the last frame, or hold no frame.
 */
export function zstdFrames(bytes: Uint8Array): ZstdFrame[] {
  const view = viewOf(bytes);
  const frames: ZstdFrame[] = [];
  let position = 0;
  do {
    const { end, frame } = walkFrame(view, position);
    if (frame !== undefined) frames.push(frame);
    position = end;
  } while (position < bytes.byteLength);
  return frames;
}

/** The most a frame can hold: what it tells, or what its blocks add up to. */
export function mostBytes({ contentBytes, blocks }: ZstdFrame): number {
  return contentBytes ?? blocks.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
}

function walkFrame(view: DataView, start: number): { end: number; frame?: ZstdFrame } {
  if (start + 5 > view.byteLength) {
    throw new Error(start === 0 ? "the zstd frame ends early" : "there are stray bytes after the zstd frame");
  }
  const magic = view.getUint32(start, true);
  if (magic >>> 4 === 0x184d2a5) {
    need(view, start + 8);
    return { end: need(view, start + 8 + view.getUint32(start + 4, true)) };
  }
  if (magic !== 0xfd2fb528) {
    throw new Error(start === 0 ? "this is no zstd frame" : "there are stray bytes after the zstd frame");
  }
  const { position, contentBytes, windowBytes, hasChecksum } = readHeader(view, start + 4);
  const { blocks, end } = walkBlocks(view, position, Math.min(windowBytes, MAX_BLOCK_BYTES));
  if (!hasChecksum) return { end, frame: { contentBytes, blocks, checksum: undefined } };
  need(view, end + 4);
  return { end: end + 4, frame: { contentBytes, blocks, checksum: view.getUint32(end, true) } };
}

function readHeader(view: DataView, start: number) {
  const descriptor = view.getUint8(start);
  if ((descriptor & 8) !== 0) throw new Error("the zstd frame has a reserved flag");
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionaryAt = start + 1 + (isSingleSegment ? 0 : 1);
  const sizeAt = dictionaryAt + dictionaryBytes;
  const position = need(view, sizeAt + sizeBytes);
  for (let i = 0; i < dictionaryBytes; i++) {
    if (view.getUint8(dictionaryAt + i) !== 0) throw new Error("the zstd frame needs a dictionary");
  }
  const contentBytes = readContentSize(view, sizeAt, sizeBytes);
  const windowBytes = isSingleSegment ? contentBytes! : windowSize(view.getUint8(start + 1));
  return { position, contentBytes, windowBytes, hasChecksum: (descriptor & 4) !== 0 };
}

function readContentSize(view: DataView, at: number, sizeBytes: number): number | undefined {
  if (sizeBytes === 0) return undefined;
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  return sizeBytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function walkBlocks(view: DataView, start: number, limit: number): { blocks: ZstdBlock[]; end: number } {
  const blocks: ZstdBlock[] = [];
  let position = start;
  for (let isLast = false; !isLast; ) {
    need(view, position + 3);
    const header = view.getUint16(position, true) | (view.getUint8(position + 2) << 16);
    isLast = (header & 1) === 1;
    const type = (["raw", "run", "compressed"] as const)[(header >> 1) & 3];
    if (type === undefined) throw new Error("the zstd frame has a reserved block type");
    const size = header >> 3;
    if (size > limit) throw new Error(`a zstd block of ${size} bytes is larger than the frame's window`);
    // A run is one byte, whatever length it stands for.
    const end = need(view, position + 3 + (type === "run" ? 1 : size));
    blocks.push({ type, start: position + 3, end, maxBytes: type === "compressed" ? limit : size });
    position = end;
  }
  return { blocks, end: position };
}

function need(view: DataView, end: number): number {
  if (end > view.byteLength) throw new Error("the zstd frame ends early");
  return end;
}
