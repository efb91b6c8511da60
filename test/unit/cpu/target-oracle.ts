/** Target transforms as they are defined: slow, obvious, float64, over a whole world; no code of the library. */

type Triple = readonly [number, number, number];

/** A label or number at a voxel, null where it is unknown. */
export type Field = (voxel: Triple) => number | null;

const add = (a: Triple, b: Triple): Triple => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

function* box([z, y, x]: Triple): Generator<Triple> {
  for (let i = -z; i <= z; i++) {
    for (let j = -y; j <= y; j++) for (let k = -x; k <= x; k++) yield [i, j, k];
  }
}

function ball(steps: number, inPlane: boolean): { offset: Triple; distance: number }[] {
  return [...box([inPlane ? 0 : steps, steps, steps])]
    .map((offset) => ({ offset, distance: offset.reduce((sum, step) => sum + Math.abs(step), 0) }))
    .filter(({ distance }) => distance > 0 && distance <= steps);
}

export const binarized =
  (field: Field, threshold = 0): Field =>
  (voxel) => {
    const value = field(voxel);
    return value === null ? null : value > threshold ? 1 : 0;
  };

export const remapped =
  (field: Field, to: (label: number) => number | null): Field =>
  (voxel) => {
    const value = field(voxel);
    return value === null ? null : to(value);
  };

export const united =
  (...fields: Field[]): Field =>
  (voxel) => {
    const values = fields.map((field) => field(voxel));
    if (values.some((value) => value !== null && value !== 0)) return 1;
    return values.includes(null) ? null : 0;
  };

/** 1 beside another label; unknown where only an unknown neighbour could be another one. */
export const boundary =
  (field: Field, steps: number, inPlane: boolean): Field =>
  (voxel) => {
    const own = field(voxel);
    if (own === null) return null;
    const near = ball(steps, inPlane).map(({ offset }) => field(add(voxel, offset)));
    if (near.some((label) => label !== null && label !== own)) return 1;
    return near.includes(null) ? null : 0;
  };

export const eroded =
  (field: Field, steps: number, inPlane: boolean): Field =>
  (voxel) => {
    const own = field(voxel);
    if (own === null || own === 0) return own;
    const edge = boundary(field, steps, inPlane)(voxel);
    return edge === null ? null : edge === 1 ? 0 : own;
  };

export const dilated =
  (field: Field, steps: number, inPlane: boolean): Field =>
  (voxel) => {
    const own = field(voxel);
    if (own === null || own !== 0) return own;
    const near = ball(steps, inPlane).map(({ offset, distance }) => ({
      label: field(add(voxel, offset)),
      distance,
    }));
    const nearest = Math.min(
      ...near.filter(({ label }) => label !== null && label !== 0).map((each) => each.distance),
    );
    const labels = near.filter(({ distance }) => distance === nearest).map(({ label }) => label);
    if (near.some(({ label, distance }) => label === null && distance <= Math.min(nearest, steps)))
      return null;
    if (nearest === Number.POSITIVE_INFINITY) return 0;
    return Math.min(...labels.filter((label): label is number => label !== null && label !== 0));
  };

export const affinity =
  (field: Field, offset: Triple): Field =>
  (voxel) => {
    const [a, b] = [field(voxel), field(add(voxel, offset))];
    if (a === null || b === null) return null;
    return a !== 0 && a === b ? 1 : 0;
  };

export const clippedDistance =
  (field: Field, size: Triple, clip: number, inPlane: boolean): Field =>
  (voxel) => {
    const own = field(voxel);
    if (own === null) return null;
    const reach = size.map((step, axis) => (axis === 0 && inPlane ? 0 : Math.ceil(clip / step)));
    let other = clip;
    let unknown = Number.POSITIVE_INFINITY;
    for (const offset of box(reach as unknown as Triple)) {
      const distance = Math.hypot(offset[0] * size[0], offset[1] * size[1], offset[2] * size[2]);
      const label = field(add(voxel, offset));
      if (label === null) unknown = Math.min(unknown, distance);
      else if ((label === 0) !== (own === 0)) other = Math.min(other, distance);
    }
    if (unknown < other - 1e-9) return null;
    return own === 0 ? -other : other;
  };

/** The ten descriptors; null where the window holds an unknown voxel. */
export function shapeDescriptors(
  field: Field,
  size: Triple,
  sigma: Triple,
): (voxel: Triple) => number[] | null {
  const radius = size.map((step, axis) => Math.floor((3 * sigma[axis]!) / step + 0.5)) as unknown as Triple;
  const weight = (offset: Triple) =>
    Math.exp(-0.5 * offset.reduce((sum, step, axis) => sum + ((step * size[axis]!) / sigma[axis]!) ** 2, 0));
  const total = [...box(radius)].reduce((sum, offset) => sum + weight(offset), 0);
  return (voxel) => {
    const own = field(voxel);
    if (own === null) return null;
    if (own === 0) return new Array<number>(10).fill(0);
    const voxels = [...box(radius)].map((offset) => ({ offset, label: field(add(voxel, offset)) }));
    if (voxels.some(({ label }) => label === null)) return null;
    const part = voxels
      .filter(({ label }) => label === own)
      .map(({ offset }) => ({ w: weight(offset), at: offset.map((step, axis) => step * size[axis]!) }));
    const mass = part.reduce((sum, { w }) => sum + w, 0);
    const average = (of: (at: number[]) => number) =>
      part.reduce((sum, { w, at }) => sum + w * of(at), 0) / mass;
    const mean = [0, 1, 2].map((axis) => average((at) => at[axis]!));
    const covariance = (a: number, b: number) => average((at) => at[a]! * at[b]!) - mean[a]! * mean[b]!;
    const variance = [0, 1, 2].map((axis) => Math.max(covariance(axis, axis), 1e-3));
    const correlation = (a: number, b: number) => covariance(a, b) / Math.sqrt(variance[a]! * variance[b]!);
    return [
      ...mean.map((offset, axis) => (offset / sigma[axis]!) * 0.5 + 0.5),
      ...variance.map((value, axis) => value / sigma[axis]! ** 2),
      ...[correlation(0, 1), correlation(0, 2), correlation(1, 2)].map((r) => r * 0.5 + 0.5),
      mass / total,
    ].map((value) => Math.min(Math.max(value, 0), 1));
  };
}
