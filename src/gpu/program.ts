/** Packs point operations into the words that `shaders/values.wgsl` reads. Pure. */
import { streams } from "../math/rng.js";
import { type NoiseKey, noiseWords, type PointOp, pointOps } from "../plan/values.js";
import type { Vec3 } from "../types.js";

/** Point operations on the voxels of a read. */
export interface PointWork {
  readonly ops: readonly PointOp[];
  readonly noise: NoiseKey;
  /** Voxel 0 of the read, in voxels of the patch; negative in the halo. */
  readonly origin: Vec3;
  readonly patchShape: Vec3;
  /** Of the patch's whole work, voxels on either side. */
  readonly halo: Vec3;
}

/** Where in a float32 stage a read's voxel 0 is; z, y, x. */
export interface StagePlace {
  readonly origin: Vec3;
  readonly shape: Vec3;
}

/** @param stage where the values come from, null when they come from bricks */
export function packProgram(
  { ops, noise, origin, patchShape, halo }: PointWork,
  stage: StagePlace | null,
): Uint32Array<ArrayBuffer> {
  const { key, sampleLow, sampleHigh, epochStream } = noiseWords(noise, streams.noise);
  const header = [
    ops.length,
    ...origin,
    ...patchShape,
    ...halo,
    ...key,
    sampleLow,
    sampleHigh,
    epochStream,
    noise.channel,
    ...(stage?.origin ?? [0, 0, 0]),
    ...(stage?.shape ?? [1, 1, 1]),
  ];
  const size = ops.reduce((sum, { p }) => sum + 3 + p.length, header.length);
  // Reading the first two parameters of the last operation must stay within the program.
  const words = new Uint32Array(size + 1);
  const floats = new Float32Array(words.buffer);
  words.set(header.map((word) => word >>> 0));
  let at = header.length;
  for (const { name, p, statistic } of ops) {
    words.set([pointOps.indexOf(name), statistic === undefined ? 0 : statistic + 1, p.length], at);
    floats.set(p, at + 3);
    at += 3 + p.length;
  }
  return words;
}
