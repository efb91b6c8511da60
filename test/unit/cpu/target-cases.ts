/** A small world of labels with unknown parts, patches of it, and chains over them; for the CPU and the GPU tests. */

import { type TargetTransform, targets } from "../../../src/augment/targets.js";
import { planTargets, type TargetArray } from "../../../src/augment/targets-plan.js";
import { gatheredShape, type TargetChain } from "../../../src/augment/targets-stages.js";
import type { TargetVolume } from "../../../src/cpu/targets/volume.js";
import type { Vec3 } from "../../../src/types.js";
import { randomSource } from "./cases.js";

export const voxelSizeNm: Vec3 = [20, 10, 12.5];

/** Label of a channel at a voxel, null where unknown. */
export type World = (channel: number, voxel: Vec3) => number | null;

/** Cells of an irregular grid with background between them, some voxels and one corner unknown. */
export function makeWorld(shape: Vec3, channels: number, seed: number): World {
  const random = randomSource(seed);
  const seeds = Array.from({ length: 14 }, () => shape.map((size) => random() * size));
  const count = shape[0] * shape[1] * shape[2];
  const noise = Float64Array.from({ length: count * channels }, random);
  return (channel, [z, y, x]) => {
    if (z < 0 || y < 0 || x < 0 || z >= shape[0] || y >= shape[1] || x >= shape[2]) return null;
    const draw = noise[channel * count + (z * shape[1] + y) * shape[2] + x]!;
    if (draw < 0.002 || z + y + x < 5) return null;
    const distances = seeds.map((at) => (at[0]! - z) ** 2 * 2 + (at[1]! - y) ** 2 + (at[2]! - x) ** 2);
    const sorted = [...distances].sort((a, b) => a - b);
    if (sorted[1]! - sorted[0]! < 6 || draw < 0.01) return 0;
    return ((distances.indexOf(sorted[0]!) * 7 + channel) % 5) + (channel === 0 ? 1 : 0);
  };
}

/** The voxels of a box of the world. */
export function worldPatch(
  world: World,
  channels: number,
  start: Vec3,
  shape: Vec3,
  gathered: TargetChain["gathered"],
): TargetVolume {
  const length = channels * shape[0] * shape[1] * shape[2];
  const values = gathered === "float32" ? new Float32Array(length) : new Uint32Array(length);
  const mask = new Uint8Array(length);
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < shape[0]; z++) {
      for (let y = 0; y < shape[1]; y++) {
        for (let x = 0; x < shape[2]; x++, i++) {
          const label = world(c, [start[0] + z, start[1] + y, start[2] + x]);
          values[i] = label ?? 0;
          mask[i] = label === null ? 0 : 1;
        }
      }
    }
  }
  return { channels, shape, values, mask };
}

export function targetArray(shape: Vec3, partial: Partial<TargetArray["spec"]> = {}): TargetArray {
  return {
    spec: {
      name: "labels",
      shape,
      scale: voxelSizeNm,
      dtype: "uint8",
      interpolation: "nearest",
      unknown: "mask",
      ...partial,
    },
    channels: ["cell", "mito"],
    hidden: [],
    exclusive: [[], []],
  };
}

export function chainOf(array: TargetArray, ...transforms: TargetTransform[]): TargetChain {
  return planTargets(array, transforms, "targetTransforms")!;
}

/** What a chain is given for the patch at `start` of the world. */
export function gathered(world: World, start: Vec3, chain: TargetChain): TargetVolume {
  const first: Vec3 = [start[0] - chain.halo[0], start[1] - chain.halo[1], start[2] - chain.halo[2]];
  return worldPatch(world, chain.gatheredChannels, first, gatheredShape(chain), chain.gathered);
}

/** One list per transform, and a few that follow each other. */
export const lists: Readonly<Record<string, readonly TargetTransform[]>> = {
  binarize: [targets.binarize()],
  "binarize above 2": [targets.binarize({ threshold: 2 })],
  remap: [
    targets.remap([
      [3, 1],
      [1, 4000000000],
      [2, null],
    ]),
  ],
  "remap all others": [targets.remap([[1, 1]], { other: 0 })],
  "remap others to unknown": [targets.remap([[1, 1]], { other: null })],
  oneHot: [targets.oneHot([1, 3, 0])],
  union: [targets.union({ any: ["mito", "cell"], cells: ["cell"] })],
  boundary: [targets.boundary()],
  "boundary in plane": [targets.boundary({ steps: 2, inPlane: true })],
  erode: [targets.erode({ steps: 1 })],
  dilate: [targets.dilate({ steps: 3 })],
  affinities: [
    targets.affinities([
      [-1, 0, 0],
      [0, -1, 0],
      [0, 0, -1],
      [0, 3, 0],
      [2, 0, -5],
    ]),
  ],
  "clipped distance": [targets.signedDistance({ clipNm: 41 })],
  "squashed distance": [targets.signedDistance({ clipNm: 50, tanhNm: 20 })],
  "distance in plane": [targets.signedDistance({ clipNm: 37.5, inPlane: true })],
  lsd: [targets.lsd({ sigmaNm: 20 })],
  "anisotropic lsd": [targets.lsd({ sigmaNm: [20, 15, 10] })],
  "eroded, then its distance": [targets.erode(), targets.signedDistance({ clipNm: 30 })],
  "binary boundary": [targets.binarize(), targets.boundary({ steps: 2 })],
  "thick boundary of a grown object": [
    targets.remap([[4, 0]]),
    targets.dilate({ steps: 2 }),
    targets.boundary({ steps: 3 }),
  ],
};
