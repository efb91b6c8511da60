/** zstd: the frames are walked first, then the wasm codec decodes them, or the plain decoder where it must. */
import { type DecodedSize, type Decoder, sizeFault } from "./decoder.js";
import type { WasmZstd } from "./wasm-zstd.js";
import { mostBytes, type ZstdFrame, zstdFrames } from "./zstd-frames.js";
import { decodeZstdFrames } from "./zstd-plain.js";

/** What a frame that does not tell its size may seem to hold beyond the limit: its last block is rarely full. */
const SPARE_BYTES = 4 * 1024 * 1024;

/** Frames with more encoded and decoded bytes together are not for wasm, whose binding does not notice when it cannot allocate. */
const MAX_WASM_BYTES = 256 * 1024 * 1024;

/**
 * Makes a decoder of zstd frames.
 *
 * The plain decoder has the last word where the wasm codec gives nothing: damaged bytes fail in both, and where only
 * wasm fails it is not used again.
 */
export function createZstdDecoder(wasm: WasmZstd): Decoder {
  return async (bytes, size) => {
    const frames = zstdFrames(bytes);
    const told = toldBytes(frames);
    const fault = told === undefined ? undefined : sizeFault(told, size);
    if (fault !== undefined) throw new Error(fault);
    const isVerified = frames.length > 0 && frames.every(({ checksum }) => checksum !== undefined);
    const most = frames.reduce((sum, frame) => sum + mostBytes(frame), 0);
    const isForWasm = frames.length === 1 && isWasmSize(bytes.byteLength, most, size);
    const fast = isForWasm ? await wasm.decode(bytes, most) : undefined;
    if (fast !== undefined && sizeFault(fast.byteLength, size) === undefined)
      return { bytes: fast, isVerified };
    const plain = decodePlain(bytes, frames, size);
    if (isForWasm) wasm.retire();
    return { bytes: plain, isVerified };
  };
}

function isWasmSize(encodedBytes: number, most: number, { maxBytes }: DecodedSize): boolean {
  return most > 0 && most <= maxBytes + SPARE_BYTES && encodedBytes + most <= MAX_WASM_BYTES;
}

function decodePlain(bytes: Uint8Array, frames: readonly ZstdFrame[], size: DecodedSize): Uint8Array {
  const decoded = decodeZstdFrames(bytes, frames, size.maxBytes);
  if (size.isExact && decoded.byteLength !== size.maxBytes) {
    throw new Error(`the zstd frames hold ${decoded.byteLength} bytes instead of ${size.maxBytes}`);
  }
  return decoded;
}

/** What the frames say they hold together; `undefined` where one does not say. */
function toldBytes(frames: readonly ZstdFrame[]): number | undefined {
  let sum = 0;
  for (const { contentBytes } of frames) {
    if (contentBytes === undefined) return undefined;
    sum += contentBytes;
  }
  return sum;
}
