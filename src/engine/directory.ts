/**
 * Where the decoded bricks are, and who loads one that is nowhere: a brick is fetched and decoded once, by one worker,
 * whoever asks. The bytes stay in the workers, or in memory that they share; the page keeps the books.
 *
 * A brick is in one of these states: *absent* → *loading* (its bytes are admitted, the load may be shared or
 * cancelled) → *held* → *pinned* while a read uses it → *held* → *evicted*, least recently used first.
 */
import type { Priority } from "../cache/budget.js";
import type { WorkerPool } from "../pool/pool.js";
import { type Lives, LostWorker, newLives, type PoolWorker } from "../pool/pool-worker.js";
import { type BrickAddress, type BrickCopy, brickKey } from "../pool/protocol.js";
import type { Spans } from "../timing/spans.js";
import type { Vec3 } from "../types.js";
import type { RegisteredArray } from "./arrays.js";
import type { BrickBooks } from "./brick-books.js";
import type { BrickLoader } from "./brick-loader.js";
import { SharedLoads } from "./loads.js";
import type { EngineCounters } from "./stats.js";

export class BrickDirectory {
  readonly #loads = new SharedLoads();

  constructor(
    readonly pool: WorkerPool,
    readonly books: BrickBooks,
    readonly loader: BrickLoader,
    readonly counters: EngineCounters,
    readonly spans: Spans,
  ) {}

  /** The worker for a task that needs these bricks: most of them held, fewest tasks waiting. */
  bestWorker(workers: readonly PoolWorker[], keys: readonly string[]): PoolWorker {
    const score = (worker: PoolWorker): number => {
      const held = keys.reduce((sum, key) => sum + (this.books.has(worker, key) ? 1 : 0), 0);
      return held / Math.max(keys.length, 1) - worker.tasks / 2;
    };
    const scored = workers.map((worker) => ({ worker, score: score(worker) }));
    return scored.reduce((best, other) => (other.score > best.score ? other : best)).worker;
  }

  /**
   * Makes a worker hold a brick and pins it there. The caller must have been admitted for its bytes.
   *
   * @returns false when the chunk is not stored: the brick is fill value and nothing is pinned
   * @throws LostWorker when this worker is gone
   */
  async pin(
    worker: PoolWorker,
    array: RegisteredArray,
    brick: Vec3,
    signal?: AbortSignal,
    priority: Priority = "training",
  ): Promise<boolean> {
    const address: BrickAddress = { array: array.id, brick };
    const key = brickKey(address);
    const lives = newLives();
    for (let turn = 0; ; turn++) {
      this.loader.checkDecodable(key);
      if (this.books.isMissing(key)) return false;
      worker.checkAlive();
      if (this.books.has(worker, key)) {
        this.books.pin(worker, key);
        if (turn === 0) this.counters.memoryHits++;
        return true;
      }
      const holder = this.#holder(key);
      try {
        if (holder !== undefined) {
          const share = () => this.#share(holder, worker, array, key, lives);
          await this.#loads.join(`${worker.id}/${key}`, share, signal);
        } else {
          const choose = () => this.#loaderOf(array, worker);
          const load = (shared: AbortSignal) =>
            this.loader.load({ array, address, priority }, choose, shared);
          await this.#loads.join(key, load, signal);
        }
      } catch (error) {
        // Where another worker was lost that had it, or was loading it for someone else, this one goes on.
        if (!(error instanceof LostWorker) || worker.isGone) throw error;
      }
    }
  }

  /** Whether a brick's chunk is known not to be stored. */
  isMissing(key: string): boolean {
    return this.books.isMissing(key);
  }

  unpin(worker: PoolWorker, key: string): void {
    this.books.unpin(worker, key);
  }

  /**
   * A copy of a brick's bytes for the GPU; null when the chunk is not stored.
   * The caller must have been admitted for the brick's bytes and owns the copy.
   */
  async copy(
    array: RegisteredArray,
    brick: Vec3,
    signal?: AbortSignal,
    priority?: Priority,
  ): Promise<BrickCopy | null> {
    const key = brickKey({ array: array.id, brick });
    return await this.pool.withWorker(
      (workers) => this.#holder(key) ?? this.bestWorker(workers, []),
      async (worker, lives) => {
        if (!(await this.pin(worker, array, brick, signal, priority))) return null;
        try {
          return (await this.#moved(worker, key, lives))[0]!;
        } finally {
          this.unpin(worker, key);
        }
      },
      signal,
    );
  }

  /** Who loads a brick for a worker: anyone where all can have it, but one worker those of a shard that are asked for together. */
  #loaderOf({ level }: RegisteredArray, worker: PoolWorker): PoolWorker {
    const isFree = this.books.isShared && level.array.shard === undefined;
    return isFree ? fewestLoads(this.pool.started, worker) : worker;
  }

  /** Who a brick must be copied from; nobody where all can have it. */
  #holder(key: string): PoolWorker | undefined {
    if (this.books.isShared) return undefined;
    return this.pool.live.find((worker) => this.books.has(worker, key));
  }

  async #share(
    from: PoolWorker,
    to: PoolWorker,
    array: RegisteredArray,
    key: string,
    lives: Lives,
  ): Promise<void> {
    // No pin: messages keep their order, so the copy is made before an eviction could drop the original.
    const copied = this.#moved(from, key, lives);
    const admission = this.books.admit(array.brickBytes);
    try {
      const { bytes } = (await copied)[0]!;
      to.checkAlive();
      to.hold(key, bytes);
      this.books.add(to, key, array.brickBytes, null);
      this.counters.sharedBricks++;
    } finally {
      admission.end();
    }
  }

  /** A copy of a brick that a worker holds, moved to the page. */
  async #moved(worker: PoolWorker, key: string, lives: Lives): Promise<BrickCopy[]> {
    const startMs = performance.now();
    const copies = await worker.call((api) => api.copy([key]), lives);
    const bytes = copies.reduce((sum, copy) => sum + copy.bytes.byteLength, 0);
    this.spans.add({ stage: "transfer", startMs, ms: performance.now() - startMs, bytes, brick: key });
    return copies;
  }
}

/** Loads are spread, wherever what they load is rendered. */
function fewestLoads(workers: readonly PoolWorker[], first: PoolWorker): PoolWorker {
  return workers.reduce((best, worker) => (worker.loads < best.loads ? worker : best), first);
}
