/**
 * XXH64 with seed 0, of which zstd keeps the low 32 bits. 64-bit numbers are pairs of words, changed in place: big
 * integers would be allocated one by one.
 *
 * Source: xxhash_spec.md of the xxHash project, section "XXH64".
 */

interface Word64 {
  high: number;
  low: number;
}

const prime1: Readonly<Word64> = { high: 0x9e3779b1, low: 0x85ebca87 };
const prime2: Readonly<Word64> = { high: 0xc2b2ae3d, low: 0x27d4eb4f };
const prime3: Readonly<Word64> = { high: 0x165667b1, low: 0x9e3779f9 };
const prime4: Readonly<Word64> = { high: 0x85ebca77, low: 0xc2b2ae63 };
const prime5: Readonly<Word64> = { high: 0x27d4eb2f, low: 0x165667c5 };
const zero: Readonly<Word64> = { high: 0, low: 0 };

/** The low 32 bits of the hash, unsigned. */
export function xxhash64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength;
  const hash = { ...prime5 };
  const word = { ...zero };
  let at = 0;
  if (length >= 32) at = hashStripes(view, hash);
  add(hash, { high: Math.floor(length / 2 ** 32), low: length >>> 0 });
  for (; at + 8 <= length; at += 8) {
    Object.assign(word, zero);
    round(word, view, at);
    xor(hash, word);
    rotate(hash, 27);
    multiply(hash, prime1);
    add(hash, prime4);
  }
  if (at + 4 <= length) {
    Object.assign(word, { high: 0, low: view.getUint32(at, true) });
    multiply(word, prime1);
    xor(hash, word);
    rotate(hash, 23);
    multiply(hash, prime2);
    add(hash, prime3);
    at += 4;
  }
  for (; at < length; at++) {
    Object.assign(word, { high: 0, low: bytes[at]! });
    multiply(word, prime5);
    xor(hash, word);
    rotate(hash, 11);
    multiply(hash, prime1);
  }
  xorShifted(hash, 33);
  multiply(hash, prime2);
  xorShifted(hash, 29);
  multiply(hash, prime3);
  xorShifted(hash, 32);
  return hash.low >>> 0;
}

/** Runs four lanes over all whole stripes of 32 bytes; gives where they end. */
function hashStripes(view: DataView, hash: Word64): number {
  const [a, b, c, d] = [{ ...prime1 }, { ...prime2 }, { ...zero }, { ...zero }];
  add(a, prime2);
  // Minus the first prime.
  Object.assign(d, { high: ~prime1.high, low: ~prime1.low });
  add(d, { high: 0, low: 1 });
  let at = 0;
  for (; at + 32 <= view.byteLength; at += 32) {
    round(a, view, at);
    round(b, view, at + 8);
    round(c, view, at + 16);
    round(d, view, at + 24);
  }
  const lanes = [a, b, c, d];
  Object.assign(hash, zero);
  for (const [lane, bits] of [1, 7, 12, 18].entries()) {
    const turned = { ...lanes[lane]! };
    rotate(turned, bits);
    add(hash, turned);
  }
  for (const lane of lanes) {
    multiply(lane, prime2);
    rotate(lane, 31);
    multiply(lane, prime1);
    xor(hash, lane);
    multiply(hash, prime1);
    add(hash, prime4);
  }
  return at;
}

/** Takes the eight bytes at `at` into a lane. */
function round(lane: Word64, view: DataView, at: number): void {
  const low = view.getUint32(at, true);
  const product = lowTimes(low, prime2.low);
  const high =
    (product + Math.imul(view.getUint32(at + 4, true), prime2.low) + Math.imul(low, prime2.high)) | 0;
  const sum = (lane.low >>> 0) + (Math.imul(low, prime2.low) >>> 0);
  lane.high = (lane.high + high + (sum >= 2 ** 32 ? 1 : 0)) | 0;
  lane.low = sum | 0;
  rotate(lane, 31);
  multiply(lane, prime1);
}

function add(a: Word64, b: Readonly<Word64>): void {
  const low = (a.low >>> 0) + (b.low >>> 0);
  a.high = (a.high + b.high + (low >= 2 ** 32 ? 1 : 0)) | 0;
  a.low = low | 0;
}

function xor(a: Word64, b: Readonly<Word64>): void {
  a.high ^= b.high;
  a.low ^= b.low;
}

/** Rotates to the left by 1 to 31 bits. */
function rotate(a: Word64, bits: number): void {
  const { high, low } = a;
  a.high = (high << bits) | (low >>> (32 - bits));
  a.low = (low << bits) | (high >>> (32 - bits));
}

/** `a ^= a >> bits`. */
function xorShifted(a: Word64, bits: number): void {
  const { high, low } = a;
  if (bits >= 32) a.low = low ^ (high >>> (bits - 32));
  else {
    a.low = low ^ ((low >>> bits) | (high << (32 - bits)));
    a.high = high ^ (high >>> bits);
  }
}

function multiply(a: Word64, b: Readonly<Word64>): void {
  const { high, low } = a;
  a.high = (lowTimes(low, b.low) + Math.imul(high, b.low) + Math.imul(low, b.high)) | 0;
  a.low = Math.imul(low, b.low);
}

/** The upper 32 bits of a product of two words, from exact products of 16-bit halves. */
function lowTimes(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const cross = a1 * b0 + ((a0 * b0) >>> 16);
  const middle = (cross & 0xffff) + a0 * b1;
  return (a1 * b1 + (cross >>> 16) + (middle >>> 16)) | 0;
}
