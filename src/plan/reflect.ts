/** The mirror images that a volume has of itself beyond its faces. */

/** Voxels `first` to `last` of an axis, both included. */
export interface VoxelRun {
  readonly first: number;
  readonly last: number;
}

/** The voxel that index `i` shows when an axis of `n` voxels goes on as its mirror image: d c b a | a b c d | d c b a. */
export function reflectIndex(i: number, n: number): number {
  const within = ((i % (2 * n)) + 2 * n) % (2 * n);
  return within < n ? within : 2 * n - 1 - within;
}

/** All images of a run within `low ≤ i ≤ high` of the reflected axis, the run itself among them when it is there. */
export function imagesOf(run: VoxelRun, n: number, low: number, high: number): VoxelRun[] {
  const images: VoxelRun[] = [];
  for (let period = Math.floor(low / (2 * n)); period <= Math.floor(high / (2 * n)); period++) {
    const shift = 2 * n * period;
    for (const { first, last } of [run, { first: 2 * n - 1 - run.last, last: 2 * n - 1 - run.first }]) {
      if (first + shift <= high && last + shift >= low)
        images.push({ first: first + shift, last: last + shift });
    }
  }
  return images;
}

/** The voxels, from the lowest to the highest, that a run beyond the faces shows: the nearest ones, or mirror images. */
export function shownVoxels({ first, last }: VoxelRun, n: number, reflect: boolean): VoxelRun {
  const clamp = (i: number): number => Math.min(Math.max(i, 0), n - 1);
  if (!reflect) return { first: clamp(first), last: clamp(last) };
  if (last - first >= 2 * n) return { first: 0, last: n - 1 };
  let [low, high] = [n - 1, 0];
  for (let i = first; i <= last; i++) {
    const shown = reflectIndex(i, n);
    low = Math.min(low, shown);
    high = Math.max(high, shown);
  }
  return { first: low, last: high };
}
