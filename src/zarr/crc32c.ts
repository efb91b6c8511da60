/** CRC-32C (Castagnoli), the checksum of Zarr's `crc32c` codec and shard indexes. */

/** Reflected polynomial 0x1EDC6F41. Source: RFC 3720, section 12.1. */
const polynomial = 0x82f63b78;

/** Bytes that one step takes. */
const stride = 8;

/**
 * Entry `256 k + b` is what byte b does to the checksum when k more bytes of its step follow.
 * Source: Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation" (slicing by 8).
 */
const table = makeTable();

/** The CRC-32C of some bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  const end = bytes.length;
  let crc = -1;
  let i = 0;
  for (; i + stride <= end; i += stride) {
    crc =
      table[1792 + ((crc ^ bytes[i]!) & 0xff)]! ^
      table[1536 + (((crc >>> 8) ^ bytes[i + 1]!) & 0xff)]! ^
      table[1280 + (((crc >>> 16) ^ bytes[i + 2]!) & 0xff)]! ^
      table[1024 + ((crc >>> 24) ^ bytes[i + 3]!)]! ^
      table[768 + bytes[i + 4]!]! ^
      table[512 + bytes[i + 5]!]! ^
      table[256 + bytes[i + 6]!]! ^
      table[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  const made = new Int32Array(256 * stride);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let i = 256; i < made.length; i++) {
    const before = made[i - 256]!;
    made[i] = made[before & 0xff]! ^ (before >>> 8);
  }
  return made;
}
