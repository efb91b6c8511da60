/** One record of the slab: a versioned header that names what follows, then the payload. */
import { crc32c } from "../../zarr/crc32c.js";

/** `encoded`: as fetched; `decoded`: a brick; `missing`: the server has no such chunk, and there is no payload. */
export type RecordKind = "encoded" | "decoded" | "missing";

export interface RecordHead {
  readonly kind: RecordKind;
  /** Number of the segment's filling; an evicted segment is filled under another one. */
  readonly generation: number;
  /** Which chunk of which array. */
  readonly key: string;
  /** Version of the array that the chunk belongs to, as its server told it. */
  readonly version: string;
  /** Version of the stored object itself (ETag), "" where the server told none. */
  readonly objectVersion: string;
  readonly payloadBytes: number;
}

const magic = 0x43465856; // "VXFC"
const formatVersion = 1;
const fixedBytes = 36;
const kinds: readonly RecordKind[] = ["encoded", "decoded", "missing"];

/**
 * Little-endian: magic, format, kind, generation, payload length, payload crc32c, lengths of the three texts,
 * crc32c of the header with this field zero; then the texts as UTF-8.
 */
export function encodeHead(head: RecordHead, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const texts = [head.key, head.version, head.objectVersion].map((text) => new TextEncoder().encode(text));
  const bytes = new Uint8Array(fixedBytes + texts.reduce((sum, text) => sum + text.byteLength, 0));
  const view = new DataView(bytes.buffer);
  const words = [magic, formatVersion, kinds.indexOf(head.kind), head.generation, head.payloadBytes];
  words.push(crc32c(payload));
  words.forEach((word, i) => void view.setUint32(4 * i, word, true));
  texts.forEach((text, i) => void view.setUint16(24 + 2 * i, text.byteLength, true));
  let at = fixedBytes;
  for (const text of texts) {
    bytes.set(text, at);
    at += text.byteLength;
  }
  view.setUint32(32, crc32c(bytes), true);
  return bytes;
}

/** Whether a header is whole, says what is expected, and belongs to the payload. */
export function isRecord(header: Uint8Array, expected: RecordHead, payload: Uint8Array): boolean {
  const wanted = encodeHead(expected, payload);
  return header.byteLength === wanted.byteLength && wanted.every((byte, i) => byte === header[i]);
}
