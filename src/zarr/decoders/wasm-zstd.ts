/** The wasm codec for zstd: fast, but not to be relied upon. One per thread. */
import { registry } from "zarrita";

/** numcodecs' binding never frees what it allocated for a chunk that fails; this much is put up with. */
const MAX_LEAKED_BYTES = 32 * 1024 * 1024;

/** A frame without content: its header tells size 0, its one block is the last and empty (RFC 8878, section 3.1.1). */
const emptyFrame = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00]);

type Decode = (bytes: Uint8Array) => Promise<Uint8Array>;

/**
 * Decodes single frames in wasm, as long as that works.
 *
 * It does not where a Content-Security-Policy lacks `wasm-unsafe-eval`, and after a trap, which leaves the module
 * unable to decode anything. Callers always have the plain decoder, so nothing here is an error.
 */
export class WasmZstd {
  #loading: Promise<Decode | undefined> | undefined;
  #leakedBytes = 0;
  #isRetired = false;

  /**
   * @param bytes one frame, walked by `zstdFrames`: on stray bytes behind it the binding never returns.
   * @param mostBytes what the frame can hold; the binding allocates whatever it tells.
   * @returns `undefined` where wasm cannot do it, or the frame is damaged.
   */
  async decode(bytes: Uint8Array, mostBytes: number): Promise<Uint8Array | undefined> {
    if (this.#isRetired) return undefined;
    this.#loading ??= loadCodec();
    try {
      const decode = await this.#loading;
      if (decode !== undefined) return await decode(bytes);
      this.retire();
    } catch {
      this.#leakedBytes += bytes.byteLength + mostBytes;
      if (this.#leakedBytes > MAX_LEAKED_BYTES) this.retire();
    }
    return undefined;
  }

  /** Begins to fetch and compile the module, as the first frame would. */
  preload(): void {
    if (this.#loading === undefined) void this.decode(emptyFrame, 0);
  }

  /** Wasm is not asked again on this thread. */
  retire(): void {
    this.#isRetired = true;
  }
}

/** The codec of zarrita's registry; `undefined` when its module cannot be fetched. */
async function loadCodec(): Promise<Decode | undefined> {
  try {
    const Codec = await registry.get("zstd")?.();
    const codec = Codec?.fromConfig({}, { dataType: "uint8", shape: [], codecs: [], fillValue: null });
    return codec && ((bytes) => Promise.resolve(codec.decode(bytes)));
  } catch {
    return undefined;
  }
}
