/**
 * Blocks of positions in shuffled order, some samples of each at a time, for locality.
 *
 * Each grid of positions is cut into blocks of nearly equal size, each block's positions are shuffled and dealt into
 * **lots** of `samplesPerBlock`, and the epoch takes the lots of all blocks in shuffled order. So a block is visited
 * as often as its size asks for, no position of a block comes twice before all of them came once, and after all
 * lots the next round begins. A block whose size is no multiple of `samplesPerBlock` fills its last lot from its
 * next round: positions are equally likely up to that part.
 *
 * Memory is O(number of grids), whatever the number of positions.
 */
import { map3 } from "../math/vec.js";
import type { PositionGrid } from "../plan/positions.js";
import type { Vec3 } from "../types.js";
import type { SampleOrder } from "./order.js";
import type { BlockShuffleSampler } from "./samplers.js";
import { epochRounds, partRounds, shuffledIndex } from "./shuffle.js";

/** Positions along each axis of a block by default: measured to share most chunks of a 64-voxel patch. */
const BLOCK_POSITIONS = 256;

const SAMPLES_PER_BLOCK = 32;

interface BlockedGrid {
  readonly grid: PositionGrid;
  /** Blocks along z, y, x. */
  readonly blocks: Vec3;
  readonly firstBlock: number;
  readonly firstLot: number;
  readonly lotsPerBlock: number;
}

export function blockShuffleOrder(
  sampler: BlockShuffleSampler,
  grids: readonly PositionGrid[],
  seed: number,
): SampleOrder {
  const { samplesPerBlock = SAMPLES_PER_BLOCK } = sampler;
  const blocked: BlockedGrid[] = [];
  let firstBlock = 0;
  let lots = 0;
  for (const grid of grids) {
    const { counts, step } = grid.positions;
    const size = map3((a) => {
      const wanted = sampler.blockNm === undefined ? BLOCK_POSITIONS : sampler.blockNm[a] / step[a];
      return Math.max(1, Math.round(wanted));
    });
    const blocks = map3((a) => Math.ceil(counts[a] / size[a]));
    const largest = map3((a) => Math.ceil(counts[a] / blocks[a]));
    const lotsPerBlock = Math.ceil((largest[0] * largest[1] * largest[2]) / samplesPerBlock);
    blocked.push({ grid, blocks, firstBlock, firstLot: lots, lotsPerBlock });
    firstBlock += blocks[0] * blocks[1] * blocks[2];
    lots += blocks[0] * blocks[1] * blocks[2] * lotsPerBlock;
  }
  return {
    index(epoch, position) {
      const visit = Math.floor(position / samplesPerBlock);
      const lot = shuffledIndex(lots, visit, epochRounds(seed, epoch));
      const at = blocked[blocked.findLastIndex(({ firstLot }) => firstLot <= lot)]!;
      const { grid, blocks, lotsPerBlock } = at;
      const block = Math.floor((lot - at.firstLot) / lotsPerBlock);
      const lotOfBlock = ((lot - at.firstLot) % lotsPerBlock) + Math.floor(visit / lots) * lotsPerBlock;
      const ordinal = lotOfBlock * samplesPerBlock + (position % samplesPerBlock);
      const { first, size } = blockBox(grid.positions.counts, blocks, block);
      const local = shuffledIndex(
        size[0] * size[1] * size[2],
        ordinal,
        partRounds(seed, epoch, at.firstBlock + block),
      );
      return grid.start + indexIn(grid.positions.counts, first, size, local);
    },
  };
}

/** Block number `block` (C order) of a grid cut as evenly as can be. */
function blockBox(counts: Vec3, blocks: Vec3, block: number): { readonly first: Vec3; readonly size: Vec3 } {
  const at = unravel(block, blocks);
  const edge = (a: 0 | 1 | 2, i: number): number => Math.floor((i * counts[a]) / blocks[a]);
  return {
    first: map3((a) => edge(a, at[a])),
    size: map3((a) => edge(a, at[a] + 1) - edge(a, at[a])),
  };
}

/** Index in the grid of position `local` of a box of it; all in C order. */
function indexIn(counts: Vec3, first: Vec3, size: Vec3, local: number): number {
  const [z, y, x] = unravel(local, size);
  return ((first[0] + z) * counts[1] + first[1] + y) * counts[2] + first[2] + x;
}

function unravel(index: number, [, ny, nx]: Vec3): Vec3 {
  return [Math.floor(index / (ny * nx)), Math.floor(index / nx) % ny, index % nx];
}
