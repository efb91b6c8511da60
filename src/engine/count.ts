/** Counts the voxels of a label image, brick by brick, in the workers. */
import type { Budget } from "../cache/budget.js";
import type { LabelCounts } from "../cpu/count.js";
import { map3 } from "../math/vec.js";
import type { LabelCodes } from "../plan/reads.js";
import { brickKey } from "../pool/protocol.js";
import type { Vec3 } from "../types.js";
import type { ArrayRegistry, RegisteredArray, StoredImage } from "./arrays.js";
import type { BrickDirectory } from "./directory.js";

/** Bricks asked for at once, per worker: the next is fetched while one is counted. */
const BRICKS_PER_WORKER = 4;

export interface CountOptions {
  /** Index of the pyramid level. Default 0, the finest. */
  readonly level?: number;
  readonly codes: LabelCodes;
  /** Shape of the cells to count apart, in voxels. Default: a whole brick. */
  readonly cell?: Vec3;
  readonly signal?: AbortSignal;
  /** Told after each brick, in no particular order; cells that bricks share are told once per brick. */
  readonly onBrick: (counts: LabelCounts, done: number, total: number) => void;
}

/** Counts every voxel of a level once. Bricks pass through the memory tier like those of any read. */
export class LabelCounter {
  constructor(
    readonly arrays: ArrayRegistry,
    readonly directory: BrickDirectory,
    readonly admission: Budget,
  ) {}

  /** @throws what reading throws; the signal's reason on abort */
  async count(image: StoredImage, { level = 0, codes, cell, signal, onBrick }: CountOptions): Promise<void> {
    const array = this.arrays.register(image, level);
    const { shape, brickShape } = array.level;
    const grid = map3((axis) => Math.ceil(shape[axis] / brickShape[axis]));
    const total = grid[0] * grid[1] * grid[2];
    let next = 0;
    let done = 0;
    const run = async (): Promise<void> => {
      while (next < total) {
        const entry = next++;
        const brick: Vec3 = [
          Math.floor(entry / (grid[1] * grid[2])),
          Math.floor(entry / grid[2]) % grid[1],
          entry % grid[2],
        ];
        const counts = await this.#countBrick(array, brick, codes, cell ?? brickShape, signal);
        signal?.throwIfAborted();
        onBrick(counts, ++done, total);
      }
    };
    const lanes = Math.min(total, this.directory.pool.size * BRICKS_PER_WORKER);
    const outcomes = await Promise.allSettled(
      Array.from({ length: lanes }, () =>
        run().catch((error: unknown) => {
          // One failure ends the count; the other lanes stop after their brick.
          next = total;
          throw error;
        }),
      ),
    );
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #countBrick(
    array: RegisteredArray,
    brick: Vec3,
    codes: LabelCodes,
    cell: Vec3,
    signal?: AbortSignal,
  ): Promise<LabelCounts> {
    const { brickDType: dtype, brickShape, shape } = array.level;
    const key = brickKey({ array: array.id, brick });
    const first = map3((axis) => brick[axis] * brickShape[axis]);
    const to = map3((axis) => Math.min(brickShape[axis], shape[axis] - first[axis]));
    const request = { dtype, brickShape, first, from: [0, 0, 0] as Vec3, to, codes, cell };
    const release = await this.admission.take(array.brickBytes, signal);
    try {
      return await this.directory.pool.withWorker(
        (workers) => this.directory.bestWorker(workers, [key]),
        async (worker, lives) => {
          let held = false;
          try {
            held = await this.directory.pin(worker, array, brick, signal, "background");
            // A chunk that is not stored is fill value; the worker counts it like any other.
            const fill = held ? null : array.level.array.fillBytes;
            return await worker.call((api) => api.count({ key, fill, request }), lives);
          } finally {
            if (held) this.directory.unpin(worker, key);
          }
        },
        signal,
      );
    } finally {
      release();
    }
  }
}
