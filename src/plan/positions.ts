/** Where the centre of a patch may be. */
import { VoxelfeedError } from "../errors.js";
import { map3 } from "../math/vec.js";
import type { Box, Vec3 } from "../types.js";

/** A regular grid of legal centres, in C order: x runs fastest. */
export interface Positions {
  /** World centre of position 0, nanometres. */
  readonly first: Vec3;
  /** Nanometres from one position to the next. */
  readonly step: Vec3;
  readonly counts: Vec3;
  readonly length: number;
}

/** Consecutive indices of a dataset that form one regular grid: index `start + i` is at position i. */
export interface PositionGrid {
  readonly start: number;
  readonly positions: Positions;
}

/**
 * All centres at which every requested array lies inside the box: `n - P + 1` positions per axis, both ends
 * included, stepping by the largest requested voxel size.
 *
 * @param box intersection of all footprints, nanometres
 * @param arrays shape (voxels) and scale (nanometres) of every array
 * @param pad where the box is too small on an axis: one centred position instead of an error
 * @throws VoxelfeedError `patch-too-large`
 */
export function legalCenters(
  box: Box,
  arrays: readonly { readonly name: string; readonly shape: Vec3; readonly scale: Vec3 }[],
  pad: boolean,
): Positions {
  const step = map3((a) => Math.max(...arrays.map(({ scale }) => scale[a])));
  const extent = map3((a) => Math.max(...arrays.map(({ shape, scale }) => shape[a] * scale[a])));
  const room = map3((a) => box.max[a] - box.min[a] - extent[a]);
  // A millionth of a voxel of slack: extents are sums of decimal fractions.
  const fits = map3((a) => (room[a] >= -1e-6 * step[a] ? 1 : 0));
  if (!pad && fits.includes(0)) {
    const size = map3((a) => box.max[a] - box.min[a]);
    const largest = arrays.filter(({ shape, scale }) => shape.some((n, a) => n * scale[a]! === extent[a]));
    throw new VoxelfeedError(
      "patch-too-large",
      `The patch of ${largest.map(({ name }) => `"${name}"`).join(", ")} spans ${list(extent)} nm, but the volume spans ` +
        `only ${list(size)} nm (z, y, x). Use a smaller shape or scale, or pass pad: true.`,
    );
  }
  const counts = map3((a) => (fits[a] === 1 ? Math.floor(room[a] / step[a] + 1e-6) + 1 : 1));
  const first = map3((a) => (fits[a] === 1 ? box.min[a] + extent[a] / 2 : (box.min[a] + box.max[a]) / 2));
  return { first, step, counts, length: counts[0] * counts[1] * counts[2] };
}

/** World centre of one position. `index` must be a whole number in [0, length). */
export function centerAt({ first, step, counts }: Positions, index: number): Vec3 {
  const x = index % counts[2];
  const y = Math.floor(index / counts[2]) % counts[1];
  const z = Math.floor(index / (counts[1] * counts[2]));
  return [first[0] + z * step[0], first[1] + y * step[1], first[2] + x * step[2]];
}

function list(values: Vec3): string {
  return `[${values.map((value) => Number(value.toFixed(3))).join(", ")}]`;
}
