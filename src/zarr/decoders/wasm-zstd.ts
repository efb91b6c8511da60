/** The wasm codec for zstd: fast, but not to be relied upon. One per thread. */
import { crc32c } from "../crc32c.js";

/**
 * A frame of 400 bytes with what chunks are made of, four Huffman streams and sequences: decoding it has the functions
 * compiled that the first chunk would wait for, and shows that they work here.
 */
const probe = {
  frame:
    "KLUv/WCQAM0CADaUEIEhDgAPAA8Ax8Px8/dNwm9W/B8kJxz7sAecMklfmFtOfmj46gNDfzrPXz7LFAAEIPxh8gbAblPzAXeGZ2fzHvz3HwYAeBG6KBx5p+J4cDgkGbXNG8gD",
  bytes: 400,
  crc32c: 3864610033,
};

type Decode = (bytes: Uint8Array, decodedBytes: number) => Uint8Array;

/**
 * Decodes single frames in wasm, as long as that works.
 *
 * It does not where a Content-Security-Policy lacks `wasm-unsafe-eval`, and after a trap, which leaves the module
 * unable to decode anything. Callers always have the plain decoder, so nothing here is an error.
 */
export class WasmZstd {
  #loading: Promise<Decode | undefined> | undefined;
  #isRetired = false;

  /**
   * @param bytes one frame, walked by `zstdFrames`.
   * @param mostBytes what the frame can hold, and what is allocated for it; not 0.
   * @returns memory of its own; `undefined` where wasm cannot do it, or the frame is damaged.
   */
  async decode(bytes: Uint8Array, mostBytes: number): Promise<Uint8Array | undefined> {
    this.#loading ??= loadCodec();
    const decode = await this.#loading;
    if (this.#isRetired) return undefined;
    try {
      if (decode !== undefined) {
        const decoded = decode(bytes, mostBytes);
        // An error of the codec is a negative size, of which nothing is left.
        return decoded.byteLength === 0 ? undefined : decoded;
      }
    } catch {
      // A trap.
    }
    this.retire();
    return undefined;
  }

  /** Begins to fetch and compile the module, as the first frame would. */
  preload(): void {
    this.#loading ??= loadCodec();
  }

  /** Wasm is not asked again on this thread. */
  retire(): void {
    this.#isRetired = true;
  }
}

/** `undefined` when the module cannot be fetched, may not be compiled, or does not work. */
async function loadCodec(): Promise<Decode | undefined> {
  try {
    const { default: zstd } = await import("zstandard-wasm");
    await zstd.loadWASM();
    const frame = Uint8Array.from(atob(probe.frame), (character) => character.charCodeAt(0));
    return crc32c(zstd.decompress(frame, probe.bytes)) === probe.crc32c ? zstd.decompress : undefined;
  } catch {
    return undefined;
  }
}
