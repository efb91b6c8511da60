/** What goes from stage to stage of the target transforms on the CPU. */
import type { TypedArray, Vec3 } from "../../types.js";

/** Channels of voxels, `[C, D, H, W]` in C order. Wherever the mask is 0 the value is 0. */
export interface TargetVolume {
  readonly channels: number;
  /** Of one channel, voxels. */
  readonly shape: Vec3;
  /** Labels are unsigned integers, distances and descriptors floats. */
  readonly values: Uint32Array | Float32Array;
  /** 1 where known. */
  readonly mask: Uint8Array;
}

export function channelSize([z, y, x]: Vec3): number {
  return z * y * x;
}

/** A zeroed volume: everything unknown. */
export function emptyVolume(channels: number, shape: Vec3, floats: boolean): TargetVolume {
  const length = channels * channelSize(shape);
  return {
    channels,
    shape,
    values: floats ? new Float32Array(length) : new Uint32Array(length),
    mask: new Uint8Array(length),
  };
}

/** The shape without `halo` voxels on either side. */
export function shrunk(shape: Vec3, halo: Vec3): Vec3 {
  return [shape[0] - 2 * halo[0], shape[1] - 2 * halo[1], shape[2] - 2 * halo[2]];
}

/**
 * Calls `row(inner, outer)` for each row along x of the shape without its halo: the index of the row's first voxel in
 * a channel of that shape, and in one of the whole shape.
 */
export function forEachRow(shape: Vec3, halo: Vec3, row: (inner: number, outer: number) => void): void {
  const [sizeZ, sizeY, sizeX] = shrunk(shape, halo);
  for (let z = 0; z < sizeZ; z++) {
    for (let y = 0; y < sizeY; y++) {
      row((z * sizeY + y) * sizeX, ((z + halo[0]) * shape[1] + y + halo[1]) * shape[2] + halo[2]);
    }
  }
}

/** One channel as it was gathered. */
export interface GatheredChannel {
  readonly values: TypedArray;
  readonly mask: Uint8Array;
}

/** Gathered channels as one volume; those without annotation are unknown everywhere. */
export function joinChannels(
  channels: readonly (GatheredChannel | null)[],
  shape: Vec3,
  floats: boolean,
): TargetVolume {
  const volume = emptyVolume(channels.length, shape, floats);
  for (const [i, channel] of channels.entries()) {
    if (channel === null) continue;
    volume.values.set(channel.values, i * channelSize(shape));
    volume.mask.set(channel.mask, i * channelSize(shape));
  }
  return volume;
}
