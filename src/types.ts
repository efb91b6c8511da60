/**
 * The words every file shares: vectors, dtypes, boxes and the plain-data forms users write.
 *
 * Everything spatial is in **z, y, x** order; world units are nanometres.
 */

/** Three numbers in z, y, x order. */
export type Vec3 = readonly [z: number, y: number, x: number];

/** Two numbers, rows and columns of a slice. */
export type Vec2 = readonly [height: number, width: number];

/** A 3×3 matrix as three rows, in z, y, x order. */
export type Mat3 = readonly [Vec3, Vec3, Vec3];

export type AxisName = "z" | "y" | "x";

/** An axis-aligned box in world nanometres; `min` and `max` are the outer faces of the voxel footprint. */
export interface Box {
  readonly min: Vec3;
  readonly max: Vec3;
}

/** Data types a stored Zarr array may have. */
export type SourceDType =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/**
 * Data types of a decoded brick: little-endian, C order z, y, x.
 * `bool` is stored as `uint8`, `float64` as `float32`; 64-bit integers keep their eight bytes.
 */
export type BrickDType = Exclude<SourceDType, "bool" | "float64">;

/** Data types a rendered array may have. `float16` is held as its 16-bit pattern in a `Uint16Array`. */
export type OutputDType = "float32" | "float16" | "uint8" | "int32" | "uint32";

/**
 * How a value between voxels is found. `"linear-argmax"` is for labels: each of the eight voxels around votes for
 * its label with its trilinear weight, and the label with most votes wins. Votes that differ by less than 1e-5 are
 * a tie, which the smallest label wins; voxels with the unknown code do not vote.
 */
export type Interpolation = "nearest" | "linear" | "linear-argmax";

/** `"box"` averages `ceil(target / voxel)` samples per output axis, evenly spread in the output voxel. */
export type Antialias = "box" | "none";

/** Order of a batch's axes: `[N, C, D, H, W]` or `[N, D, H, W, C]`. */
export type Layout = "ncdhw" | "ndhwc";

export type TypedArray = Float32Array | Uint16Array | Uint8Array | Int32Array | Uint32Array;

/** One array of each sample, as the user asks for it. */
export interface ArraySpec {
  /**
   * Patch shape in voxels, z, y, x. Two numbers (height, width) ask for a slice, delivered as [1, height, width];
   * see `sliceAxis` of the dataset for where it lies. All arrays of a dataset are slices, or none is.
   */
  readonly shape: Vec3 | Vec2;
  /**
   * Voxel size in nanometres, z, y, x; of a slice its rows' and columns', and the smaller of the two is its
   * thickness.
   */
  readonly scale: Vec3 | Vec2;
  /**
   * Default: `float32` for inputs and for targets that are read from the raw image. For labels `uint8`, or `uint32`
   * where a class holds instance ids: where its annotation says so or, without annotation metadata, where it is
   * stored in integers of more than 8 bits.
   */
  readonly dtype?: OutputDType;
  /**
   * Default: `linear` for inputs and for targets that are read from the raw image, `nearest` for labels;
   * `linear-argmax` gives labels smoother borders.
   */
  readonly interpolation?: Interpolation;
  /** Default: `box` for linear reads, `none` for nearest ones. */
  readonly antialias?: Antialias;
  /** Value of voxels outside the volume. Default 0. */
  readonly padValue?: number;
  /** Whether to return a `uint8` mask, 1 inside the volume. Default: `true` for targets, `false` for inputs. */
  readonly mask?: boolean;
  /**
   * How a target says that a voxel is unknown (not annotated, or outside the crop): mask 0 and value 0, or also
   * value NaN, which needs a float dtype. Default `mask`.
   */
  readonly unknown?: "mask" | "nan";
  /** Leave spatial axes of one voxel out of the reported shapes. Default false: a shape always has all axes. */
  readonly squeeze?: boolean;
}

/** What one array of a sample is, with every default filled in. */
export interface ResolvedArraySpec extends Required<Omit<ArraySpec, "shape" | "scale">> {
  readonly name: string;
  /** Voxels along the axes of the patch; a slice's first is 1. */
  readonly shape: Vec3;
  /** Nanometres per voxel along the axes of the patch. */
  readonly scale: Vec3;
}

export type Backend = "webgpu" | "cpu";

/**
 * When chunks on the disk are checked against the server. `session`: the version of the array's metadata
 * document, which is read at every opening anyway; `always`: each chunk too, by a HEAD request; `never`: not at
 * all, for data that never changes.
 */
export type Revalidate = "never" | "session" | "always";

/** How ranges of one object that are asked for together, such as chunks of a shard, become one request. */
export interface CoalesceOptions {
  /** Largest hole that is fetched along, in bytes. Default 32 KiB. */
  readonly gapBytes?: number;
  /** No range grows longer than this by being merged, in bytes; 0 merges nothing. Default 8 MiB. */
  readonly maxBytes?: number;
}

/** Byte budgets; every one is a ceiling, not a reservation. */
export interface Budget {
  /**
   * Everything on the GPU: decoded bricks, the buffers of batches and reads (at most half of it), and scratch. Default: an
   * eighth of the device's memory (`navigator.deviceMemory`) from 128 to 512 MiB, 512 MiB where that is unknown.
   */
  readonly gpu?: number;
  /**
   * Decoded bricks kept in worker memory, over all workers, and what rendering takes beside them. Default: a sixteenth of
   * the device's memory from 128 to 512 MiB, 256 MiB where that is unknown.
   */
  readonly memory?: number;
  /**
   * Chunks kept on the disk, shared by all pages of the origin; 0 for none. Default: 2 GiB, at most a quarter of
   * what the browser grants (`navigator.storage.estimate()`).
   */
  readonly disk?: number;
  /** Chunks being fetched, counted as their decoded size, which they seldom exceed. Default 64 MiB. */
  readonly inflight?: number;
}
