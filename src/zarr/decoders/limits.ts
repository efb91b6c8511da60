/** How many bytes each codec of a chain may make, known before anything is decoded. */
import { byteCodecs, valueCodecs } from "../codec-names.js";
import { sourceItemSize } from "../dtype.js";
import type { ArrayMeta, CodecSpec } from "../metadata.js";
import { elementCount } from "../sizes.js";
import type { DecodedSize } from "./decoder.js";

const compressors = ["blosc", "gzip", "lz4", "zlib", "zstd"];

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

/** The most bytes that one stored chunk of an array can have. */
export function maxStoredBytes({
  codecs,
  dtype,
  chunkShape,
}: Pick<ArrayMeta, "codecs" | "dtype" | "chunkShape">): number {
  // Codecs that change values may store another type; none is larger than eight bytes.
  const itemSize = codecs.some(({ name }) => valueCodecs.includes(name)) ? 8 : sourceItemSize[dtype];
  return decodedSizes(byteCodecs(codecs), elementCount(chunkShape) * itemSize).stored.maxBytes;
}

function encodedSize(codec: string, { maxBytes, isExact }: DecodedSize): DecodedSize {
  if (codec === "crc32c") return { maxBytes: maxBytes + 4, isExact };
  if (codec === "shuffle") return { maxBytes, isExact };
  // Compressors make little more of what they cannot compress; a codec that is not known may write text.
  const growth = compressors.includes(codec) ? 1.25 : 4;
  return { maxBytes: Math.ceil(maxBytes * growth) + 65536, isExact: false };
}
