/** Target transforms as both renderers run them: plain data, everything in voxels and numbers. */
import type { OutputDType, Vec3 } from "../types.js";

/** Channel i is absent where it is unknown and one of `exclusive[i]` is present; later channels are dropped. */
export interface InferStage {
  readonly kind: "infer";
  readonly exclusive: readonly (readonly number[])[];
}

export interface BinarizeStage {
  readonly kind: "binarize";
  readonly threshold: number;
}

/** Sorted, distinct `from`; null is unknown. */
export interface RemapStage {
  readonly kind: "remap";
  readonly from: readonly number[];
  readonly to: readonly (number | null)[];
  readonly other: "keep" | number | null;
}

export interface OneHotStage {
  readonly kind: "oneHot";
  readonly ids: readonly number[];
}

/** Per output channel the input channels it is made of. */
export interface UnionStage {
  readonly kind: "union";
  readonly members: readonly (readonly number[])[];
}

export interface AffinitiesStage {
  readonly kind: "affinities";
  readonly offsets: readonly Vec3[];
}

/** What a voxel's neighbours within city-block distance `steps` make of it. */
export interface NeighbourStage {
  readonly kind: "boundary" | "erode" | "dilate";
  readonly steps: number;
  readonly inPlane: boolean;
}

export interface DistanceStage {
  readonly kind: "signedDistance";
  readonly voxelSizeNm: Vec3;
  readonly inPlane: boolean;
  /** Null: of the window alone, whatever is beyond it or unknown in it. */
  readonly clipNm: number | null;
  readonly tanhNm: number | null;
}

export interface LsdStage {
  readonly kind: "lsd";
  readonly voxelSizeNm: Vec3;
  readonly sigmaNm: Vec3;
}

/** Writes an array of its own, of the patch, and passes its input on. */
export interface WeightsStage {
  readonly kind: "weights";
  readonly name: string;
  /** By how many voxels the input is larger than the patch, on either side. */
  readonly margin: Vec3;
  /** Limits of the foreground's share, or the two weights. */
  readonly weights:
    | { readonly clip: readonly [lo: number, hi: number] }
    | { readonly foreground: number; readonly background: number };
  /** Factor per channel. */
  readonly factors: readonly number[];
}

export type StageWork =
  | InferStage
  | BinarizeStage
  | RemapStage
  | OneHotStage
  | UnionStage
  | AffinitiesStage
  | NeighbourStage
  | DistanceStage
  | LsdStage
  | WeightsStage;

/** One stage: what it does, and by how much its output is smaller than its input on either side. */
export interface TargetStage {
  readonly work: StageWork;
  /** Voxels, z, y, x. */
  readonly halo: Vec3;
  /** Channels of its output. */
  readonly channels: number;
  /** Whether its output is floats; labels are unsigned 32-bit integers. */
  readonly floats: boolean;
}

/** Everything done to one target array after it was gathered with `halo`. */
export interface TargetChain {
  /** Sum of the stages' halos. */
  readonly halo: Vec3;
  /** Patch shape, voxels. */
  readonly shape: Vec3;
  /** Dtype the channels and hidden classes are gathered in. */
  readonly gathered: "uint32" | "float32";
  /** Channels and hidden classes gathered. */
  readonly gatheredChannels: number;
  readonly stages: readonly TargetStage[];
  /** Names of the output's channels. */
  readonly channels: readonly string[];
  readonly dtype: OutputDType;
  /** Whether unknown voxels become NaN. */
  readonly nan: boolean;
  /** Whether values are still the stored ids, so that an id table speaks of them. */
  readonly keepsIds: boolean;
  /** Whether labels are compared with numbers that the user gave, which an id table would make meaningless. */
  readonly namesIds: boolean;
  /** Arrays made beside the target, in the order of the stages that make them. */
  readonly extras: readonly { readonly name: string; readonly channels: readonly string[] }[];
}

/** Shape of what a chain is given: the patch and its halo. */
export function gatheredShape({ shape, halo }: Pick<TargetChain, "shape" | "halo">): Vec3 {
  return [shape[0] + 2 * halo[0], shape[1] + 2 * halo[1], shape[2] + 2 * halo[2]];
}

/** Voxels within a city-block distance, without the centre: by distance, then z, y, x. */
export function neighbourOffsets({ steps, inPlane }: NeighbourStage): Vec3[] {
  const deep = inPlane ? 0 : steps;
  const offsets: Vec3[] = [];
  for (let z = -deep; z <= deep; z++) {
    for (let y = -steps; y <= steps; y++) {
      for (let x = -steps; x <= steps; x++) {
        const distance = cityBlock([z, y, x]);
        if (distance > 0 && distance <= steps) offsets.push([z, y, x]);
      }
    }
  }
  return offsets.sort((a, b) => cityBlock(a) - cityBlock(b));
}

export function cityBlock([z, y, x]: Vec3): number {
  return Math.abs(z) + Math.abs(y) + Math.abs(x);
}

/**
 * Weights of a Gaussian at -r … r voxels, of sum 1; r is 3σ rounded half up.
 *
 * Source: `scipy.ndimage.gaussian_filter` with truncate 3, which the package lsds uses.
 */
export function lsdWindow(sigmaVoxels: number): Float64Array {
  const radius = lsdRadius(sigmaVoxels);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigmaVoxels) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

export function lsdRadius(sigmaVoxels: number): number {
  return Math.floor(3 * sigmaVoxels + 0.5);
}
