/** The checksum behind some bytes, as the `crc32c` codec and shard indexes have it. */
import { crc32c } from "./crc32c.js";

/**
 * Verifies the four little-endian bytes of checksum at the end.
 *
 * @returns a view of the bytes before them; `undefined` when the checksum is wrong or there is none.
 */
export function stripCrc32c(bytes: Uint8Array): Uint8Array | undefined {
  const length = bytes.byteLength - 4;
  if (length < 0) return undefined;
  const body = bytes.subarray(0, length);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + length, 4).getUint32(0, true);
  return crc32c(body) === stored ? body : undefined;
}
