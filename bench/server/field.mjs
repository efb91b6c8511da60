/**
 * What the benchmark volumes hold: a smooth field with noise on it, as electron micrographs compress, and label masks.
 *
 * Everything repeats after four chunks along each axis, without a seam: a volume of any size is made of the same
 * 4×4×4 chunks. The same seed gives the same voxels on every machine (integer arithmetic only).
 */

/** Edge of a chunk, voxels. */
export const CHUNK = 64;
/** Chunks along each axis after which the field repeats. */
export const PERIOD_CHUNKS = 4;
/** Distance of the field's knots, voxels; a power of two, so that interpolation is exact in integers. */
const KNOT = 16;
const KNOTS = (CHUNK * PERIOD_CHUNKS) / KNOT;
/** Noise added to the raw field, grey values: it decides how well the volume compresses (measured: 1.3 times). */
const NOISE_LEVELS = 48;

/** 32-bit avalanche hash (Source: lowbias32, https://nullprogram.com/blog/2018/07/31/). */
function hash32(value) {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The field's value at a knot, 0 to 255. */
function knotValue(seed, z, y, x) {
  const at = ((z % KNOTS) * KNOTS + (y % KNOTS)) * KNOTS + (x % KNOTS);
  return hash32(hash32(seed) + at) >>> 24;
}

/**
 * The smooth field in one chunk, trilinear between knots: 0 to 255 in units of 1/4096.
 *
 * @param {number} seed
 * @param {readonly [z: number, y: number, x: number]} chunk
 * @param {(index: number, value: number) => void} give
 */
function smoothField(seed, chunk, give) {
  const cells = CHUNK / KNOT;
  const [kz, ky, kx] = chunk.map((index) => index * cells);
  for (let cell = 0; cell < cells ** 3; cell++) {
    const [cz, cy, cx] = [Math.floor(cell / cells ** 2), Math.floor(cell / cells) % cells, cell % cells];
    const corners = Array.from({ length: 8 }, (_, i) =>
      knotValue(seed, kz + cz + (i >> 2), ky + cy + ((i >> 1) & 1), kx + cx + (i & 1)),
    );
    for (let z = 0; z < KNOT; z++) {
      const plane = [0, 1, 2, 3].map((i) => corners[i] * (KNOT - z) + corners[i + 4] * z);
      for (let y = 0; y < KNOT; y++) {
        const left = plane[0] * (KNOT - y) + plane[2] * y;
        const right = plane[1] * (KNOT - y) + plane[3] * y;
        const row = ((cz * KNOT + z) * CHUNK + cy * KNOT + y) * CHUNK + cx * KNOT;
        for (let x = 0; x < KNOT; x++) give(row + x, left * (KNOT - x) + right * x);
      }
    }
  }
}

/**
 * A chunk of the raw volume.
 *
 * @param {number} seed
 * @param {readonly [z: number, y: number, x: number]} chunk Index along each axis, below `PERIOD_CHUNKS`.
 * @returns {Uint8Array} CHUNK³ voxels in C order.
 */
export function rawChunk(seed, chunk) {
  const voxels = new Uint8Array(CHUNK ** 3);
  const noiseKey = hash32(seed + chunk[0] * 641 + chunk[1] * 8191 + chunk[2] * 131071);
  smoothField(seed, chunk, (index, value) => {
    const noise = (hash32(noiseKey + index) >>> 16) * NOISE_LEVELS;
    // A band of 112 grey values in the middle, as the histogram of an EM volume has.
    voxels[index] = 70 + (value >>> 14) + (noise >>> 16);
  });
  return voxels;
}

/**
 * A chunk of a label mask: 1 where a field of its own is high, in blobs of about 20 voxels.
 *
 * @param {number} seed
 * @param {readonly [z: number, y: number, x: number]} chunk Index along each axis, below `PERIOD_CHUNKS`.
 * @returns {Uint8Array} CHUNK³ voxels in C order.
 */
export function labelChunk(seed, chunk) {
  const voxels = new Uint8Array(CHUNK ** 3);
  smoothField(seed + 1, chunk, (index, value) => {
    voxels[index] = value > 150 * 4096 ? 1 : 0;
  });
  return voxels;
}
