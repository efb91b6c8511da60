/**
 * Makes the volume of the demo and its tests: an EM-like cube with labels, in the layout of the CellMap challenge.
 *
 * `node scripts/sample-data.mjs [folder] [--size 256] [--seed 1]`
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import Blosc from "numcodecs/blosc";
import { planNeuropil, voxelClass } from "./sample/neuropil.mjs";

/** Raise this when the voxels or the layout change: folders of an older version are then made anew. */
const GENERATOR_VERSION = 1;
const VOXEL_SIZE_NM = 8;
const CHUNK = 64;
const STAMP = "sample.json";

const bloscConfig = { id: "blosc", cname: "zstd", clevel: 5, shuffle: 1, blocksize: 0 };
const gzipConfig = { id: "gzip", level: 5 };

/**
 * The annotated boxes, in voxels of a 256³ volume. Crop 3 has no `mito`: there, mitochondria are unknown.
 */
const crops = [
  { name: "crop1", split: "train", offset: [32, 48, 40], shape: [128, 128, 128] },
  { name: "crop2", split: "validate", offset: [120, 104, 128], shape: [112, 128, 112] },
  { name: "crop3", split: "train", offset: [152, 8, 16], shape: [96, 96, 96], without: ["mito"] },
];

/**
 * @typedef {[z: number, y: number, x: number]} Vec3
 * @typedef {{data: Uint8Array | BigUint64Array, shape: Vec3}} Volume In C order.
 */

/**
 * Renders the volume on all cores.
 *
 * @param {number} size
 * @param {number} seed
 */
async function renderVolume(size, seed) {
  const neuropil = planNeuropil(size, seed);
  const out = {
    raw: new SharedArrayBuffer(size ** 3),
    classes: new SharedArrayBuffer(size ** 3),
    instances: new SharedArrayBuffer(2 * size ** 3),
  };
  const slab = 32;
  const next = new SharedArrayBuffer(4);
  const threads = Math.min(availableParallelism(), Math.ceil(size / slab));
  const workers = Array.from({ length: threads }, () => {
    const url = new URL("./sample/worker.mjs", import.meta.url);
    return new Worker(url, { workerData: { neuropil, slab, next, out } });
  });
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise((done, fail) => {
          worker.once("error", fail);
          worker.once("exit", (code) =>
            code === 0 ? done(undefined) : fail(new Error(`exit code ${code}`)),
          );
        }),
    ),
  );
  return {
    raw: new Uint8Array(out.raw),
    classes: new Uint8Array(out.classes),
    instances: new Uint16Array(out.instances),
  };
}

/**
 * The mean of each 2×2×2 cube, rounded to nearest.
 *
 * @param {Volume} volume With an even shape.
 * @returns {Volume}
 */
function poolMean({ data, shape: [d, h, w] }) {
  /** @type {Vec3} */
  const shape = [d / 2, h / 2, w / 2];
  const pooled = new Uint8Array(shape[0] * shape[1] * shape[2]);
  let at = 0;
  for (let z = 0; z < d; z += 2) {
    for (let y = 0; y < h; y += 2) {
      for (let x = 0; x < w; x += 2) {
        let sum = 4;
        for (const row of [
          (z * h + y) * w,
          (z * h + y + 1) * w,
          ((z + 1) * h + y) * w,
          ((z + 1) * h + y + 1) * w,
        ])
          sum += data[row + x] + data[row + x + 1];
        pooled[at++] = sum >> 3;
      }
    }
  }
  return { data: pooled, shape };
}

/**
 * A new volume whose voxel (z, y, x) is `valueAt` the index of voxel `offset + stride * (z, y, x)` of the cube.
 *
 * @param {number} size Edge of the cube.
 * @param {readonly number[]} offset
 * @param {Vec3} shape
 * @param {number} stride
 * @param {(index: number) => number | bigint} valueAt
 * @param {new (length: number) => Uint8Array | BigUint64Array} ArrayType
 * @returns {Volume}
 */
function cut(size, offset, shape, stride, valueAt, ArrayType) {
  const data = new ArrayType(shape[0] * shape[1] * shape[2]);
  let at = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const row = ((offset[0] + stride * z) * size + offset[1] + stride * y) * size + offset[2];
      for (let x = 0; x < shape[2]; x++) data[at++] = valueAt(row + stride * x);
    }
  }
  return { data, shape };
}

/** @param {unknown} value */
const toJson = (value) => `${JSON.stringify(value, null, 1)}\n`;

/**
 * @param {string} folder
 * @param {Record<string, unknown>} [attributes]
 */
async function writeGroup(folder, attributes) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".zgroup"), toJson({ zarr_format: 2 }));
  if (attributes) await writeFile(join(folder, ".zattrs"), toJson(attributes));
}

/**
 * @param {string} folder
 * @param {Volume} volume
 * @param {typeof bloscConfig | typeof gzipConfig} compressor
 */
async function writeArray(folder, { data, shape }, compressor) {
  const isWide = data instanceof BigUint64Array;
  const metadata = {
    zarr_format: 2,
    shape,
    chunks: [CHUNK, CHUNK, CHUNK],
    dtype: isWide ? "<u8" : "|u1",
    compressor,
    fill_value: 0,
    order: "C",
    filters: null,
    dimension_separator: "/",
  };
  const blosc = Blosc.fromConfig(bloscConfig);
  const encode = (bytes) => (compressor.id === "gzip" ? gzipSync(bytes, { level: 5 }) : blosc.encode(bytes));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".zarray"), toJson(metadata));
  const [nz, ny, nx] = shape.map((n) => Math.ceil(n / CHUNK));
  for (let cz = 0; cz < nz; cz++) {
    for (let cy = 0; cy < ny; cy++) {
      await mkdir(join(folder, String(cz), String(cy)), { recursive: true });
      for (let cx = 0; cx < nx; cx++) {
        // An edge chunk is stored whole; what lies beyond the array is the fill value.
        const chunk = isWide ? new BigUint64Array(CHUNK ** 3) : new Uint8Array(CHUNK ** 3);
        const width = Math.min(CHUNK, shape[2] - cx * CHUNK);
        for (let z = cz * CHUNK; z < Math.min((cz + 1) * CHUNK, shape[0]); z++) {
          for (let y = cy * CHUNK; y < Math.min((cy + 1) * CHUNK, shape[1]); y++) {
            const from = (z * shape[1] + y) * shape[2] + cx * CHUNK;
            chunk.set(data.subarray(from, from + width), ((z % CHUNK) * CHUNK + (y % CHUNK)) * CHUNK);
          }
        }
        const bytes = new Uint8Array(chunk.buffer);
        await writeFile(join(folder, String(cz), String(cy), String(cx)), await encode(bytes));
      }
    }
  }
}

/**
 * Writes a multiscale group: level `i` has voxels of `2^i` the size.
 *
 * @param {string} folder
 * @param {string} name
 * @param {{levels: Volume[], translations: number[][], compressor: typeof bloscConfig | typeof gzipConfig}} image
 *   Translations in nm, one per level.
 * @param {Record<string, unknown>} [attributes] Further attributes of the group.
 */
async function writeMultiscale(folder, name, { levels, translations, compressor }, attributes) {
  const datasets = levels.map((_, i) => ({
    path: `s${i}`,
    coordinateTransformations: [
      { type: "scale", scale: [0, 1, 2].map(() => VOXEL_SIZE_NM * 2 ** i) },
      { type: "translation", translation: translations[i] },
    ],
  }));
  const axes = ["z", "y", "x"].map((axis) => ({ name: axis, type: "space", unit: "nanometer" }));
  const coordinateTransformations = [{ type: "scale", scale: [1, 1, 1] }];
  const multiscales = [{ version: "0.4", name, axes, datasets, coordinateTransformations }];
  await writeGroup(folder, { multiscales, ...attributes });
  for (const [i, level] of levels.entries()) await writeArray(join(folder, `s${i}`), level, compressor);
}

/**
 * Writes one crop: a mask per class, and the instances.
 *
 * @param {string} folder
 * @param {{size: number, offset: number[], shape: Vec3, classNames: string[]}} crop
 * @param {{classes: Uint8Array, instances: Uint16Array}} volume
 */
async function writeCrop(folder, { size, offset, shape, classNames }, { classes, instances }) {
  await writeGroup(folder);
  const translation = offset.map((v) => v * VOXEL_SIZE_NM);
  for (const name of classNames) {
    const code = voxelClass[name];
    const isPresent = (index) => Number(classes[index] === code);
    const half = /** @type {Vec3} */ (shape.map((n) => n / 2));
    // Labels are not averaged: level 1 takes every other voxel, and so keeps the translation.
    const levels = [
      cut(size, offset, shape, 1, isPresent, Uint8Array),
      cut(size, offset, half, 2, isPresent, Uint8Array),
    ];
    const present = levels[0].data.reduce((count, value) => count + value, 0);
    const annotation = {
      class_name: name,
      complement_counts: { absent: levels[0].data.length - present },
      annotation_type: {
        type: "semantic_segmentation",
        encoding: { absent: 0, present: 1, unknown: 255 },
      },
    };
    const image = { levels, translations: [translation, translation], compressor: gzipConfig };
    await writeMultiscale(join(folder, name), name, image, { cellmap: { annotation } });
  }
  const ids = cut(size, offset, shape, 1, (index) => BigInt(instances[index]), BigUint64Array);
  const image = { levels: [ids], translations: [translation], compressor: bloscConfig };
  await writeMultiscale(join(folder, "instance"), "instance", image);
}

/**
 * Writes everything into an empty folder.
 *
 * @param {string} folder
 * @param {number} size
 * @param {number} seed
 */
async function writeAll(folder, size, seed) {
  const volume = await renderVolume(size, seed);
  const zarr = join(folder, "sample.zarr");
  const groundTruth = join(zarr, "recon-1", "labels", "groundtruth");
  for (const group of ["", "recon-1", "recon-1/em", "recon-1/labels"]) await writeGroup(join(zarr, group));
  await writeGroup(groundTruth);

  /** @type {Volume} */
  const s0 = { data: volume.raw, shape: [size, size, size] };
  const s1 = poolMean(s0);
  const levels = [s0, s1, poolMean(s1)];
  // The centre of a pooled voxel lies between those it was made of.
  const translations = levels.map((_, i) => [0, 1, 2].map(() => (VOXEL_SIZE_NM * (2 ** i - 1)) / 2));
  const em = { levels, translations, compressor: bloscConfig };
  await writeMultiscale(join(zarr, "recon-1", "em", "fibsem-uint8"), "fibsem-uint8", em);

  const rows = [];
  for (const { name, split, offset, shape, without = [] } of crops) {
    const toVolume = (v) => 2 * Math.round((v * size) / 512);
    const classNames = Object.keys(voxelClass).filter((className) => !without.includes(className));
    const crop = { size, offset: offset.map(toVolume), shape: shape.map(toVolume), classNames };
    await writeCrop(join(groundTruth, name), crop, volume);
    const target = `recon-1/labels/groundtruth/${name}/[${classNames.join(",")}]`;
    rows.push(`${split},sample.zarr,recon-1/em/fibsem-uint8,sample.zarr,"${target}"\n`);
  }
  await writeFile(join(folder, "datasplit.csv"), rows.join(""));
}

/**
 * Makes sure that a folder holds the sample data: `sample.zarr` and `datasplit.csv`.
 *
 * The data appear under their name only when they are complete; a folder that has them is left as it is.
 * The same size and seed give the same bytes.
 *
 * @param {string} dir
 * @param {{size?: number, seed?: number}} [options] `size`: edge of the volume in voxels, a multiple of 8 from 32 on.
 * @returns {Promise<{reused: boolean}>}
 */
export async function writeSampleData(dir, { size = 256, seed = 1 } = {}) {
  if (!Number.isInteger(size) || size < 32 || size % 8 !== 0) {
    throw new RangeError(`size must be a multiple of 8, at least 32; got ${size}`);
  }
  const folder = resolve(dir);
  const stamp = toJson({ generator: GENERATOR_VERSION, size, seed });
  const hasStamp = async () => (await readFile(join(folder, STAMP), "utf8").catch(() => null)) === stamp;
  if (await hasStamp()) return { reused: true };

  await mkdir(dirname(folder), { recursive: true });
  // What an interrupted run left behind goes; two runs at once on one folder are not foreseen.
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  await writeAll(partial, size, seed);
  await writeFile(join(partial, STAMP), stamp);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  return { reused: false };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: "string", default: "256" }, seed: { type: "string", default: "1" } },
  });
  const dir = positionals[0] ?? ".cache/sample";
  const started = performance.now();
  const { reused } = await writeSampleData(dir, { size: Number(values.size), seed: Number(values.seed) });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(reused ? `${dir} is up to date.` : `${dir} written in ${seconds} s.`);
}
