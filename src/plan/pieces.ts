/** Cuts a read in two where its bricks do not fit at once. */
import { map3, multiplyVector } from "../math/vec.js";
import type { Vec3 } from "../types.js";
import { touchedBricks } from "./patch.js";
import { type ReadPlan, voxelCount } from "./reads.js";
import type { PointOpName } from "./values.js";
import type { WorkedRead } from "./worked.js";

/** A part of a read: output voxels from `firstVoxel` on, in C order over the whole. */
export interface ReadPiece<R extends WorkedRead> {
  readonly read: R;
  readonly firstVoxel: number;
}

/** Operations whose result does not depend on where in the patch a voxel is. */
const placeless: readonly PointOpName[] = [
  "range",
  "affine",
  "contrast",
  "gamma",
  "clip",
  "replace",
  "quantize",
  "threshold",
];

/**
 * Cuts a read across its slowest axis, so that each half is a run of voxels in C order.
 *
 * @returns null where that cannot be done: a single voxel; a warp, stages or noise, which depend on the place in the
 * whole patch; 64-bit ids, whose table is of the whole patch
 */
export function halves<R extends WorkedRead>(read: R): readonly [ReadPiece<R>, ReadPiece<R>] | null {
  const { plan, values, gather } = read;
  const isId = (plan.dtype === "int64" || plan.dtype === "uint64") && plan.outDType !== "float32";
  const depends = values?.gather.some(
    ({ name, statistic }) => !placeless.includes(name) || statistic != null,
  );
  if (plan.warp !== undefined || gather !== undefined || depends === true || isId) return null;
  const axis = ([0, 1, 2] as const).find((i) => plan.shape[i] > 1);
  if (axis === undefined) return null;
  const half = plan.shape[axis] >> 1;
  const piece = (from: number, length: number): ReadPiece<R> => {
    const start = map3((i) => (i === axis ? from : 0));
    const shape = map3((i) => (i === axis ? length : plan.shape[i]));
    const firstVoxel = (from * voxelCount(plan.shape)) / plan.shape[axis];
    return { read: { ...read, plan: partOf(plan, start, shape) }, firstVoxel };
  };
  return [piece(0, half), piece(half, plan.shape[axis] - half)];
}

/** The plan of some of a plan's output voxels: voxel k of it is voxel k + start of the whole. */
function partOf(plan: ReadPlan, start: Vec3, shape: Vec3): ReadPlan {
  const turned = multiplyVector(plan.matrix, start);
  const moved = map3((i) => plan.offset[i] + turned[i]);
  const whole = map3((i) => Math.floor(moved[i]));
  const offset = map3((i) => moved[i] - whole[i]);
  const base = map3((i) => plan.base[i] + whole[i]);
  const { volumeShape, brickShape, matrix, subsamples, interpolation, reflect = false } = plan;
  const between = interpolation !== "nearest";
  const level = { shape: volumeShape, brickShape };
  const touched = touchedBricks(level, shape, matrix, base, offset, between, subsamples, reflect, undefined);
  return { ...plan, shape, base, offset, ...touched };
}
