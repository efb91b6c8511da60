/**
 * Writes small OME-Zarr volumes into memory: every layout the reader must know, from a function of z, y, x.
 * Runs in node and in the browser; the same options give the same values everywhere.
 */
import Blosc from "numcodecs/blosc";
import Lz4 from "numcodecs/lz4";
import Zstd from "numcodecs/zstd";
import { floatToHalf, halfToFloat } from "../../src/math/half.js";
import type { SourceDType, Vec3 } from "../../src/types.js";
import { crc32c } from "../../src/zarr/crc32c.js";

/** Index along the axes that are not spatial, by name. */
export type OtherIndex = Readonly<Record<string, number>>;

export interface FixtureOptions {
  /** Zarr format; OME-NGFF 0.4 goes with 2, 0.5 with 3. Default 2. */
  readonly zarr?: 2 | 3;
  /** Default `uint8`. */
  readonly dtype?: SourceDType;
  /** Voxels, z, y, x. */
  readonly shape: Vec3;
  /** Voxels, z, y, x. Default 8 each. */
  readonly chunk?: Vec3;
  /** In `units`, z, y, x. Default 10 each. */
  readonly voxelSize?: Vec3;
  /** Position of voxel (0, 0, 0)'s centre in `units`. Default 0. */
  readonly translation?: Vec3;
  /** Pyramid levels, each half the one before. Default 1. */
  readonly levels?: number;
  /** How a coarser level is made: the mean of its voxels, or every second one. Default `mean`. */
  readonly pooling?: "mean" | "stride";
  /** Default `none`. */
  readonly compressor?: "none" | "gzip" | "zlib" | "blosc" | "zstd" | "lz4";
  /** v3: a `crc32c` codec behind the compressor. Default false. */
  readonly checksum?: boolean;
  /** v3: shards of this many voxels (z, y, x); they span every channel. */
  readonly shard?: {
    readonly shape: Vec3;
    readonly indexLocation?: "start" | "end";
    readonly crc?: boolean;
    readonly indexEndian?: "little" | "big";
  };
  /** Storage order of a chunk; a list is a v3 `transpose` order. Default `C`. */
  readonly order?: "C" | "F" | readonly number[];
  /** One letter per axis, in the array's own order. Default `zyx`. */
  readonly axes?: string;
  /** Size along the axes that are not spatial. Default 1. */
  readonly otherSizes?: OtherIndex;
  /** Chunk size along the axes that are not spatial. Default 1. */
  readonly otherChunks?: OtherIndex;
  readonly endian?: "little" | "big";
  readonly separator?: "." | "/";
  /** v3: the chunk key encoding. Default `default`. */
  readonly keyEncoding?: "default" | "v2";
  /** As written in the metadata; a bigint is written as a number, `undefined` not at all. Default 0. */
  readonly fill?: number | bigint | string | boolean | null | undefined;
  /** Unit of the spatial axes; `null`: none is written. Default `nanometer`. */
  readonly units?: string | null;
  /** Transform of the multiscale, over the spatial axes. */
  readonly group?: { readonly scale?: Vec3; readonly translation?: Vec3 };
  /** Further attributes of the group, beside the multiscales. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Chunks (brick index z, y, x and level) that are not written. */
  readonly skip?: (brick: Vec3, level: number) => boolean;
  /** Stored values. Default: a hash of the position. */
  readonly value?: (z: number, y: number, x: number, other: OtherIndex) => number | bigint;
}

/** Path below the root, without leading slash, to bytes. */
export type FixtureFiles = Map<string, Uint8Array>;

type Values = Float64Array | BigInt64Array | BigUint64Array;
type Optional = "shard" | "group" | "fill" | "attributes";
type Settings = Required<Omit<FixtureOptions, Optional>> & Pick<FixtureOptions, Optional>;

/** A deterministic pattern that differs between neighbours, channels and dtypes' whole ranges. */
export function hashValue(z: number, y: number, x: number, other: OtherIndex = {}): number {
  const channel = Object.values(other).reduce((sum, index) => sum * 31 + index, 0);
  return (
    Math.imul(z * 73_856_093 + y * 19_349_663 + x * 83_492_791 + channel * 2_654_435_761, 0x9e3779b1) >>> 8
  );
}

function settle(options: FixtureOptions): Settings {
  return {
    zarr: 2,
    dtype: "uint8",
    chunk: [8, 8, 8],
    voxelSize: [10, 10, 10],
    translation: [0, 0, 0],
    levels: 1,
    pooling: "mean",
    compressor: "none",
    checksum: false,
    order: "C",
    axes: "zyx",
    otherSizes: {},
    otherChunks: {},
    endian: "little",
    separator: options.zarr === 3 && options.keyEncoding !== "v2" ? "/" : ".",
    keyEncoding: "default",
    fill: 0,
    units: "nanometer",
    skip: () => false,
    value: hashValue,
    ...options,
  };
}

/** Writes a volume; the map's keys are paths below the multiscale group. */
export async function writeVolume(options: FixtureOptions): Promise<FixtureFiles> {
  const settings = settle(options);
  const files: FixtureFiles = new Map();
  const attributes = groupAttributes(settings);
  if (settings.zarr === 2) {
    files.set(".zgroup", json({ zarr_format: 2 }));
    files.set(".zattrs", json({ ...attributes, ...settings.attributes }));
  } else {
    const all = { ome: attributes, ...settings.attributes };
    files.set("zarr.json", json({ zarr_format: 3, node_type: "group", attributes: all }));
  }
  for (let level = 0; level < settings.levels; level++) await writeLevel(settings, level, files);
  return files;
}

/**
 * A level as a plain typed array for oracles: C order z, y, x, dtype as a brick's; missing chunks are filled.
 */
export function volumeBytes(options: FixtureOptions, level = 0, other: OtherIndex = {}) {
  const settings = settle(options);
  const shape = levelShape(settings, level);
  const values = levelValues(settings, level, other);
  const fill = fillNumber(settings);
  const data = new brickArrays[settings.dtype](values.length) as { [index: number]: number | bigint };
  forEachVoxel(shape, (z, y, x, i) => {
    const [cz, cy, cx] = settings.chunk;
    const isSkipped = settings.skip([Math.floor(z / cz), Math.floor(y / cy), Math.floor(x / cx)], level);
    const value = isSkipped ? fill : values[i]!;
    data[i] = settings.dtype === "float16" ? floatToHalf(Number(value)) : value;
  });
  return { data: data as unknown as InstanceType<(typeof brickArrays)[SourceDType]>, shape };
}

/** The files as a zarrita store; `getRange` can be left out. */
export function memoryStore(files: FixtureFiles, { ranges = true } = {}) {
  const get = async (key: string): Promise<Uint8Array | undefined> => files.get(key.replace(/^\//, ""));
  if (!ranges) return { get };
  return {
    get,
    async getRange(key: string, range: { offset: number; length: number } | { suffixLength: number }) {
      const bytes = await get(key);
      if (bytes === undefined) return undefined;
      if ("suffixLength" in range) return bytes.slice(Math.max(0, bytes.length - range.suffixLength));
      return bytes.slice(range.offset, range.offset + range.length);
    },
  };
}

/** Puts the files on a test server; returns the URL of their root. */
export async function upload(serverUrl: string, name: string, files: FixtureFiles): Promise<string> {
  const root = `${serverUrl}/mem/${name}`;
  await Promise.all(
    [...files].map(async ([path, bytes]) => {
      const response = await fetch(`${root}/${path}`, {
        method: "PUT",
        body: bytes as Uint8Array<ArrayBuffer>,
      });
      if (!response.ok) throw new Error(`PUT ${path}: ${response.status}`);
    }),
  );
  return root;
}

const brickArrays = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float32Array,
} satisfies Readonly<Record<SourceDType, unknown>>;

const v2Names: Readonly<Record<SourceDType, string>> = {
  bool: "b1",
  int8: "i1",
  uint8: "u1",
  int16: "i2",
  uint16: "u2",
  int32: "i4",
  uint32: "u4",
  int64: "i8",
  uint64: "u8",
  float16: "f2",
  float32: "f4",
  float64: "f8",
};

function itemSize(dtype: SourceDType): number {
  return dtype === "bool" ? 1 : Number(v2Names[dtype][1]);
}

function json(value: unknown, fill?: bigint): Uint8Array {
  const text = JSON.stringify(value, null, 1);
  return new TextEncoder().encode(fill === undefined ? text : text.replace('"@fill@"', String(fill)));
}

function isSpatial(axis: string): boolean {
  return "zyx".includes(axis);
}

/** One number per source axis: the spatial ones from z, y, x, the others by name. */
function perAxis(axes: string, spatial: readonly number[], other: (axis: string) => number): number[] {
  return [...axes].map((axis) => (isSpatial(axis) ? spatial["zyx".indexOf(axis)]! : other(axis)));
}

function levelShape({ shape }: Pick<Settings, "shape">, level: number): Vec3 {
  const at = (axis: 0 | 1 | 2) => Math.max(1, Math.floor(shape[axis] / 2 ** level));
  return [at(0), at(1), at(2)];
}

function groupAttributes(settings: Settings): object {
  const { axes, units, levels, voxelSize, translation, pooling, group, zarr } = settings;
  const transforms = (scale: readonly number[], move: readonly number[]) => [
    { type: "scale", scale: perAxis(axes, scale, () => 1) },
    { type: "translation", translation: perAxis(axes, move, () => 0) },
  ];
  const types: Readonly<Record<string, string>> = { c: "channel", t: "time" };
  const multiscale = {
    name: "fixture",
    ...(zarr === 2 ? { version: "0.4" } : {}),
    axes: [...axes].map((name) => ({
      name,
      type: isSpatial(name) ? "space" : (types[name] ?? "other"),
      ...(isSpatial(name) && units !== null ? { unit: units } : {}),
    })),
    datasets: Array.from({ length: levels }, (_, level) => {
      const factor = 2 ** level;
      // The mean of f voxels sits in their middle; a picked voxel stays where it was.
      const shift = pooling === "mean" ? (factor - 1) / 2 : 0;
      return {
        path: `s${level}`,
        coordinateTransformations: transforms(
          voxelSize.map((size) => size * factor),
          translation.map((t, axis) => t + shift * voxelSize[axis]!),
        ),
      };
    }),
    ...(group === undefined
      ? {}
      : { coordinateTransformations: transforms(group.scale ?? [1, 1, 1], group.translation ?? [0, 0, 0]) }),
  };
  return zarr === 2 ? { multiscales: [multiscale] } : { version: "0.5", multiscales: [multiscale] };
}

function quantise(value: number | bigint, dtype: SourceDType): number | bigint {
  if (dtype === "int64") return BigInt.asIntN(64, BigInt(value));
  if (dtype === "uint64") return BigInt.asUintN(64, BigInt(value));
  if (dtype === "bool") return Number(value) & 1;
  if (dtype === "float64") return Number(value);
  if (dtype === "float16") return halfToFloat(floatToHalf(Number(value)));
  return wrap(Number(value), dtype);
}

/** Wraps around as a typed array of the dtype would. */
function wrap(value: number, dtype: SourceDType): number {
  if (dtype === "float32") return Math.fround(value);
  const bits = 32 - 8 * itemSize(dtype);
  return dtype.startsWith("uint") ? (value << bits) >>> bits : (value << bits) >> bits;
}

function emptyValues(dtype: SourceDType, length: number): Values {
  if (dtype === "int64") return new BigInt64Array(length);
  return dtype === "uint64" ? new BigUint64Array(length) : new Float64Array(length);
}

function forEachVoxel([nz, ny, nx]: Vec3, visit: (z: number, y: number, x: number, i: number) => void): void {
  let i = 0;
  for (let z = 0; z < nz; z++) for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) visit(z, y, x, i++);
}

function levelValues(settings: Settings, level: number, other: OtherIndex): Values {
  const { dtype, value, pooling, shape } = settings;
  const target = levelShape(settings, level);
  const values = emptyValues(dtype, target[0] * target[1] * target[2]) as {
    [index: number]: number | bigint;
  };
  const at = (z: number, y: number, x: number) => quantise(value(z, y, x, other), dtype);
  const factor = 2 ** level;
  forEachVoxel(target, (z, y, x, i) => {
    const isPicked = level === 0 || pooling === "stride";
    values[i] = isPicked ? at(z * factor, y * factor, x * factor) : mean(at, [z, y, x], factor, shape, dtype);
  });
  return values as Values;
}

function mean(
  at: (z: number, y: number, x: number) => number | bigint,
  [z0, y0, x0]: Vec3,
  factor: number,
  shape: Vec3,
  dtype: SourceDType,
): number | bigint {
  const samples: (number | bigint)[] = [];
  forEachVoxel([factor, factor, factor], (z, y, x) => {
    const [vz, vy, vx] = [z0 * factor + z, y0 * factor + y, x0 * factor + x];
    if (vz < shape[0] && vy < shape[1] && vx < shape[2]) samples.push(at(vz, vy, vx));
  });
  if (dtype === "int64" || dtype === "uint64") {
    return samples.reduce<bigint>((sum, sample) => sum + BigInt(sample), 0n) / BigInt(samples.length);
  }
  const average = samples.reduce<number>((sum, sample) => sum + Number(sample), 0) / samples.length;
  return dtype.startsWith("float") ? quantise(average, dtype) : Math.floor(average + 0.5);
}

function fillNumber({ fill, dtype }: Settings): number | bigint {
  if (typeof fill === "number" || typeof fill === "bigint") return quantise(fill, dtype);
  if (typeof fill === "string" && fill.startsWith("0x")) return floatFromBits(BigInt(fill), dtype);
  if (typeof fill === "string") return Number(fill);
  return quantise(fill === true ? 1 : 0, dtype);
}

function floatFromBits(bits: bigint, dtype: SourceDType): number {
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === "float16") return halfToFloat(Number(bits));
  if (dtype === "float32") view.setUint32(0, Number(bits));
  else view.setBigUint64(0, bits);
  return dtype === "float32" ? view.getFloat32(0) : view.getFloat64(0);
}

async function writeLevel(settings: Settings, level: number, files: FixtureFiles): Promise<void> {
  const { axes, chunk, otherSizes, otherChunks, zarr, shard } = settings;
  const shape = perAxis(axes, levelShape(settings, level), (axis) => otherSizes[axis] ?? 1);
  const chunkShape = perAxis(axes, chunk, (axis) => otherChunks[axis] ?? 1);
  const shardShape =
    shard === undefined
      ? undefined
      : perAxis(axes, shard.shape, (axis) => {
          const size = otherChunks[axis] ?? 1;
          return Math.ceil((otherSizes[axis] ?? 1) / size) * size;
        });
  const metadata =
    zarr === 2
      ? v2Metadata(settings, shape, chunkShape)
      : v3Metadata(settings, shape, chunkShape, shardShape);
  const rawFill = typeof settings.fill === "bigint" ? settings.fill : undefined;
  files.set(`s${level}/${zarr === 2 ? ".zarray" : "zarr.json"}`, json(metadata, rawFill));
  const encodeAt = await chunkEncoder(settings, level, shape, chunkShape);
  const objectShape = shardShape ?? chunkShape;
  for (const index of indices(shape.map((size, axis) => Math.ceil(size / objectShape[axis]!)))) {
    const bytes =
      shardShape === undefined
        ? await encodeAt(index)
        : await packShard(
            settings,
            index,
            shardShape.map((size, axis) => size / chunkShape[axis]!),
            encodeAt,
          );
    if (bytes !== undefined) files.set(`s${level}/${chunkKey(settings, index)}`, bytes);
  }
}

function chunkKey({ zarr, keyEncoding, separator }: Settings, index: readonly number[]): string {
  return (zarr === 3 && keyEncoding === "default" ? ["c", ...index] : index).join(separator);
}

function* indices(counts: readonly number[]): Generator<number[]> {
  const total = counts.reduce((product, count) => product * count, 1);
  for (let n = 0; n < total; n++) {
    const index: number[] = [];
    let rest = n;
    for (const count of counts.toReversed()) {
      index.unshift(rest % count);
      rest = Math.floor(rest / count);
    }
    yield index;
  }
}

/** Encodes the chunk at an index over the source axes; `undefined` for one that is left out. */
async function chunkEncoder(
  settings: Settings,
  level: number,
  shape: readonly number[],
  chunkShape: readonly number[],
) {
  const { axes, dtype, order, endian, skip } = settings;
  const [nz, ny, nx] = levelShape(settings, level);
  const fill = fillNumber(settings);
  const perChannel = new Map<string, Values>();
  const valuesOf = (other: OtherIndex): Values => {
    const key = JSON.stringify(other);
    const values = perChannel.get(key) ?? levelValues(settings, level, other);
    perChannel.set(key, values);
    return values;
  };
  const ranks = [...axes].map((_, axis) => axis);
  const storage = order === "C" ? ranks : order === "F" ? ranks.toReversed() : order;
  const strides: number[] = [];
  let count = 1;
  for (const axis of storage.toReversed()) {
    strides[axis] = count;
    count *= chunkShape[axis]!;
  }
  const size = itemSize(dtype);
  // Per axis z, y, x: where it is among the source axes, −1 for none.
  const spatial = [..."zyx"].map((axis) => axes.indexOf(axis));
  const otherAxes = ranks.filter((axis) => !spatial.includes(axis));
  return async (index: readonly number[]): Promise<Uint8Array | undefined> => {
    const brick = spatial.map((axis) => index[axis] ?? 0);
    if (index.some((i, axis) => i * chunkShape[axis]! >= shape[axis]!)) return undefined;
    if (skip(brick as unknown as Vec3, level)) return undefined;
    const view = new DataView(new ArrayBuffer(count * size));
    const chunkZyx = spatial.map((axis) => chunkShape[axis] ?? 1) as unknown as Vec3;
    const origin = brick.map((i, k) => i * chunkZyx[k]!);
    const [sz, sy, sx] = spatial.map((axis) => strides[axis] ?? 0) as unknown as Vec3;
    for (const within of indices(otherAxes.map((axis) => chunkShape[axis]!))) {
      const at = otherAxes.map((axis, i) => index[axis]! * chunkShape[axis]! + within[i]!);
      const isStored = otherAxes.every((axis, i) => at[i]! < shape[axis]!);
      const values = isStored
        ? valuesOf(Object.fromEntries(otherAxes.map((axis, i) => [axes[axis]!, at[i]!])))
        : undefined;
      const start = otherAxes.reduce((sum, axis, i) => sum + within[i]! * strides[axis]!, 0);
      forEachVoxel(chunkZyx, (dz, dy, dx) => {
        const [z, y, x] = [origin[0]! + dz, origin[1]! + dy, origin[2]! + dx];
        const isInside = values !== undefined && z < nz && y < ny && x < nx;
        const value = isInside ? values[(z * ny + y) * nx + x]! : fill;
        write(view, (start + dz * sz + dy * sy + dx * sx) * size, value, dtype, endian === "little");
      });
    }
    return compress(new Uint8Array(view.buffer), settings);
  };
}

function write(
  view: DataView,
  at: number,
  value: number | bigint,
  dtype: SourceDType,
  little: boolean,
): void {
  if (dtype === "int64" || dtype === "uint64")
    view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), little);
  else if (dtype === "float64") view.setFloat64(at, Number(value), little);
  else if (dtype === "float32") view.setFloat32(at, Number(value), little);
  else if (dtype === "float16") view.setUint16(at, floatToHalf(Number(value)), little);
  else if (itemSize(dtype) === 4) view.setUint32(at, Number(value), little);
  else if (itemSize(dtype) === 2) view.setUint16(at, Number(value), little);
  else view.setUint8(at, Number(value));
}

async function compress(bytes: Uint8Array, { compressor, checksum }: Settings): Promise<Uint8Array> {
  const compressed = await compressPlain(bytes, compressor);
  return checksum ? withChecksum(compressed) : compressed;
}

async function compressPlain(bytes: Uint8Array, compressor: Settings["compressor"]): Promise<Uint8Array> {
  switch (compressor) {
    case "none":
      return bytes;
    case "blosc":
      return Blosc.fromConfig({ id: "blosc", cname: "zstd", clevel: 5, shuffle: 1, blocksize: 0 }).encode(
        bytes,
      );
    case "zstd":
      return Zstd.fromConfig({ id: "zstd", level: 3 }).encode(bytes);
    case "lz4":
      return Lz4.fromConfig({ id: "lz4", acceleration: 1 }).encode(bytes);
    default: {
      const format = compressor === "gzip" ? "gzip" : "deflate";
      const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
        .stream()
        .pipeThrough(new CompressionStream(format));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    }
  }
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  const checked = new Uint8Array(bytes.length + 4);
  checked.set(bytes);
  new DataView(checked.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return checked;
}

async function packShard(
  { shard }: Settings,
  shardIndex: readonly number[],
  counts: readonly number[],
  encodeAt: (index: readonly number[]) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  const { indexLocation = "end", crc = true, indexEndian = "little" } = shard!;
  const total = counts.reduce((product, count) => product * count, 1);
  const indexSize = 16 * total + (crc ? 4 : 0);
  const entries = new DataView(new ArrayBuffer(16 * total));
  const bodies: Uint8Array[] = [];
  let offset = indexLocation === "start" ? indexSize : 0;
  let entry = 0;
  for (const within of indices(counts)) {
    const body = await encodeAt(within.map((i, axis) => shardIndex[axis]! * counts[axis]! + i));
    const [from, length] =
      body === undefined ? [2n ** 64n - 1n, 2n ** 64n - 1n] : [BigInt(offset), BigInt(body.length)];
    entries.setBigUint64(entry, from, indexEndian === "little");
    entries.setBigUint64(entry + 8, length, indexEndian === "little");
    entry += 16;
    if (body === undefined) continue;
    bodies.push(body);
    offset += body.length;
  }
  if (bodies.length === 0) return undefined;
  const plain = new Uint8Array(entries.buffer);
  const index = crc ? withChecksum(plain) : plain;
  const parts = indexLocation === "start" ? [index, ...bodies] : [...bodies, index];
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function v2Metadata(settings: Settings, shape: readonly number[], chunks: readonly number[]): object {
  const { dtype, endian, order, separator, compressor, fill } = settings;
  const byteOrder = itemSize(dtype) === 1 ? "|" : endian === "big" ? ">" : "<";
  const configurations: Readonly<Record<string, object>> = {
    blosc: { cname: "zstd", clevel: 5, shuffle: 1, blocksize: 0 },
    gzip: { level: 5 },
    zlib: { level: 5 },
    zstd: { level: 3 },
    lz4: { acceleration: 1 },
  };
  return {
    zarr_format: 2,
    shape,
    chunks,
    dtype: `${byteOrder}${v2Names[dtype]}`,
    order: order === "F" ? "F" : "C",
    ...(separator === "." ? {} : { dimension_separator: separator }),
    compressor: compressor === "none" ? null : { id: compressor, ...configurations[compressor] },
    filters: null,
    ...fillMember(fill),
  };
}

function v3Metadata(
  settings: Settings,
  shape: readonly number[],
  chunkShape: readonly number[],
  shardShape: readonly number[] | undefined,
): object {
  const { dtype, separator, keyEncoding, fill, shard } = settings;
  const codecs = v3Codecs(settings, shape.length);
  const { indexLocation, crc = true, indexEndian = "little" } = shard ?? {};
  const sharding = {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: chunkShape,
      codecs,
      index_codecs: [
        { name: "bytes", configuration: { endian: indexEndian } },
        ...(crc ? [{ name: "crc32c" }] : []),
      ],
      ...(indexLocation === undefined ? {} : { index_location: indexLocation }),
    },
  };
  return {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: dtype,
    chunk_grid: { name: "regular", configuration: { chunk_shape: shardShape ?? chunkShape } },
    chunk_key_encoding: { name: keyEncoding, configuration: { separator } },
    codecs: shardShape === undefined ? codecs : [sharding],
    attributes: {},
    ...fillMember(fill),
  };
}

function v3Codecs({ order, endian, compressor, checksum, dtype }: Settings, rank: number): object[] {
  const transpose = order === "F" ? [...Array(rank).keys()].reverse() : order;
  const compressors: Readonly<Record<string, object>> = {
    blosc: {
      name: "blosc",
      configuration: {
        cname: "zstd",
        clevel: 5,
        shuffle: "shuffle",
        typesize: itemSize(dtype),
        blocksize: 0,
      },
    },
    gzip: { name: "gzip", configuration: { level: 5 } },
    zlib: { name: "numcodecs.zlib", configuration: { level: 5 } },
    zstd: { name: "zstd", configuration: { level: 3, checksum: false } },
    lz4: { name: "numcodecs.lz4", configuration: { acceleration: 1 } },
  };
  return [
    ...(transpose === "C" ? [] : [{ name: "transpose", configuration: { order: transpose } }]),
    itemSize(dtype) === 1 ? { name: "bytes" } : { name: "bytes", configuration: { endian } },
    ...(compressor === "none" ? [] : [compressors[compressor]!]),
    ...(checksum ? [{ name: "crc32c" }] : []),
  ];
}

function fillMember(fill: FixtureOptions["fill"]): object {
  if (fill === undefined) return {};
  return { fill_value: typeof fill === "bigint" ? "@fill@" : fill };
}
