/** Has a worker fetch and decode a brick, within the budgets, and counts what came of it. */
import type { Budget, Priority } from "../cache/budget.js";
import type { TierUse } from "../cache/ledger.js";
import { VoxelfeedError } from "../errors.js";
import { type Lives, LostWorker, newLives, type PoolWorker } from "../pool/pool-worker.js";
import {
  type BrickAddress,
  brickKey,
  type DiskCounters,
  type DiskSpace,
  type LoadReply,
} from "../pool/protocol.js";
import { Pace, pageSliceMs } from "../timing/slices.js";
import type { Spans } from "../timing/spans.js";
import type { Vec3 } from "../types.js";
import { createChunkReader } from "../zarr/chunks.js";
import { decodesInWasm } from "../zarr/codec-names.js";
import type { RegisteredArray } from "./arrays.js";
import type { BrickBooks } from "./brick-books.js";
import type { EngineCounters } from "./stats.js";
import { addLoadSpans } from "./worker-spans.js";

/** So many bricks are remembered to have been loaded; of others it is not known. */
const MAX_KNOWN = 2 ** 16;

/** What is loaded, and for whom. */
export interface BrickRequest {
  readonly array: RegisteredArray;
  readonly address: BrickAddress;
  readonly priority: Priority;
}

export class BrickLoader {
  readonly #pageReaders = new Map<number, ReturnType<typeof createChunkReader>>();
  readonly #disk = new Map<number, DiskCounters>();
  /** Loads that were lost with their worker, by brick. */
  readonly #lives = new Map<string, Lives>();
  /** Bricks whose chunk a worker did not come back from: nobody is to try them again. */
  readonly #undecodable = new Map<string, VoxelfeedError>();
  readonly #loaded = new Set<string>();
  #diskSpace: DiskSpace = { occupiedBytes: 0, maxBytes: 0 };
  #diskPeak = 0;
  #calls = 0;
  /** When reads begin, they ask for hundreds of bricks at once. */
  readonly #pace = new Pace(pageSliceMs);

  /** @param inflight bytes of the chunks that may be under way at once */
  constructor(
    readonly books: BrickBooks,
    readonly inflight: Budget,
    readonly counters: EngineCounters,
    readonly spans: Spans,
  ) {}

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

  /** @throws VoxelfeedError `decode` for a brick that a worker did not come back from */
  checkDecodable(key: string): void {
    const undecodable = this.#undecodable.get(key);
    if (undecodable !== undefined) throw undecodable;
  }

  /**
   * Loads a brick; then the books have it, or know that it is not stored.
   *
   * @param choose the worker that does it, asked when its turn has come
   */
  async load(
    { array, address, priority }: BrickRequest,
    choose: () => PoolWorker,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#pace.turn();
    signal.throwIfAborted();
    // A chunk larger than the whole budget goes alone.
    const share = Math.min(array.brickBytes, this.inflight.limit);
    const leave = await this.spans.queued("inflight", this.inflight.take(share, signal, priority));
    const worker = choose();
    const admission = this.books.admit(array.brickBytes);
    let slot = admission.slot;
    const key = brickKey(address);
    const call = this.#calls++;
    const cancel = (): void => worker.tell((api) => api.cancel(call));
    const lives = this.#lives.get(key) ?? newLives();
    if (decodesInWasm(array.level.array.codecs)) this.books.countCodec(worker, array.brickBytes);
    try {
      const encoded =
        array.store.spec === null
          ? await this.#readOnPage(array, address.brick, signal, priority)
          : undefined;
      signal.addEventListener("abort", cancel, { once: true });
      const buffers = encoded instanceof ArrayBuffer ? [encoded] : [];
      const isFirst = this.#isFirst(key);
      const loadCall = { call, address, encoded, priority, isFirst, slot: slot ?? undefined };
      const reply = await worker.load(loadCall, buffers, lives);
      this.#lives.delete(key);
      this.#count(worker, reply);
      const bytes = reply.missing ? 0 : array.brickBytes;
      addLoadSpans(this.spans, { worker: worker.id, brick: key, bytes }, reply, array.store.spec);
      if (reply.missing) this.books.addMissing(key);
      else {
        this.books.add(worker, key, array.brickBytes, slot);
        slot = null;
      }
    } catch (error) {
      if (!(error instanceof LostWorker)) {
        this.#lives.delete(key);
        throw error;
      }
      // For a moment a worker that is ended may still write.
      slot = null;
      if (error.load !== call) {
        this.#lives.set(key, lives);
        throw error;
      }
      const undecodable = stuckDecode(array, address.brick, error);
      this.#undecodable.set(key, undecodable);
      throw undecodable;
    } finally {
      signal.removeEventListener("abort", cancel);
      admission.end();
      if (slot !== null) this.books.spare.give(slot);
      leave();
    }
  }

  #isFirst(key: string): boolean {
    if (this.#loaded.size === MAX_KNOWN || this.#loaded.has(key)) return false;
    this.#loaded.add(key);
    return true;
  }

  #count(worker: PoolWorker, reply: LoadReply): void {
    const { counters } = this;
    if (reply.fromDisk) counters.diskHits++;
    else counters.chunkLoads++;
    counters.diskMs += reply.diskMs;
    this.#disk.set(worker.id, reply.disk.counters);
    this.books.countWrites(worker, reply.disk.queuedBytes);
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
