/**
 * The books of the memory tier: which bricks are decoded, which workers know them, and room for more.
 *
 * Where the page is cross-origin isolated, a brick lies in a slot of memory that all workers share: it is there once, and
 * every worker is told where. Elsewhere it belongs to the worker that decoded it; another worker that needs it gets a
 * copy, which counts against the budget like any other brick.
 */
import type { Ledger } from "../cache/ledger.js";
import type { LimitReport } from "../cache/limits.js";
import { ByteLru } from "../cache/lru.js";
import type { PoolWorker } from "../pool/pool-worker.js";
import type { SpareMemory } from "./spare-memory.js";
import type { EngineCounters } from "./stats.js";

/** What the books keep for a brick that is known not to be stored. */
const MISSING_ENTRY_BYTES = 128;

interface Holding {
  readonly key: string;
  /** Where the brick lies; null where its one worker has it, and where nothing is stored. */
  readonly slot: SharedArrayBuffer | null;
  /** Who can render from it. */
  readonly workers: Set<PoolWorker>;
}

/** Room for a brick that is about to be decoded. */
export interface Admission {
  /** What it is to be written to; null where the worker makes memory of its own. */
  readonly slot: SharedArrayBuffer | null;
  /** Ends the admission: the brick is in the books by then, or will not come. */
  readonly end: () => void;
}

export class BrickBooks {
  readonly #lru = new ByteLru<Holding>();
  readonly #codecBytes = new Map<PoolWorker, number>();
  /** Of chunks that wait in a worker to be written to the disk. */
  readonly #writeBytes = new Map<PoolWorker, number>();
  #loadingBytes = 0;

  /**
   * @param ledger of all workers together
   * @param report told when bricks are evicted
   * @param isShared whether bricks lie in memory that all workers share
   */
  constructor(
    readonly ledger: Ledger,
    readonly spare: SpareMemory,
    readonly counters: EngineCounters,
    readonly report: LimitReport,
    readonly isShared: boolean,
  ) {}

  /** Changes the budget; bricks that are not pinned go until the rest fits. */
  resize(maxBytes: number): void {
    this.ledger.maxBytes = maxBytes;
    this.#makeRoom(0);
  }

  /** Makes room for what a worker needs to render; the returned function says that it is free again. */
  reserve(bytes: number): () => void {
    this.#makeRoom(bytes);
    this.ledger.add("rendering", bytes);
    return () => this.ledger.add("rendering", -bytes);
  }

  /** Strikes a worker that is gone off the books, with all that it alone held. */
  forget(worker: PoolWorker): void {
    this.#lru.deleteWhere(({ workers, slot }) => workers.delete(worker) && slot === null);
    this.#codecBytes.delete(worker);
    this.#writeBytes.delete(worker);
    this.#enter();
  }

  /** Whether a worker can render from a brick, or be told at once how to. */
  has(worker: PoolWorker, key: string): boolean {
    return this.#lru.has(this.#name(worker, key));
  }

  /** Keeps a brick that {@link has} tells of from eviction until {@link unpin} was called as often, and tells the worker of it. */
  pin(worker: PoolWorker, key: string): void {
    const name = this.#name(worker, key);
    const { slot, workers } = this.#lru.get(name)!;
    this.#lru.pin(name);
    if (slot === null || workers.has(worker)) return;
    worker.hold(key, slot);
    workers.add(worker);
  }

  unpin(worker: PoolWorker, key: string): void {
    this.#lru.unpin(this.#name(worker, key));
  }

  /** Whether a brick's chunk is known not to be stored. */
  isMissing(key: string): boolean {
    return this.#lru.get(`missing/${key}`) !== undefined;
  }

  addMissing(key: string): void {
    this.#add(`missing/${key}`, { key, slot: null, workers: new Set() }, MISSING_ENTRY_BYTES);
  }

  /** Takes a brick into the books that a worker holds now, in place of its admission. */
  add(worker: PoolWorker, key: string, bytes: number, slot: SharedArrayBuffer | null): void {
    this.#add(this.#name(worker, key), { key, slot, workers: new Set([worker]) }, bytes);
  }

  /** Makes room for a brick before anything is allocated. */
  admit(bytes: number): Admission {
    this.#makeRoom(bytes);
    const slot = this.isShared ? (this.spare.takeShared(bytes) ?? new SharedArrayBuffer(bytes)) : null;
    this.#loadingBytes += bytes;
    this.#enter();
    const end = (): void => {
      this.#loadingBytes -= bytes;
      this.#enter();
    };
    return { slot, end };
  }

  /** A codec in wasm keeps the memory of the largest chunk that it has decoded; as stored it is counted in flight. */
  countCodec(worker: PoolWorker, bytes: number): void {
    const known = this.#codecBytes.get(worker) ?? 0;
    if (bytes <= known) return;
    this.#makeRoom(bytes - known);
    this.#codecBytes.set(worker, bytes);
    this.#enter();
  }

  /** Chunks that wait in a worker to be written to the disk; it was told how many may. */
  countWrites(worker: PoolWorker, bytes: number): void {
    if (worker.isGone) return;
    this.#makeRoom(Math.max(0, bytes - (this.#writeBytes.get(worker) ?? 0)));
    this.#writeBytes.set(worker, bytes);
    this.#enter();
  }

  /** Evicts bricks that are not pinned, those used least recently first, until `bytes` more fit. */
  #makeRoom(bytes: number): void {
    while (this.#lru.bytes + this.#loadingBytes + bytes > this.ledger.roomFor("bricks")) {
      const evicted = this.#lru.evict();
      if (evicted === undefined) break;
      this.report("evict", bytes);
      const { workers, key, slot } = evicted.value;
      for (const worker of workers) worker.drop(key);
      if (workers.size > 0) this.counters.evictedBricks++;
      this.#enter();
      // What nobody pins nobody reads: whose read was aborted waits for its worker all the same.
      if (slot !== null) this.spare.give(slot);
    }
    this.#enter();
  }

  #enter(): void {
    this.ledger.enter("codecs", sumOf(this.#codecBytes));
    this.ledger.enter("writes", sumOf(this.#writeBytes));
    this.ledger.enter("bricks", this.#lru.bytes + this.#loadingBytes);
  }

  #add(name: string, holding: Holding, bytes: number): void {
    if (!this.#lru.has(name)) this.#lru.add(name, holding, bytes);
  }

  #name(worker: PoolWorker, key: string): string {
    return this.isShared ? key : `${worker.id}/${key}`;
  }
}

function sumOf(bytesBy: ReadonlyMap<PoolWorker, number>): number {
  return [...bytesBy.values()].reduce((sum, bytes) => sum + bytes, 0);
}
