/** What every decoder of stored bytes is: bounded before it starts, and fresh memory when it ends. */

/** How many bytes a codec must give: exactly that many, or, inside a chain of compressors, at most. */
export interface DecodedSize {
  readonly maxBytes: number;
  readonly isExact: boolean;
}

export interface Decoded {
  readonly bytes: Uint8Array;
  /** Whether a checksum in the encoded bytes was held against the decoded ones. */
  readonly isVerified: boolean;
}

/**
 * Decodes the bytes of one codec.
 *
 * @param bytes read only.
 * @returns memory that held nothing before; never more than `size` allows.
 * @throws Error that says what is wrong with the bytes; nothing of them is returned then.
 */
export type Decoder = (bytes: Uint8Array, size: DecodedSize) => Decoded | Promise<Decoded>;

/** What is wrong with a size that the encoded bytes tell of; `undefined` when nothing is. */
export function sizeFault(told: number, { maxBytes, isExact }: DecodedSize): string | undefined {
  if (isExact ? told === maxBytes : told <= maxBytes) return undefined;
  return `the header tells of ${told} decoded bytes, ${isExact ? "a chunk has" : "there can be at most"} ${maxBytes}`;
}

/** A view for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
