/**
 * The reference every renderer is compared with: slow, obvious, float64, in world coordinates, and
 * sharing no code with the library. It follows the conventions of docs/ARCHITECTURE.md word by word.
 */

type Triple = readonly [number, number, number];

/** A whole volume, C order z, y, x, world units in nanometres. */
export interface OracleVolume {
  readonly values: ArrayLike<number>;
  readonly shape: Triple;
  readonly voxelSize: Triple;
  /** World position of the centre of voxel (0, 0, 0). */
  readonly translation: Triple;
}

/** A patch: output voxel k lies at `center + matrix · ((k − (shape − 1) / 2) ⊙ scale)`. */
export interface OracleRead {
  readonly center: Triple;
  readonly shape: Triple;
  readonly scale: Triple;
  readonly matrix: readonly [Triple, Triple, Triple];
  readonly interpolation: "nearest" | "linear";
  readonly antialias: "box" | "none";
  readonly padValue: number;
  /** World nanometres by which each output voxel, with all its samples, is read beside the matrix. */
  readonly displacement?: (k: Triple) => Triple;
}

export interface OracleAnswer {
  /** Before any rounding to an output dtype. */
  readonly values: Float64Array;
  readonly mask: Uint8Array;
  /** Distance in voxels of each centre from the nearest tie of rounding or edge of the volume. */
  readonly tieDistance: Float64Array;
}

export function readOracle(volume: OracleVolume, read: OracleRead): OracleAnswer {
  const count = read.shape[0] * read.shape[1] * read.shape[2];
  const values = new Float64Array(count);
  const mask = new Uint8Array(count);
  const tieDistance = new Float64Array(count);
  const box = [0, 1, 2].map((axis) =>
    read.antialias === "box" && read.interpolation === "linear"
      ? Math.max(1, Math.ceil(read.scale[axis]! / volume.voxelSize[axis]! - 1e-6))
      : 1,
  );
  let i = 0;
  for (let z = 0; z < read.shape[0]; z++) {
    for (let y = 0; y < read.shape[1]; y++) {
      for (let x = 0; x < read.shape[2]; x++, i++) {
        const moved = read.displacement?.([z, y, x]) ?? [0, 0, 0];
        const centre = toVoxels(volume, toWorld(read, [z, y, x], moved));
        tieDistance[i] = Math.min(...centre.map((v) => Math.abs(v + 0.5 - Math.round(v + 0.5))));
        const inside = centre.every((v, axis) => v >= -0.5 && v <= volume.shape[axis]! - 0.5);
        mask[i] = inside ? 1 : 0;
        if (!inside) {
          values[i] = read.padValue;
        } else if (read.interpolation === "nearest") {
          values[i] = nearest(volume, centre);
        } else {
          let sum = 0;
          for (let a = 0; a < box[0]!; a++) {
            for (let b = 0; b < box[1]!; b++) {
              for (let c = 0; c < box[2]!; c++) {
                const k: Triple = [
                  z + (a + 0.5) / box[0]! - 0.5,
                  y + (b + 0.5) / box[1]! - 0.5,
                  x + (c + 0.5) / box[2]! - 0.5,
                ];
                sum += linear(volume, toVoxels(volume, toWorld(read, k, moved)));
              }
            }
          }
          values[i] = sum / (box[0]! * box[1]! * box[2]!);
        }
      }
    }
  }
  return { values, mask, tieDistance };
}

function toWorld({ center, shape, scale, matrix }: OracleRead, k: Triple, moved: Triple): number[] {
  const local = k.map((index, axis) => (index - (shape[axis]! - 1) / 2) * scale[axis]!);
  return matrix.map(
    (row, axis) =>
      center[axis]! + moved[axis]! + row[0] * local[0]! + row[1] * local[1]! + row[2] * local[2]!,
  );
}

function toVoxels({ translation, voxelSize }: OracleVolume, world: number[]): number[] {
  return world.map((position, axis) => (position - translation[axis]!) / voxelSize[axis]!);
}

function voxel({ values, shape }: OracleVolume, z: number, y: number, x: number): number {
  return values[(z * shape[1] + y) * shape[2] + x]!;
}

function nearest(volume: OracleVolume, centre: number[]): number {
  const [z, y, x] = centre.map((v, axis) =>
    Math.min(Math.max(Math.floor(v + 0.5), 0), volume.shape[axis]! - 1),
  );
  return voxel(volume, z!, y!, x!);
}

function linear(volume: OracleVolume, coordinate: number[]): number {
  const clamped = coordinate.map((v, axis) => Math.min(Math.max(v, 0), volume.shape[axis]! - 1));
  const low = clamped.map(Math.floor);
  const weight = clamped.map((v, axis) => v - low[axis]!);
  let sum = 0;
  for (const dz of [0, 1]) {
    for (const dy of [0, 1]) {
      for (const dx of [0, 1]) {
        const share =
          (dz === 1 ? weight[0]! : 1 - weight[0]!) *
          (dy === 1 ? weight[1]! : 1 - weight[1]!) *
          (dx === 1 ? weight[2]! : 1 - weight[2]!);
        if (share > 0) sum += share * voxel(volume, low[0]! + dz, low[1]! + dy, low[2]! + dx);
      }
    }
  }
  return sum;
}
