/** CRC-32C (Castagnoli), the checksum of Zarr's `crc32c` codec and shard indexes. */

/** Reflected polynomial 0x1EDC6F41. Source: RFC 3720, section 12.1. */
const table = makeTable(0x82f63b78);

/** The CRC-32C of some bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

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

function makeTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}
