/** zstd: the frames are walked first, then the wasm codec decodes them, or the plain decoder where it must. */
import { type Decoded, type DecodedSize, type Decoder, sizeFault } from "./decoder.js";
import { mostBytes, type ZstdFrame, zstdFrames } from "./zstd-frames.js";
import { decodeZstdFrames } from "./zstd-plain.js";

/** What a frame that does not tell its size may seem to hold beyond the limit: its last block is rarely full. */
const SPARE_BYTES = 4 * 1024 * 1024;

/** The wasm codec. It takes one frame, allocates whatever that holds, and never returns on stray bytes behind it. */
export type WasmZstd = (bytes: Uint8Array) => Promise<Uint8Array>;

/**
 * Makes a decoder of zstd frames.
 *
 * The plain decoder has the last word where the wasm codec fails: damaged bytes fail in both, and where only wasm
 * fails (a Content-Security-Policy without `wasm-unsafe-eval`, a trap, no memory) it is not used again.
 *
 * @param wasm faster, but optional.
 */
export function createZstdDecoder(wasm: WasmZstd | undefined): Decoder {
  let fast = wasm;
  return async (bytes, size): Promise<Decoded> => {
    const frames = zstdFrames(bytes);
    const told = toldBytes(frames);
    const fault = told === undefined ? undefined : sizeFault(told, size);
    if (fault !== undefined) throw new Error(fault);
    const isVerified = frames.length > 0 && frames.every(({ checksum }) => checksum !== undefined);
    const isForWasm =
      fast !== undefined && frames.length === 1 && mostBytes(frames[0]!) <= size.maxBytes + SPARE_BYTES;
    if (isForWasm) {
      const decoded = await fast!(bytes).catch(() => undefined);
      const { byteLength = -1 } = decoded ?? {};
      const isSound = told === undefined ? sizeFault(byteLength, size) === undefined : byteLength === told;
      if (decoded !== undefined && isSound) return { bytes: decoded, isVerified };
    }
    const decoded = decodePlain(bytes, frames, size);
    if (isForWasm) fast = undefined;
    return { bytes: decoded, isVerified };
  };
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
