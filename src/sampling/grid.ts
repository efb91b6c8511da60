/** Inference tiles in order: every voxel of every crop is in at least one tile. */
import type { Dataset } from "../dataset/dataset.js";
import { invalid } from "../options.js";

import type { Vec3 } from "../types.js";
import type { SampleOrder } from "./order.js";
import { tileSize } from "./patch-extent.js";
import type { GridSampler } from "./samplers.js";
import { type TiledGrid, tileAt, tileGrid } from "./tile-grid.js";

export interface GridOrder extends SampleOrder {
  /** Tiles of all grids. */
  readonly length: number;
}

/** @throws VoxelfeedError `invalid-option` when the overlap is not smaller than a tile */
export function gridOrder({ overlap = 0 }: GridSampler, dataset: Dataset): GridOrder {
  const shared: Vec3 = typeof overlap === "number" ? [overlap, overlap, overlap] : overlap;
  const tiled: (TiledGrid & { readonly first: number })[] = [];
  let length = 0;
  for (const grid of dataset.grids!) {
    const size = tileSize(dataset, grid);
    if (shared.some((voxels, a) => voxels >= size[a]! && grid.positions.counts[a]! > 1)) {
      throw invalid("sampler.overlap", `less than the tile's [${size.join(", ")}] voxels`, overlap);
    }
    // Along an axis with one position there is one tile, and nothing to share.
    const within = shared.map((voxels, a) => Math.min(voxels, size[a]! - 1)) as unknown as Vec3;
    const tiles = tileGrid(grid, size, within);
    tiled.push({ ...tiles, first: length });
    length += tiles.length;
  }
  const locate = (position: number) => {
    const at = tiled[tiled.findLastIndex(({ first }) => first <= position)]!;
    return tileAt(at, position - at.first);
  };
  return {
    length,
    index: (_, position) => locate(position).index,
    tile: (position) => locate(position).place,
  };
}
