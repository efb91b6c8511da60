/** The order of an epoch: what a sampler becomes for one dataset and seed. */
import type { TilePlace } from "../dataset/sample.js";

/** A pure function of (epoch, position in the epoch). */
export interface SampleOrder {
  /** Index in the dataset of the epoch's sample number `position`. */
  index(epoch: number, position: number): number;
  /** Of inference tiles: the place of the sample in the grid, and what it shares with the tiles before it. */
  tile?(position: number): TilePlace;
}
