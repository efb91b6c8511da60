/** From "this patch, there, so large, turned so" to a {@link ReadPlan}. */
import { identity, map3, multiplyVector } from "../math/vec.js";
import type { Antialias, Interpolation, Mat3, OutputDType, Vec3 } from "../types.js";
import type { Level } from "../zarr/metadata.js";
import { chooseLevel } from "./level.js";
import { overlapTest } from "./overlap.js";
import type { ReadPlan } from "./reads.js";
import { imagesOf, shownVoxels, type VoxelRun } from "./reflect.js";
import { inWorld, uprightView, type View } from "./view.js";
import { type PatchWarp, planWarp, type ReadWarp } from "./warp.js";

/** One patch of one image in world terms; every default is filled in. */
export interface PatchRequest {
  /** World centre of the patch, nanometres. */
  readonly center: Vec3;
  /** Output shape in voxels. */
  readonly shape: Vec3;
  /** Output voxel size, nanometres. */
  readonly scale: Vec3;
  /** Pull map, output → world, about the centre; default identity. */
  readonly matrix?: Mat3;
  /** How the patch lies before the matrix turns it; part of the matrix already, and decides the level. */
  readonly view?: View;
  /** Displacements beside the matrix, which is then `warp.linear · warp.turn`. */
  readonly warp?: PatchWarp;
  readonly interpolation: Interpolation;
  readonly antialias: Antialias;
  readonly padValue: number;
  readonly dtype: OutputDType;
  /** See {@link ReadPlan.reflect}. Default false. */
  readonly reflect?: boolean;
}

export interface PlannedRead {
  readonly level: number;
  readonly plan: ReadPlan;
}

/**
 * Plans a patch: picks the level, composes output voxel → stored voxel, and lists the bricks it touches.
 *
 * World position of output voxel k: `center + matrix · ((k - (shape - 1)/2) ⊙ scale)`; its voxel coordinate in
 * the level is `(world - translation) / voxelSize`. Pure: same request, same plan.
 */
export function planPatch(levels: readonly Level[], request: PatchRequest): PlannedRead {
  const { view = uprightView } = request;
  const index = chooseLevel(
    levels.map((level) => level.voxelSizeNm),
    inWorld(view, request.scale),
  );
  const level = levels[index]!;
  const { shape, scale, center } = request;
  const world = request.matrix ?? identity;
  const { voxelSizeNm: voxel, translationNm: origin } = level;

  const row = (i: 0 | 1 | 2): Vec3 => map3((j) => snap((world[i][j] * scale[j]) / voxel[i], 1, 1e-9));
  const matrix: Mat3 = [row(0), row(1), row(2)];
  const half = map3((i) => (shape[i] - 1) / 2);
  const turned = multiplyVector(matrix, half);
  const first = map3((i) => snap((center[i] - origin[i]) / voxel[i] - turned[i], 0.5, 1e-6));
  const base = map3((i) => Math.floor(first[i]));
  const offset = map3((i) => first[i] - base[i]);

  const linear = request.interpolation === "linear";
  const box = linear && request.antialias === "box";
  const subsamples: Vec3 = box
    ? map3((i) => Math.max(1, Math.ceil(scale[i] / voxel[view[i] as 0 | 1 | 2] - 1e-6)))
    : [1, 1, 1];
  const warp = request.warp && planWarp(request.warp, shape, scale, voxel);

  const between = request.interpolation !== "nearest";
  const reflect = request.reflect ?? false;
  const touched = touchedBricks(level, shape, matrix, base, offset, between, subsamples, reflect, warp);
  return {
    level: index,
    plan: {
      shape,
      matrix,
      offset,
      base,
      ...(warp && { warp }),
      interpolation: request.interpolation,
      subsamples,
      padValue: request.padValue,
      outDType: request.dtype,
      volumeShape: level.shape,
      brickShape: level.brickShape,
      dtype: level.brickDType,
      fillBytes: level.array.fillBytes,
      ...touched,
      ...(reflect ? { reflect } : {}),
    },
  };
}

/**
 * Rounds to the grid when a value misses it by float64 noise only, so that an identity read is an exact crop
 * even where `(center - origin) / voxelSize` is not exact in binary.
 */
function snap(value: number, grid: number, tolerance: number): number {
  const nearest = Math.round(value / grid) * grid;
  return Math.abs(value - nearest) <= tolerance ? nearest : value;
}

/** The bricks of a read, as {@link ReadPlan} lists them. */
export interface TouchedBricks {
  readonly gridMin: Vec3;
  readonly gridShape: Vec3;
  readonly bricks: readonly number[];
}

/** Bounds of the displacement where nothing warps. */
const still: Pick<ReadWarp, "low" | "high"> = { low: [0, 0, 0], high: [0, 0, 0] };

const nothing: TouchedBricks = { gridMin: [0, 0, 0], gridShape: [0, 0, 0], bricks: [] };

/** The bricks that samples of a patch may fall on. */
export function touchedBricks(
  level: Pick<Level, "shape" | "brickShape">,
  shape: Vec3,
  matrix: Mat3,
  base: Vec3,
  offset: Vec3,
  between: boolean,
  subsamples: Vec3,
  reflect: boolean,
  warp: ReadWarp | undefined,
): TouchedBricks {
  const { brickShape, shape: volume } = level;
  const middle = map3((i) => (shape[i] - 1) / 2);
  const turned = multiplyVector(matrix, middle);
  // A warp moves every voxel by something between `low` and `high`: by their middle, give or take the rest.
  const { low: lowest, high: highest } = warp ?? still;
  const moved = map3((i) => (highest[i] - lowest[i]) / 2);
  const center = map3((i) => base[i] + offset[i] + turned[i] + (lowest[i] + highest[i]) / 2);
  // Sub-samples lie up to (1 - 1/n)/2 output voxels beside their voxel's centre.
  const beside = map3((i) => (1 - 1 / subsamples[i]) / 2);
  const half = map3((i) => middle[i] + beside[i]);
  const extent = (of: Vec3) =>
    map3((i) => of.reduce((sum, h, j) => sum + Math.abs(matrix[i][j as 0 | 1 | 2]) * h, 0));
  const centersReach = map3((i) => extent(middle)[i] + moved[i]);
  // Nothing is sampled for a voxel whose centre is outside, so a patch without a centre inside needs no brick.
  const slack = 1e-3;
  for (const i of reflect ? [] : ([0, 1, 2] as const)) {
    if (center[i] + centersReach[i] < -0.5 - slack) return nothing;
    if (center[i] - centersReach[i] > volume[i] - 0.5 + slack) return nothing;
  }

  // A tap is at most one voxel (linear) or half a voxel (nearest) from its sample, then clamped into the volume;
  // samples that all fall on voxel centres need no neighbour. The slack covers renderers that compute in float32.
  const onCenters = (i: 0 | 1 | 2): boolean =>
    Number.isInteger(offset[i]) &&
    lowest[i] === 0 &&
    highest[i] === 0 &&
    matrix[i].every((m, j) => m === 0 || (Number.isInteger(m) && subsamples[j as 0 | 1 | 2] === 1));
  const tap = map3((i) => (onCenters(i) ? 0 : between ? 1 : 0.5) + moved[i] + slack);
  const reach = extent(half);
  const low = map3((i) => Math.ceil(center[i] - reach[i] - tap[i]));
  const high = map3((i) => Math.floor(center[i] + reach[i] + tap[i]));
  // Where the volume ends, its outermost voxels or its mirror images stand in for what is missing.
  const shown = ([0, 1, 2] as const).map((i) => {
    return shownVoxels({ first: low[i], last: high[i] }, volume[i], reflect);
  });
  const gridMin = map3((i) => Math.floor(shown[i]!.first / brickShape[i]));
  const gridMax = map3((i) => Math.floor(shown[i]!.last / brickShape[i]));
  const gridShape = map3((i) => gridMax[i] - gridMin[i] + 1);

  const scaled = (i: 0 | 1 | 2): Vec3 => map3((j) => matrix[i][j] * half[j]);
  const meets = overlapTest({ center, halfEdges: [scaled(0), scaled(1), scaled(2)] });
  const outside = extent(beside);
  const meetsRuns = (runs: readonly [VoxelRun, VoxelRun, VoxelRun]): boolean => {
    // Clamping carries sub-samples beyond the border onto the outermost voxels.
    const from = map3((i) => runs[i].first - tap[i] - (runs[i].first === 0 ? outside[i] : 0));
    const to = map3((i) => runs[i].last + tap[i] + (runs[i].last === volume[i] - 1 ? outside[i] : 0));
    return meets(
      map3((i) => (from[i] + to[i]) / 2),
      map3((i) => (to[i] - from[i]) / 2),
    );
  };
  const bricks: number[] = [];
  for (let z = 0; z < gridShape[0]; z++) {
    for (let y = 0; y < gridShape[1]; y++) {
      for (let x = 0; x < gridShape[2]; x++) {
        const at: Vec3 = [gridMin[0] + z, gridMin[1] + y, gridMin[2] + x];
        const runs = ([0, 1, 2] as const).map((i) => {
          const first = at[i] * brickShape[i];
          const run = { first, last: Math.min(first + brickShape[i], volume[i]) - 1 };
          return reflect ? imagesOf(run, volume[i], low[i], high[i]) : [run];
        });
        const met = runs[0]!.some((a) => runs[1]!.some((b) => runs[2]!.some((c) => meetsRuns([a, b, c]))));
        if (met) bricks.push((z * gridShape[1] + y) * gridShape[2] + x);
      }
    }
  }
  return bricks.length === 0 ? nothing : { gridMin, gridShape, bricks };
}
