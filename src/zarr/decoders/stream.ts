/** gzip and zlib by the platform's own stream decoder, read no further than the decoded size. */
import { type Decoded, type DecodedSize, viewOf } from "./decoder.js";

/** Decodes a gzip member; the platform verifies its CRC-32. */
export async function decodeGzip(bytes: Uint8Array, size: DecodedSize): Promise<Decoded> {
  const decoded = await inflate("gzip", bytes, size);
  // The last four bytes are the size modulo 2^32.
  const isEnd = viewOf(bytes).getUint32(bytes.byteLength - 4, true) === decoded.byteLength;
  await refuseStrayBytes("gzip", bytes, size, isEnd);
  return { bytes: decoded, isVerified: true };
}

/** Decodes a zlib stream; the platform verifies its Adler-32. */
export async function decodeZlib(bytes: Uint8Array, size: DecodedSize): Promise<Decoded> {
  const decoded = await inflate("deflate", bytes, size);
  const isEnd = viewOf(bytes).getUint32(bytes.byteLength - 4) === adler32(decoded);
  await refuseStrayBytes("deflate", bytes, size, isEnd);
  return { bytes: decoded, isVerified: true };
}

/**
 * Some platforms overlook bytes behind the end of a stream. A stream ends in four bytes that follow from what it
 * holds; where these also stand somewhere before, the true end may be there, and then one byte less is still whole.
 */
async function refuseStrayBytes(
  format: "gzip" | "deflate",
  bytes: Uint8Array,
  size: DecodedSize,
  isEnd: boolean,
): Promise<void> {
  if (isEnd && !(hasEarlierEnd(bytes) && (await isWhole(format, bytes.subarray(0, -1), size)))) return;
  throw new Error("there are stray bytes after the compressed stream");
}

async function inflate(
  format: "gzip" | "deflate",
  bytes: Uint8Array,
  { maxBytes, isExact }: DecodedSize,
): Promise<Uint8Array> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  // What goes wrong while writing is what reading rejects with.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  const target = new Uint8Array(isExact ? maxBytes : 0);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.byteLength > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw new Error(`it decodes to more than ${maxBytes} bytes`);
    }
    if (isExact) target.set(value, length);
    else parts.push(value);
    length += value.byteLength;
  }
  if (!isExact) return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  if (length !== maxBytes) throw new Error(`it decodes to ${length} bytes instead of ${maxBytes}`);
  return target;
}

function hasEarlierEnd(bytes: Uint8Array): boolean {
  const end = bytes.byteLength - 4;
  for (let at = bytes.indexOf(bytes[end]!); at < end; at = bytes.indexOf(bytes[end]!, at + 1)) {
    let same = 1;
    while (same < 4 && bytes[at + same] === bytes[end + same]) same++;
    if (same === 4) return true;
  }
  return false;
}

async function isWhole(format: "gzip" | "deflate", bytes: Uint8Array, size: DecodedSize): Promise<boolean> {
  try {
    await inflate(format, bytes, size);
    return true;
  } catch {
    return false;
  }
}

/** Source: RFC 1950, section 8.2. Sums stay exact for 5552 bytes between remainders. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let start = 0; start < bytes.length; start += 5552) {
    const end = Math.min(start + 5552, bytes.length);
    for (let i = start; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
