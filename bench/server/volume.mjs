/**
 * The volumes that benchmarks read, as OME-Zarr objects by path; a volume of 65,536³ voxels takes no more memory than
 * one of 512³, as its chunks are found when they are asked for.
 *
 * Paths: `KIND-CODEC-SIZE/...`, where KIND is `em` (one image) or `label` (a folder of images `c0`, `c1`, ...), and SIZE
 * is the edge in voxels. `em-blosc-64-17` begins at another chunk of the field, so that many crops hold different voxels.
 */
import { gzipSync } from "node:zlib";
import Blosc from "numcodecs/blosc";
import Zstd from "numcodecs/zstd";
import { CHUNK, labelChunk, PERIOD_CHUNKS, rawChunk } from "./field.mjs";

export const SEED = 20;
export const VOXEL_SIZE_NM = 10;

const codecs = {
  blosc: { id: "blosc", cname: "zstd", clevel: 5, shuffle: 1, blocksize: 0 },
  zstd: { id: "zstd", level: 3 },
  gzip: { id: "gzip", level: 5 },
};

const chunkKinds = { em: rawChunk, label: labelChunk };

/** @typedef {{kind: "em" | "label", codec: keyof typeof codecs, size: number, first: number}} VolumeName */

/**
 * @param {string} name
 * @returns {VolumeName | null}
 */
export function parseVolumeName(name) {
  const match = /^(em|label)-(blosc|zstd|gzip)-(\d+)(?:-(\d+))?$/.exec(name);
  if (match === null) return null;
  const [, kind, codec, size, first = "0"] = match;
  return /** @type {VolumeName} */ ({ kind, codec, size: Number(size), first: Number(first) });
}

/** @param {keyof typeof codecs} codec */
async function encoderOf(codec) {
  if (codec === "gzip") return (/** @type {Uint8Array} */ bytes) => gzipSync(bytes, codecs.gzip);
  const encoder = await (codec === "blosc" ? Blosc.fromConfig(codecs.blosc) : Zstd.fromConfig(codecs.zstd));
  // The codec's answer lies in its own memory, which the next call overwrites.
  return async (/** @type {Uint8Array} */ bytes) => (await encoder.encode(bytes)).slice();
}

/** Objects of the volumes by path; a chunk of the period is encoded on first use and kept. */
export class Volumes {
  /** By kind, codec and index. @type {Map<string, Promise<Uint8Array>>} */
  #chunks = new Map();

  /**
   * Encodes all chunks of a volume, so that none is while something is timed.
   *
   * @param {string} name
   */
  async prepare(name) {
    const volume = parseVolumeName(name);
    if (volume === null) throw new Error(`No such benchmark volume: ${name}`);
    for (let index = 0; index < PERIOD_CHUNKS ** 3; index++) await this.#encoded(volume, index);
  }

  /**
   * @param {string} path Without a leading slash.
   * @returns {Promise<{bytes: Uint8Array, isChunk: boolean} | null>} Null where there is nothing.
   */
  async find(path) {
    const [name, ...rest] = path.split("/");
    const volume = parseVolumeName(name);
    if (volume === null) return null;
    const image = volume.kind === "label" ? /^c(\d+)$/.exec(rest.shift() ?? "") : ["", "0"];
    if (image === null) return null;
    const key = rest.join("/");
    const document = documentAt(volume, key);
    if (document !== null) return { bytes: Buffer.from(JSON.stringify(document)), isChunk: false };
    const index = chunkIndex(volume, Number(image[1]), key);
    return index === null ? null : { bytes: await this.#encoded(volume, index), isChunk: true };
  }

  /**
   * @param {VolumeName} volume
   * @param {number} index
   */
  #encoded({ kind, codec }, index) {
    const name = `${kind}-${codec}-${index}`;
    const known = this.#chunks.get(name);
    if (known !== undefined) return known;
    const encoding = encodeChunk(kind, codec, index);
    this.#chunks.set(name, encoding);
    return encoding;
  }
}

/** @returns {Promise<Uint8Array>} */
async function encodeChunk(kind, codec, index) {
  const encode = await encoderOf(codec);
  return await encode(chunkKinds[kind](SEED, placeOf(index)));
}

/** Index in the period to z, y, x. */
function placeOf(index) {
  return [
    Math.floor(index / PERIOD_CHUNKS ** 2) % PERIOD_CHUNKS,
    Math.floor(index / PERIOD_CHUNKS) % PERIOD_CHUNKS,
    index % PERIOD_CHUNKS,
  ];
}

/**
 * Which of the encoded chunks lies at a key; images of other classes are shifted against each other.
 *
 * @param {VolumeName} volume
 * @param {number} image
 * @param {string} key Below the image, such as `0/1.2.3`.
 */
function chunkIndex({ size, first }, image, key) {
  const match = /^0\/(\d+)\.(\d+)\.(\d+)$/.exec(key);
  if (match === null) return null;
  const chunk = match.slice(1).map(Number);
  if (chunk.some((index) => index * CHUNK >= size)) return null;
  const origin = placeOf(first);
  const [z, y, x] = chunk.map((index, axis) => (index + origin[axis] + image * (axis + 1)) % PERIOD_CHUNKS);
  return (z * PERIOD_CHUNKS + y) * PERIOD_CHUNKS + x;
}

/**
 * Metadata documents: Zarr v2, OME-NGFF 0.4, one level.
 *
 * @param {VolumeName} volume
 * @param {string} key
 */
function documentAt({ codec, size }, key) {
  if (key === ".zgroup") return { zarr_format: 2 };
  if (key === ".zattrs") {
    const axes = ["z", "y", "x"].map((name) => ({ name, type: "space", unit: "nanometer" }));
    const scale = [VOXEL_SIZE_NM, VOXEL_SIZE_NM, VOXEL_SIZE_NM];
    const datasets = [{ path: "0", coordinateTransformations: [{ type: "scale", scale }] }];
    return { multiscales: [{ version: "0.4", axes, datasets }] };
  }
  if (key !== "0/.zarray") return null;
  return {
    zarr_format: 2,
    shape: [size, size, size],
    chunks: [CHUNK, CHUNK, CHUNK],
    dtype: "|u1",
    compressor: codecs[codec],
    filters: null,
    fill_value: 0,
    order: "C",
    dimension_separator: ".",
  };
}
