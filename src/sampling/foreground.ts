/**
 * Positions at which a class fills at least a given part of the target patch.
 *
 * All candidates are looked up once, row by row, and how many of each row are eligible is kept. A draw is then
 * one of the eligible ones, all equally likely, found in its row: nothing is rejected, however rare the class.
 *
 * The guarantee holds for the patch as it is before any turn, with nearest reads of the target. No sample is ever taken
 * where there is less. Where the crops that annotate a class have more than {@link MAX_CELLS} target voxels together,
 * several voxels share a cell and only cells that lie wholly in a patch count, so that some patches near
 * `minFraction` are passed over; of more than {@link MAX_CANDIDATES} positions, every n-th along each axis is a candidate.
 */
import type { Dataset } from "../dataset/dataset.js";
import { VoxelfeedError } from "../errors.js";
import { sampleDraws, streams } from "../math/rng.js";
import { elementCount, map3 } from "../math/vec.js";
import type { PositionGrid } from "../plan/positions.js";
import type { Vec3 } from "../types.js";
import { ClassIndex } from "./class-index.js";
import { countLattice, type TargetLattice } from "./lattice-counts.js";
import type { SampleOrder } from "./order.js";
import { PageTurns } from "./page-turns.js";
import { worldPatches } from "./patch-extent.js";
import type { Preparation } from "./preparation.js";
import type { ForegroundSampler } from "./samplers.js";

/** Cells of all crops of a class: 64 MiB of sums. */
const MAX_CELLS = 2 ** 24;
const MAX_CANDIDATES = 2 ** 24;

/** One grid of positions with its index of one class. */
interface IndexedGrid {
  readonly grid: PositionGrid;
  readonly index: ClassIndex;
  /** Present voxels that a patch needs. */
  readonly needed: number;
}

/** @throws VoxelfeedError `empty-selection` with the best patch there is; what reading throws */
export async function foregroundOrder(
  sampler: ForegroundSampler,
  dataset: Dataset,
  seed: number,
  { engine, signal, onProgress }: Preparation,
): Promise<SampleOrder> {
  const { classes, minFraction } = sampler;
  const eligible: EligiblePositions[] = [];
  for (const [i, name] of classes.entries()) {
    const progress = (done: number): void => onProgress((i + done) / classes.length);
    const grids = await indexClass(name, sampler, dataset, { engine, signal, onProgress: progress });
    eligible.push(await EligiblePositions.find(name, minFraction, grids, signal));
  }
  return {
    index(epoch, position) {
      const draw = sampleDraws(seed, epoch, position, streams.position);
      const ofClass = eligible[Math.floor(draw() * eligible.length)]!;
      return ofClass.at(Math.floor(draw() * ofClass.length));
    },
  };
}

async function indexClass(
  name: string,
  { array, minFraction }: ForegroundSampler,
  dataset: Dataset,
  { engine, signal, onProgress }: Preparation,
): Promise<IndexedGrid[]> {
  const target = array ?? dataset.arrays.find(({ role }) => role === "target")!.spec.name;
  const lattices = dataset.grids!.flatMap((grid) => {
    const lattice = targetLattice(dataset, grid, target, name);
    return lattice === null ? [] : [{ grid, lattice }];
  });
  const points = lattices.reduce((sum, { lattice }) => sum + elementCount(lattice.shape), 0);
  let edge = 1;
  while (points / edge ** 3 > MAX_CELLS) edge *= 2;
  const indexed: IndexedGrid[] = [];
  for (const { grid, lattice } of lattices) {
    // Crop by crop, so that what is under way stays bounded however many there are.
    const progress = (done: number): void => onProgress((indexed.length + done) / lattices.length);
    const cells = await countLattice(lattice, edge, { engine, signal, onProgress: progress });
    const index = await ClassIndex.build(cells, lattice, new PageTurns(signal));
    indexed.push({ grid, index, needed: Math.ceil(minFraction * index.patchVoxels - 1e-9) });
  }
  return indexed;
}

/** The lattice of a target's patches in a grid; null where the class is not annotated. */
export function targetLattice(
  dataset: Dataset,
  grid: PositionGrid,
  target: string,
  name: string,
): TargetLattice | null {
  const { channels } = dataset.arrays.find(({ spec }) => spec.name === target)!;
  const read = dataset.plan(grid.start).reads[target]![channels.indexOf(name)] ?? null;
  if (read === null) return null;
  const { shape: patch, scale } = worldPatches(dataset, grid).find((each) => each.name === target)!;
  const { counts: positions, step } = grid.positions;
  const stride = map3((a) => step[a] / scale[a]);
  const shape = map3((a) => Math.round((positions[a] - 1) * stride[a]) + patch[a]);
  return { read, shape, patch, stride, positions };
}

/** The positions of one class that hold enough of it, by rank. */
class EligiblePositions {
  readonly length: number;

  private constructor(
    readonly grids: readonly IndexedGrid[],
    /** Every n-th position is a candidate. */
    readonly stride: number,
    /** Eligible positions up to and with each row, through all grids. */
    readonly sums: Float64Array,
    /** First row of each grid. */
    readonly firstRows: readonly number[],
  ) {
    this.length = sums.at(-1) ?? 0;
  }

  static async find(
    name: string,
    minFraction: number,
    grids: readonly IndexedGrid[],
    signal: AbortSignal,
  ): Promise<EligiblePositions> {
    const positions = grids.reduce((sum, { grid }) => sum + grid.positions.length, 0);
    const stride = Math.max(1, Math.ceil(Math.cbrt(positions / MAX_CANDIDATES)));
    const rows = grids.map(({ grid }) => candidates(grid, stride)).map(([z, y]) => z * y);
    const firstRows = rows.map((_, i) => rows.slice(0, i).reduce((sum, n) => sum + n, 0));
    const sums = new Float64Array(rows.reduce((sum, n) => sum + n, 0));
    let found = 0;
    let best = 0;
    const turns = new PageTurns(signal);
    for (const [i, { grid, index, needed }] of grids.entries()) {
      const [, ny, nx] = candidates(grid, stride);
      const row = new Uint32Array(nx);
      for (let r = 0; r < rows[i]!; r++) {
        index.row(Math.floor(r / ny) * stride, (r % ny) * stride, stride, row);
        let most = 0;
        for (let x = 0; x < nx; x++) {
          if (row[x]! >= needed) found++;
          if (row[x]! > most) most = row[x]!;
        }
        sums[firstRows[i]! + r] = found;
        best = Math.max(best, most / index.patchVoxels);
        if (turns.isOver) await turns.next();
      }
    }
    if (found === 0) throw nothingFound(name, minFraction, grids.length, best);
    return new EligiblePositions(grids, stride, sums, firstRows);
  }

  /** The dataset index of number `rank`. */
  at(rank: number): number {
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sums[middle]! > rank) high = middle;
      else low = middle + 1;
    }
    const number = this.firstRows.findLastIndex((first) => first <= low);
    const { grid, index, needed } = this.grids[number]!;
    const { stride } = this;
    const [, ny, nx] = candidates(grid, stride);
    const z = Math.floor((low - this.firstRows[number]!) / ny) * stride;
    const y = ((low - this.firstRows[number]!) % ny) * stride;
    const row = new Uint32Array(nx);
    index.row(z, y, stride, row);
    let left = rank - (this.sums[low - 1] ?? 0);
    const x = row.findIndex((count) => count >= needed && left-- === 0) * stride;
    const { counts } = grid.positions;
    return grid.start + (z * counts[1] + y) * counts[2] + x;
  }
}

/** Candidates along each axis. */
function candidates({ positions }: PositionGrid, stride: number): Vec3 {
  return map3((a) => Math.ceil(positions.counts[a] / stride));
}

function nothingFound(name: string, minFraction: number, crops: number, best: number): VoxelfeedError {
  const percent = (part: number): string => `${Number((part * 100).toPrecision(3))} %`;
  const found =
    crops === 0
      ? "no crop annotates it"
      : `the fullest patch of ${crops} annotated crop${crops === 1 ? "" : "s"} holds ${percent(best)}`;
  return new VoxelfeedError(
    "empty-selection",
    `No patch holds ${percent(minFraction)} of class "${name}": ${found}. Lower sampler.minFraction, leave the class ` +
      "out, or add crops that hold more of it.",
    { path: "sampler.minFraction" },
  );
}
