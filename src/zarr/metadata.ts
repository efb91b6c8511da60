/** What the rest of the library knows about a stored image: plain, structured-cloneable data. */
import type { Box, BrickDType, SourceDType, Vec3 } from "../types.js";
import type { ChunkDigests } from "./integrity.js";

/** One codec of a Zarr v3 pipeline; v2 compressors and filters are written in this form too. */
export interface CodecSpec {
  readonly name: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** How chunks are packed into shards (`sharding_indexed`). */
export interface ShardSpec {
  /** Chunks per shard along every source axis. */
  readonly chunksPerShard: readonly number[];
  readonly indexLocation: "start" | "end";
  readonly indexCodecs: readonly CodecSpec[];
  /** Chunks of this shard that are shards themselves. */
  readonly inner?: ShardSpec;
}

/** One Zarr array: how its chunks are named, decoded and turned into z, y, x bricks. */
export interface ArrayMeta {
  /** Path below the source's root, without leading slash; `""` is the root itself. */
  readonly path: string;
  readonly level: number;
  readonly zarrFormat: 2 | 3;
  readonly dtype: SourceDType;
  /** Shape over all source axes, in the array's own order. */
  readonly shape: readonly number[];
  /** Shape of one decodable chunk (the inner chunk of a shard), in the array's own order. */
  readonly chunkShape: readonly number[];
  readonly chunkKey: { readonly style: "v2" | "default"; readonly separator: "." | "/" };
  readonly codecs: readonly CodecSpec[];
  readonly shard?: ShardSpec;
  /** Source axis that holds z, y and x; −1 where the image has no such axis (a 2-D image has no z). */
  readonly spatialAxes: readonly [z: number, y: number, x: number];
  /** Index taken along every source axis that is not spatial; 0 for the spatial ones. */
  readonly select: readonly number[];
  /** Version of the metadata document as its server named it; absent where it named none. */
  readonly version?: string;
  /** Fill value as the bytes of one brick voxel, little-endian (see {@link BrickDType}). */
  readonly fillBytes: readonly number[];
  /** Digests of the chunks as stored, where the user gave a manifest. */
  readonly digests?: ChunkDigests;
}

/** What an array's own document says; axes and level come from the multiscale around it. */
export type StoredArray = Omit<ArrayMeta, "path" | "level" | "spatialAxes" | "select" | "digests">;

/** One pyramid level in world terms. Brick shape and volume shape are z, y, x. */
export interface Level {
  readonly array: ArrayMeta;
  readonly shape: Vec3;
  readonly brickShape: Vec3;
  readonly brickDType: BrickDType;
  readonly voxelSizeNm: Vec3;
  /** World position of voxel (0, 0, 0)'s centre. */
  readonly translationNm: Vec3;
}

export interface AxisInfo {
  readonly name: string;
  readonly type: "space" | "channel" | "time" | "other";
  /** As written in the metadata; absent means nanometre for spatial axes. */
  readonly unit?: string;
}

/** What the metadata of a label image says about its values; what is not stated is null. */
export interface Annotation {
  /** Whether values are one class's presence, or ids of its instances. */
  readonly type: "semantic" | "instance" | null;
  /** Stored value that means "known to be absent". */
  readonly absent: number | null;
  /** Stored value that means "not annotated". */
  readonly unknown: number | null;
  /** Voxels of the finest level that are not present. A kind that the metadata leaves out occurs nowhere. */
  readonly complementCounts: { readonly absent: number; readonly unknown: number } | null;
}

/** One OME-Zarr multiscale image. */
export interface ImageMeta {
  /** Where the multiscale group is, for messages. */
  readonly url: string;
  readonly axes: readonly AxisInfo[];
  readonly dtype: SourceDType;
  /** Finest first. */
  readonly levels: readonly Level[];
  /** Voxel footprint of the finest level. */
  readonly boundingBox: Box;
  /** Labels of the channels as the viewer's metadata (`omero`) names them; empty where it names none. */
  readonly channelLabels: readonly string[];
  /** What the group's metadata says about the values of a label image. */
  readonly annotation: Annotation;
  /** Things worth telling the user once, such as an axis without a unit. */
  readonly notes: readonly string[];
}

/** Bytes of one voxel of a brick. */
export const brickItemSize: Readonly<Record<BrickDType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  float16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
};

/** Bytes of one decoded brick of a level. */
export function brickBytes(level: Pick<Level, "brickShape" | "brickDType">): number {
  const [z, y, x] = level.brickShape;
  return z * y * x * brickItemSize[level.brickDType];
}
