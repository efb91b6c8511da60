/**
 * Which worker holds which decoded brick: the memory tier.
 *
 * The bytes stay in the workers; the page keeps the books. A brick is fetched and decoded once, by one worker;
 * another worker that needs it gets a copy, which counts against the budget like any other brick.
 *
 * A brick at a worker is in one of these states: *absent* → *loading* (its bytes are admitted, the load may be
 * shared or cancelled) → *held* → *pinned* while a read uses it → *held* → *evicted*, least recently used first.
 */
import { transfer } from "comlink";
import type { Budget, Priority } from "../cache/budget.js";
import type { Ledger, TierUse } from "../cache/ledger.js";
import type { LimitReport } from "../cache/limits.js";
import { ByteLru } from "../cache/lru.js";
import { VoxelfeedError } from "../errors.js";
import type { WorkerPool } from "../pool/pool.js";
import { type Lives, LostWorker, newLives, type PoolWorker } from "../pool/pool-worker.js";
import {
  type BrickAddress,
  type BrickCopy,
  brickKey,
  type DiskCounters,
  type DiskSpace,
  type LoadReply,
} from "../pool/protocol.js";
import type { Spans } from "../timing/spans.js";
import type { Vec3 } from "../types.js";
import { createChunkReader } from "../zarr/chunks.js";
import { decodesInWasm } from "../zarr/codec-names.js";
import type { RegisteredArray } from "./arrays.js";
import { SharedLoads } from "./loads.js";
import type { EngineCounters } from "./stats.js";
import { addLoadSpans } from "./worker-spans.js";

/** What the books keep for a brick that is known not to be stored. */
const MISSING_ENTRY_BYTES = 128;

interface Holding {
  readonly worker: PoolWorker | null;
  readonly key: string;
}

export class BrickDirectory {
  readonly #lru = new ByteLru<Holding>();
  readonly #loads = new SharedLoads();
  readonly #pageReaders = new Map<number, ReturnType<typeof createChunkReader>>();
  readonly #disk = new Map<number, DiskCounters>();
  /** Loads that were lost with their worker, by brick. */
  readonly #lives = new Map<string, Lives>();
  /** Bricks whose chunk a worker did not come back from: nobody is to try them again. */
  readonly #undecodable = new Map<string, VoxelfeedError>();
  readonly #codecBytes = new Map<PoolWorker, number>();
  #diskSpace: DiskSpace = { occupiedBytes: 0, maxBytes: 0 };
  #diskPeak = 0;
  #loadingBytes = 0;
  #calls = 0;

  /**
   * @param ledger of all workers together
   * @param inflight bytes of the chunks that may be under way at once
   * @param report told when bricks are evicted
   */
  constructor(
    readonly pool: WorkerPool,
    readonly ledger: Ledger,
    readonly inflight: Budget,
    readonly counters: EngineCounters,
    readonly report: LimitReport,
    readonly spans: Spans,
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

  /** What the disk tier of all workers did, as far as they have told. */
  get disk(): DiskCounters {
    const all = [...this.#disk.values()];
    const sum = (of: keyof DiskCounters): number => all.reduce((total, counters) => total + counters[of], 0);
    return { writes: sum("writes"), faults: sum("faults") };
  }

  /** The disk tier of all pages of the origin, as the worker that looked at it last has told. */
  get diskUse(): TierUse {
    const { occupiedBytes: bytes, maxBytes } = this.#diskSpace;
    return { bytes, peakBytes: this.#diskPeak, maxBytes, parts: { segments: bytes } };
  }

  /** Strikes a worker that is gone off the books, with all that it held. */
  forget(worker: PoolWorker): void {
    this.#lru.deleteWhere((holding) => holding.worker === worker);
    this.#codecBytes.delete(worker);
    this.#enter();
  }

  /** The worker for a task that needs these bricks: most of them held, fewest tasks waiting. */
  bestWorker(workers: readonly PoolWorker[], keys: readonly string[]): PoolWorker {
    const score = (worker: PoolWorker): number => {
      const held = keys.reduce((sum, key) => sum + (this.#lru.has(slot(worker, key)) ? 1 : 0), 0);
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
      const undecodable = this.#undecodable.get(key);
      if (undecodable !== undefined) throw undecodable;
      if (this.isMissing(key)) return false;
      if (this.#lru.has(slot(worker, key))) {
        this.#lru.get(slot(worker, key));
        this.#lru.pin(slot(worker, key));
        if (turn === 0) this.counters.memoryHits++;
        return true;
      }
      const holder = this.#holder(key);
      try {
        if (holder !== undefined) {
          const share = () => this.#share(holder, worker, array, key, lives);
          await this.#loads.join(slot(worker, key), share, signal);
        } else {
          const load = (shared: AbortSignal) => this.#load(worker, array, address, shared, priority);
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
    return this.#lru.get(`missing/${key}`) !== undefined;
  }

  unpin(worker: PoolWorker, key: string): void {
    this.#lru.unpin(slot(worker, key));
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
      (workers) => this.#holder(key) ?? leastBusy(workers),
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

  #holder(key: string): PoolWorker | undefined {
    return this.pool.live.find((worker) => this.#lru.has(slot(worker, key)));
  }

  async #load(
    worker: PoolWorker,
    array: RegisteredArray,
    address: BrickAddress,
    signal: AbortSignal,
    priority: Priority,
  ) {
    // A chunk larger than the whole budget goes alone.
    const share = Math.min(array.brickBytes, this.inflight.limit);
    const leave = await this.spans.queued("inflight", this.inflight.take(share, signal, priority));
    const admitted = this.#admit(array.brickBytes);
    const key = brickKey(address);
    const call = this.#calls++;
    const cancel = (): void => worker.tell((api) => api.cancel(call));
    const lives = this.#lives.get(key) ?? newLives();
    this.#countCodec(worker, array);
    try {
      const encoded =
        array.store.spec === null
          ? await this.#readOnPage(array, address.brick, signal, priority)
          : undefined;
      signal.addEventListener("abort", cancel, { once: true });
      const buffers = encoded instanceof ArrayBuffer ? [encoded] : [];
      const reply = await worker.load({ call, address, encoded, priority }, buffers, lives);
      this.#lives.delete(key);
      this.#count(worker, reply);
      const bytes = reply.missing ? 0 : array.brickBytes;
      addLoadSpans(this.spans, { worker: worker.id, brick: key, bytes }, reply, array.store.spec);
      if (reply.missing) this.#note(`missing/${key}`, { worker: null, key }, MISSING_ENTRY_BYTES);
      else this.#note(slot(worker, key), { worker, key }, array.brickBytes);
    } catch (error) {
      if (!(error instanceof LostWorker)) {
        this.#lives.delete(key);
        throw error;
      }
      if (error.load !== call) {
        this.#lives.set(key, lives);
        throw error;
      }
      const undecodable = stuckDecode(array, address.brick, error);
      this.#undecodable.set(key, undecodable);
      throw undecodable;
    } finally {
      signal.removeEventListener("abort", cancel);
      admitted();
      leave();
    }
  }

  #count(worker: PoolWorker, reply: LoadReply): void {
    const { counters } = this;
    if (reply.fromDisk) counters.diskHits++;
    else counters.chunkLoads++;
    counters.diskMs += reply.diskMs;
    this.#disk.set(worker.id, reply.disk.counters);
    this.#diskSpace = reply.disk.space;
    this.#diskPeak = Math.max(this.#diskPeak, reply.disk.space.occupiedBytes);
    counters.encodedBytes += reply.encodedBytes;
    counters.readMs += reply.readMs;
    counters.decodeMs += reply.decodeMs;
    if (reply.missing) counters.missingChunks++;
    if (reply.unverified) counters.unverifiedChunks++;
  }

  /** Custom stores and those with a `fetch` of their own live on the page: it reads, the worker decodes. The store's own bytes are never detached. */
  async #readOnPage(
    array: RegisteredArray,
    brick: Vec3,
    signal: AbortSignal,
    priority: Priority,
  ): Promise<ArrayBuffer | null> {
    const known = this.#pageReaders.get(array.id);
    const read = known ?? createChunkReader(array.store, array.level.array);
    if (known === undefined) this.#pageReaders.set(array.id, read);
    const startMs = performance.now();
    const bytes = await read(brick, { signal, priority });
    const ms = performance.now() - startMs;
    this.spans.add({ stage: "fetch", startMs, ms, bytes: bytes?.byteLength ?? 0, parts: { body: ms } });
    return bytes === undefined ? null : bytes.slice().buffer;
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
    const admitted = this.#admit(array.brickBytes);
    try {
      const { bytes } = (await copied)[0]!;
      to.checkAlive();
      to.tell((api) => api.hold(transfer([[key, bytes]], [bytes])));
      this.#note(slot(to, key), { worker: to, key }, array.brickBytes);
      this.counters.sharedBricks++;
    } finally {
      admitted();
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

  /** Makes room before anything is allocated; the returned function ends the admission. */
  #admit(bytes: number): () => void {
    this.#makeRoom(bytes);
    this.#loadingBytes += bytes;
    this.#enter();
    return () => {
      this.#loadingBytes -= bytes;
      this.#enter();
    };
  }

  /** Evicts bricks that are not pinned, those used least recently first, until `bytes` more fit. */
  #makeRoom(bytes: number): void {
    while (this.#lru.bytes + this.#loadingBytes + bytes > this.ledger.roomFor("bricks")) {
      const evicted = this.#lru.evict();
      if (evicted === undefined) break;
      this.report("evict", bytes);
      const { worker, key } = evicted.value;
      worker?.tell((api) => api.drop([key]));
      if (worker !== null) this.counters.evictedBricks++;
    }
    this.#enter();
  }

  #enter(): void {
    const codecs = [...this.#codecBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.ledger.enter("codecs", codecs);
    this.ledger.enter("bricks", this.#lru.bytes + this.#loadingBytes);
  }

  /** A codec in wasm keeps the memory of the largest chunk that it has decoded; as stored it is counted in flight. */
  #countCodec(worker: PoolWorker, array: RegisteredArray): void {
    const bytes = decodesInWasm(array.level.array.codecs) ? array.brickBytes : 0;
    const known = this.#codecBytes.get(worker) ?? 0;
    if (bytes <= known) return;
    this.#makeRoom(bytes - known);
    this.#codecBytes.set(worker, bytes);
    this.#enter();
  }

  /** Takes a brick that is loaded into the books, in place of its admission. */
  #note(name: string, holding: Holding, bytes: number): void {
    if (!this.#lru.has(name)) this.#lru.add(name, holding, bytes);
  }
}

function slot(worker: PoolWorker, key: string): string {
  return `${worker.id}/${key}`;
}

function leastBusy(workers: readonly PoolWorker[]): PoolWorker {
  return workers.reduce((best, worker) => (worker.tasks < best.tasks ? worker : best));
}

function stuckDecode({ store, level }: RegisteredArray, brick: Vec3, cause: LostWorker): VoxelfeedError {
  const { path: array, level: levelIndex } = level.array;
  const message = `The chunk is damaged, or its codec is far too slow. ${cause.message}`;
  return new VoxelfeedError("decode", message, {
    url: store.url,
    array,
    level: levelIndex,
    chunk: brick,
    cause,
  });
}
