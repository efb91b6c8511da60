/** Small volumes, their bricks and plans written straight from world terms; for the CPU and the GPU tests. */
import type { ReadPlan } from "../../../src/plan/reads.js";
import type { BrickDType, Mat3, OutputDType, Vec3 } from "../../../src/types.js";
import type { OracleRead, OracleVolume } from "../../helpers/oracle.js";

export const brickDTypes: readonly BrickDType[] = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "float16",
  "uint32",
  "int32",
  "float32",
  "uint64",
  "int64",
];

export const outputDTypes: readonly OutputDType[] = ["float32", "float16", "uint8", "int32", "uint32"];

export const identity: Mat3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Seeded uniform numbers in [0, 1) (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function multiply(a: Mat3, b: Mat3): Mat3 {
  const at = (i: number, j: number) => a[i]![0] * b[0][j]! + a[i]![1] * b[1][j]! + a[i]![2] * b[2][j]!;
  const row = (i: number): Vec3 => [at(i, 0), at(i, 1), at(i, 2)];
  return [row(0), row(1), row(2)];
}

/** Right-handed rotation about z: turns x toward y. Angles in degrees. */
export function rotateZ(degrees: number): Mat3 {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    [1, 0, 0],
    [0, c, s],
    [0, -s, c],
  ];
}

/** Right-handed rotation about x: turns y toward z. */
export function rotateX(degrees: number): Mat3 {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    [c, s, 0],
    [-s, c, 0],
    [0, 0, 1],
  ];
}

/** The 48 symmetries of the cube: every axis permutation with every choice of flips. */
export function cubeSymmetries(): Mat3[] {
  const permutations = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  return permutations.flatMap((order) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((flips): Mat3 => {
      const row = (i: number): Vec3 => {
        const out: [number, number, number] = [0, 0, 0];
        out[order[i]!] = (flips >> i) & 1 ? -1 : 1;
        return out;
      };
      return [row(0), row(1), row(2)];
    }),
  );
}

/** Bytes of one stored voxel. `value` is a number, or a bigint for 64-bit dtypes. */
export function voxelBytes(dtype: BrickDType, value: number | bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  switch (dtype) {
    case "uint8":
      view.setUint8(0, Number(value));
      return new Uint8Array(view.buffer, 0, 1);
    case "int8":
      view.setInt8(0, Number(value));
      return new Uint8Array(view.buffer, 0, 1);
    case "uint16":
    case "float16":
      view.setUint16(0, Number(value), true);
      return new Uint8Array(view.buffer, 0, 2);
    case "int16":
      view.setInt16(0, Number(value), true);
      return new Uint8Array(view.buffer, 0, 2);
    case "uint32":
      view.setUint32(0, Number(value), true);
      return new Uint8Array(view.buffer, 0, 4);
    case "int32":
      view.setInt32(0, Number(value), true);
      return new Uint8Array(view.buffer, 0, 4);
    case "float32":
      view.setFloat32(0, Number(value), true);
      return new Uint8Array(view.buffer, 0, 4);
    case "uint64":
      view.setBigUint64(0, BigInt(value), true);
      return new Uint8Array(view.buffer, 0, 8);
    case "int64":
      view.setBigInt64(0, BigInt(value), true);
      return new Uint8Array(view.buffer, 0, 8);
  }
}

/** A float16 pattern's value, by its definition. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** Lowest and highest value that {@link makeVolume} stores, for tolerances relative to a dtype's range. */
export const valueRange: Readonly<Record<BrickDType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  float16: [-2048, 2048],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
  float32: [-1000, 1000],
  uint64: [0, 4294967295],
  int64: [-2147483648, 2147483647],
};

/** A stored volume: the oracle's view of it and its voxels as bytes. */
export interface TestVolume extends OracleVolume {
  readonly dtype: BrickDType;
  readonly bytes: Uint8Array;
  readonly itemSize: number;
  readonly brickShape: Vec3;
  readonly shape: Vec3;
}

export interface VolumeOptions {
  readonly dtype: BrickDType;
  readonly shape: Vec3;
  readonly brickShape: Vec3;
  readonly voxelSize?: Vec3;
  readonly translation?: Vec3;
  /** Stored value of voxel (z, y, x); float16 as bits, 64-bit as bigint. Default: seeded noise. */
  readonly stored?: (z: number, y: number, x: number) => number | bigint;
  readonly seed?: number;
}

export function makeVolume(options: VolumeOptions): TestVolume {
  const { dtype, shape, brickShape } = options;
  const random = randomSource(options.seed ?? 1);
  const [low, high] = valueRange[dtype];
  const noise = (): number | bigint => {
    if (dtype === "float32") return Math.fround(low + random() * (high - low));
    // Patterns below 0x6800 are magnitudes below 2048.
    if (dtype === "float16") return Math.floor(random() * 0x6800) | (random() < 0.5 ? 0x8000 : 0);
    return Math.floor(low + random() * (high - low + 1));
  };
  const itemSize = voxelBytes(dtype, 0).length;
  const count = shape[0] * shape[1] * shape[2];
  const bytes = new Uint8Array(count * itemSize);
  const values = new Float64Array(count);
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, i++) {
        const value = options.stored?.(z, y, x) ?? noise();
        bytes.set(voxelBytes(dtype, value), i * itemSize);
        values[i] = dtype === "float16" ? halfValue(Number(value)) : Number(value);
      }
    }
  }
  return {
    dtype,
    shape,
    brickShape,
    bytes,
    itemSize,
    values,
    voxelSize: options.voxelSize ?? [1, 1, 1],
    translation: options.translation ?? [0, 0, 0],
  };
}

/**
 * The bytes of a brick. Voxels beyond the volume are 0xAB, so that reading them shows; 64-bit ones are 0,
 * since the ids of whole bricks decide whether a read needs an id table.
 */
export function brickOf(volume: TestVolume, brick: Vec3): Uint8Array {
  const [nz, ny, nx] = volume.brickShape;
  const { itemSize, shape } = volume;
  const bytes = new Uint8Array(nz * ny * nx * itemSize).fill(itemSize === 8 ? 0 : 0xab);
  for (let z = 0; z < nz && brick[0] * nz + z < shape[0]; z++) {
    for (let y = 0; y < ny && brick[1] * ny + y < shape[1]; y++) {
      const length = Math.min(nx, shape[2] - brick[2] * nx);
      const from = ((brick[0] * nz + z) * shape[1] + brick[1] * ny + y) * shape[2] + brick[2] * nx;
      bytes.set(
        volume.bytes.subarray(from * itemSize, (from + length) * itemSize),
        (z * ny + y) * nx * itemSize,
      );
    }
  }
  return bytes;
}

/** Sets a brick's voxels to the fill value in the volume, as a reader sees a brick that is not stored. */
export function dropBrick(volume: TestVolume, brick: Vec3, fill: number | bigint): void {
  const [nz, ny, nx] = volume.brickShape;
  const bytes = voxelBytes(volume.dtype, fill);
  const value = volume.dtype === "float16" ? halfValue(Number(fill)) : Number(fill);
  for (let z = brick[0] * nz; z < Math.min((brick[0] + 1) * nz, volume.shape[0]); z++) {
    for (let y = brick[1] * ny; y < Math.min((brick[1] + 1) * ny, volume.shape[1]); y++) {
      for (let x = brick[2] * nx; x < Math.min((brick[2] + 1) * nx, volume.shape[2]); x++) {
        const i = (z * volume.shape[1] + y) * volume.shape[2] + x;
        volume.bytes.set(bytes, i * volume.itemSize);
        (volume.values as Float64Array)[i] = value;
      }
    }
  }
}

export interface TestRead extends OracleRead {
  readonly outDType: OutputDType;
}

/** A read in world terms with every default. */
export function makeRead(partial: Partial<TestRead> & Pick<TestRead, "center" | "shape">): TestRead {
  return {
    scale: [1, 1, 1],
    matrix: identity,
    interpolation: "linear",
    antialias: "box",
    padValue: 0,
    outDType: "float32",
    ...partial,
  };
}

/** The plan of a read; it lists the bricks that inside voxels really touch, and no more. */
export function planOf(volume: TestVolume, read: TestRead, fill: number | bigint = 0): ReadPlan {
  const { voxelSize, translation } = volume;
  const row = (i: number): Vec3 => [
    (read.matrix[i]![0] * read.scale[0]) / voxelSize[i]!,
    (read.matrix[i]![1] * read.scale[1]) / voxelSize[i]!,
    (read.matrix[i]![2] * read.scale[2]) / voxelSize[i]!,
  ];
  const matrix: Mat3 = [row(0), row(1), row(2)];
  const first = [0, 1, 2].map(
    (i) =>
      (read.center[i]! - translation[i]!) / voxelSize[i]! -
      matrix[i]!.reduce((sum, step, j) => sum + (step * (read.shape[j]! - 1)) / 2, 0),
  );
  const base = first.map(Math.floor) as unknown as Vec3;
  const box = [0, 1, 2].map((j) =>
    read.antialias === "box" && read.interpolation === "linear"
      ? Math.max(1, Math.ceil(read.scale[j]! / voxelSize[j]! - 1e-6))
      : 1,
  );
  const plan: ReadPlan = {
    shape: read.shape,
    matrix,
    offset: first.map((v, i) => v - base[i]!) as unknown as Vec3,
    base,
    interpolation: read.interpolation,
    subsamples: box as unknown as Vec3,
    padValue: read.padValue,
    outDType: read.outDType,
    volumeShape: volume.shape,
    brickShape: volume.brickShape,
    dtype: volume.dtype,
    fillBytes: [...voxelBytes(volume.dtype, fill)],
    gridMin: [0, 0, 0],
    gridShape: [1, 1, 1],
    bricks: [],
  };
  return { ...plan, ...pageTable(plan) };
}

/** Page table of the bricks whose voxels the samples of inside voxels touch. */
function pageTable(plan: ReadPlan): Pick<ReadPlan, "gridMin" | "gridShape" | "bricks"> {
  const touched = new Map<string, Vec3>();
  const [a, b, c] = plan.subsamples;
  const visit = (k: Vec3, action: (v: number[]) => void) =>
    action(
      plan.matrix.map(
        (row, i) => plan.base[i]! + plan.offset[i]! + row[0] * k[0] + row[1] * k[1] + row[2] * k[2],
      ),
    );
  const touch = (v: number[]) => {
    const low = v.map((at) => (plan.interpolation === "nearest" ? Math.floor(at + 0.5) : Math.floor(at)));
    for (let corner = 0; corner < (plan.interpolation === "nearest" ? 1 : 8); corner++) {
      const brick = low.map((at, i) => {
        const tap = Math.min(Math.max(at + ((corner >> i) & 1), 0), plan.volumeShape[i]! - 1);
        return Math.floor(tap / plan.brickShape[i]!);
      });
      touched.set(brick.join(), brick as unknown as Vec3);
    }
  };
  for (let z = 0; z < plan.shape[0]; z++) {
    for (let y = 0; y < plan.shape[1]; y++) {
      for (let x = 0; x < plan.shape[2]; x++) {
        visit([z, y, x], (v) => {
          if (!v.every((at, i) => at >= -0.5 && at <= plan.volumeShape[i]! - 0.5)) return;
          for (let i = 0; i < a * b * c; i++) {
            const [j, k, l] = [Math.floor(i / (b * c)), Math.floor(i / c) % b, i % c];
            visit([z + (j + 0.5) / a - 0.5, y + (k + 0.5) / b - 0.5, x + (l + 0.5) / c - 0.5], touch);
          }
        });
      }
    }
  }
  const all = [...touched.values()];
  if (all.length === 0) return { gridMin: [0, 0, 0], gridShape: [1, 1, 1], bricks: [] };
  const gridMin = [0, 1, 2].map((i) => Math.min(...all.map((brick) => brick[i]!))) as unknown as Vec3;
  const gridShape = [0, 1, 2].map((i) => Math.max(...all.map((brick) => brick[i]!)) - gridMin[i]! + 1);
  const entry = (brick: Vec3) =>
    ((brick[0] - gridMin[0]) * gridShape[1]! + brick[1] - gridMin[1]) * gridShape[2]! + brick[2] - gridMin[2];
  return {
    gridMin,
    gridShape: gridShape as unknown as Vec3,
    bricks: all.map(entry).sort((p, q) => p - q),
  };
}

/** Page table entry → bytes of the plan's bricks; `isStored` decides which exist. */
export function bricksOf(
  volume: TestVolume,
  plan: ReadPlan,
  isStored: (brick: Vec3) => boolean = () => true,
): Map<number, Uint8Array> {
  const bricks = new Map<number, Uint8Array>();
  const [, gy, gx] = plan.gridShape;
  for (const entry of plan.bricks) {
    const brick: Vec3 = [
      plan.gridMin[0] + Math.floor(entry / (gy * gx)),
      plan.gridMin[1] + (Math.floor(entry / gx) % gy),
      plan.gridMin[2] + (entry % gx),
    ];
    if (isStored(brick)) bricks.set(entry, brickOf(volume, brick));
  }
  return bricks;
}

/** A seeded random read on a volume: any rotation, shear, flip, magnification, edge and centre. */
export function randomRead(volume: TestVolume, random: () => number, outDType: OutputDType): TestRead {
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const symmetries = cubeSymmetries();
  const shear: Mat3 = [
    [1, random() * 0.4 - 0.2, 0],
    [0, 1, random() * 0.4 - 0.2],
    [0, 0, 1],
  ];
  const oblique = multiply(rotateZ(random() * 360), rotateX(random() * 360));
  const matrix = pick<Mat3>(
    identity,
    pick(...symmetries),
    rotateZ(random() * 360),
    multiply(oblique, pick(...symmetries)),
    multiply(oblique, shear),
  );
  const scale = volume.voxelSize.map((size) => size * pick(1, 1, 0.4 + random() * 2, 2)) as unknown as Vec3;
  const side = () => 1 + Math.floor(random() * 11);
  const center = volume.voxelSize.map(
    (size, i) => volume.translation[i]! + size * (volume.shape[i]! * (random() * 1.4 - 0.2)),
  ) as unknown as Vec3;
  return makeRead({
    center: pick(center, center.map((at) => Math.round(at)) as unknown as Vec3),
    shape: [side(), side(), side()],
    scale,
    matrix,
    interpolation: pick("linear", "linear", "nearest"),
    antialias: pick("box", "none"),
    padValue: pick(0, 7, 3.25, 200),
    outDType,
  });
}

/** What the output dtype makes of a value: `floor(v + 0.5)`, saturated; floats as they are. */
export function converted(value: number, dtype: OutputDType): number {
  const saturate = (min: number, max: number) =>
    Number.isNaN(value) ? 0 : Math.min(Math.max(Math.floor(value + 0.5), min), max);
  if (dtype === "uint8") return saturate(0, 255);
  if (dtype === "int32") return saturate(-2147483648, 2147483647);
  if (dtype === "uint32") return saturate(0, 4294967295);
  return value;
}

/** Values of a rendered array as numbers. */
export function numbersOf(data: ArrayLike<number>, dtype: OutputDType): number[] {
  return Array.from(data, (value) => (dtype === "float16" ? halfValue(value) : value));
}
