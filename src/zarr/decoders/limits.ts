/** How many bytes each codec of a chain may make, known before anything is decoded. */
import type { CodecSpec } from "../metadata.js";
import type { DecodedSize } from "./decoder.js";

/** Which codec a name stands for: v2 names carry a prefix. */
export function baseName(codec: string): string {
  return codec.replace(/^numcodecs\./, "");
}

/**
 * What every codec of a chain decodes to, in the order of the chain, and the most that a stored chunk can have.
 *
 * @param codecs the codecs that make bytes of bytes.
 * @param chunkBytes of the decoded chunk.
 */
export function decodedSizes(
  codecs: readonly CodecSpec[],
  chunkBytes: number,
): { readonly sizes: readonly DecodedSize[]; readonly stored: DecodedSize } {
  let size: DecodedSize = { maxBytes: chunkBytes, isExact: true };
  const sizes = codecs.map(({ name }) => {
    const decoded = size;
    size = encodedSize(baseName(name), decoded);
    return decoded;
  });
  return { sizes, stored: size };
}

function encodedSize(codec: string, { maxBytes, isExact }: DecodedSize): DecodedSize {
  if (codec === "crc32c") return { maxBytes: maxBytes + 4, isExact };
  if (codec === "shuffle") return { maxBytes, isExact };
  // Compressors make little more of what they cannot compress: the worst in use adds a sixth.
  return { maxBytes: Math.ceil(maxBytes * 1.25) + 65536, isExact: false };
}
