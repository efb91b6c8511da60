/**
 * Augmentation as it is usually written: resample, then augment one operation after the other, then normalise, each a pass
 * over the whole patch, on one thread. The volumes are decoded and in memory beforehand.
 */
import * as zarr from "zarrita";
import { type Mat3, rotation, type Vec3 } from "../../../src/index.js";
import type { Job, Settings } from "../job.js";
import type { Reader } from "./reader.js";

export interface Volume {
  readonly data: Uint8Array;
  readonly shape: Vec3;
}

type Draw = () => number;

export async function openThreePasses({ url, settings }: Job): Promise<Reader> {
  const { patch, patches } = settings;
  const [raw, ...masks] = await Promise.all(
    volumeNames(settings).map((name) => readWhole(`${url}/${name}/0`)),
  );
  return {
    async read(take) {
      for (let i = 0; i < patches; i++) {
        const draw: Draw = Math.random;
        const matrix = rotation([360 * draw(), 360 * draw(), 360 * draw()]);
        const center = raw!.shape.map((size) => size / 2 + (size / 4) * (draw() - 0.5)) as unknown as Vec3;
        const voxels = resampleLinear(raw!, center, matrix, patch);
        augment(voxels, draw);
        normalise(voxels);
        take?.(voxels);
        for (const mask of masks) take?.(resampleNearest(mask, center, matrix, patch));
        // A page must breathe between patches.
        await new Promise((done) => setTimeout(done));
      }
    },
    close() {},
  };
}

/** The raw volume, then those of the classes. */
export function volumeNames({ volume, classes = 0 }: Settings): string[] {
  const labels = volume.replace(/^em-\w+-/, "label-gzip-");
  return [volume, ...Array.from({ length: classes }, (_, i) => `${labels}/c${i}`)];
}

export async function readWhole(url: string): Promise<Volume> {
  const array = await zarr.open.v2(new zarr.FetchStore(url), { kind: "array" });
  const { data, shape } = await zarr.get(array, null);
  return { data: data as Uint8Array, shape: shape as unknown as Vec3 };
}

/** Calls `give` with every output voxel and its stored coordinate. */
function eachVoxel(
  center: Vec3,
  [mz, my, mx]: Mat3,
  [depth, height, width]: Vec3,
  give: (index: number, z: number, y: number, x: number) => void,
): void {
  let index = 0;
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++) {
        const [a, b, c] = [k - (depth - 1) / 2, j - (height - 1) / 2, i - (width - 1) / 2];
        give(
          index++,
          center[0] + mz[0] * a + mz[1] * b + mz[2] * c,
          center[1] + my[0] * a + my[1] * b + my[2] * c,
          center[2] + mx[0] * a + mx[1] * b + mx[2] * c,
        );
      }
    }
  }
}

function resampleLinear({ data, shape }: Volume, center: Vec3, matrix: Mat3, patch: Vec3): Float32Array {
  const out = new Float32Array(patch[0] * patch[1] * patch[2]);
  const [depth, height, width] = shape;
  eachVoxel(center, matrix, patch, (index, z, y, x) => {
    if (z < 0 || y < 0 || x < 0 || z > depth - 1 || y > height - 1 || x > width - 1) return;
    const [z0, y0, x0] = [
      Math.min(Math.floor(z), depth - 2),
      Math.min(Math.floor(y), height - 2),
      Math.min(Math.floor(x), width - 2),
    ];
    const [fz, fy, fx] = [z - z0, y - y0, x - x0];
    const at = (z0 * height + y0) * width + x0;
    const row = (from: number): number => data[from]! + (data[from + 1]! - data[from]!) * fx;
    const plane = (from: number): number => row(from) + (row(from + width) - row(from)) * fy;
    out[index] = plane(at) + (plane(at + height * width) - plane(at)) * fz;
  });
  return out;
}

function resampleNearest({ data, shape }: Volume, center: Vec3, matrix: Mat3, patch: Vec3): Float32Array {
  const out = new Float32Array(patch[0] * patch[1] * patch[2]);
  const [depth, height, width] = shape;
  eachVoxel(center, matrix, patch, (index, z, y, x) => {
    const [nz, ny, nx] = [Math.floor(z + 0.5), Math.floor(y + 0.5), Math.floor(x + 0.5)];
    if (nz < 0 || ny < 0 || nx < 0 || nz >= depth || ny >= height || nx >= width) return;
    out[index] = data[(nz * height + ny) * width + nx]!;
  });
  return out;
}

/** Contrast, brightness, gamma, noise and clip, as `presets.em()` has them, on grey values. */
function augment(voxels: Float32Array, draw: Draw): void {
  const mean = voxels.reduce((sum, value) => sum + value, 0) / voxels.length;
  const [contrast, brightness, gamma, noise] = [
    0.75 + 0.5 * draw(),
    51 * (draw() - 0.5),
    0.75 + 0.58 * draw(),
    12.75 * draw(),
  ];
  for (let i = 0; i < voxels.length; i++) voxels[i] = mean + (voxels[i]! - mean) * contrast;
  for (let i = 0; i < voxels.length; i++) voxels[i] = voxels[i]! + brightness;
  for (let i = 0; i < voxels.length; i++) voxels[i] = 255 * Math.max(0, voxels[i]! / 255) ** gamma;
  for (let i = 0; i < voxels.length; i++) {
    // Box and Muller: two uniform numbers make a normal one.
    voxels[i] = voxels[i]! + noise * Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  }
  for (let i = 0; i < voxels.length; i++) voxels[i] = Math.min(255, Math.max(0, voxels[i]!));
}

function normalise(voxels: Float32Array): void {
  for (let i = 0; i < voxels.length; i++) voxels[i] = voxels[i]! / 255;
}
