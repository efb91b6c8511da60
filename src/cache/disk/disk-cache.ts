/**
 * The disk tier: chunks that outlive the page, shared by all workers of all tabs of an origin.
 *
 * Reads are checked against a versioned header (key, version, length, crc32c) and are a miss where anything
 * differs. Writes wait in a queue of bounded size, and go out in batches of up to 16, behind what the page waits for.
 * A fault of the disk makes this tier a miss: slower, never wrong, never an error.
 */
import { delMany, setMany, type UseStore } from "idb-keyval";
import { type DiskGround, leaveGround, openGround } from "./ground.js";
import { type CachedArray, KnownArrays } from "./known-arrays.js";
import { Lookups } from "./lookups.js";
import { Patience } from "./patience.js";
import { openRecordStore, type PayloadStore, slabStore } from "./payload.js";
import { encodeHead, isRecord, type RecordHead, type RecordKind } from "./record.js";
import { chunkPrefix, ensureTable, type IndexEntry, Segments, withTableLock } from "./segments.js";
import { WriteQueue, type Writing } from "./write-queue.js";

/** A chunk found on the disk. The caller owns the bytes, which fill their buffer. */
export interface DiskHit {
  readonly kind: RecordKind;
  readonly bytes: Uint8Array;
  readonly objectVersion: string;
}

interface ChunkEntry extends IndexEntry {
  readonly kind: RecordKind;
  readonly version: string;
  readonly objectVersion: string;
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

interface Write {
  readonly array: CachedArray;
  readonly chunk: string;
  readonly kind: RecordKind;
  readonly objectVersion: string;
  readonly payload: Uint8Array;
}

interface Wanted {
  readonly array: CachedArray;
  readonly chunk: string;
  readonly isFirst: boolean;
  /** Until somebody else may have its memory. */
  brick: Uint8Array | undefined;
}

/** After this many faults in a row the tier is left alone for the rest of the visit. */
const maxFaults = 8;

/** What went wrong or was left out; never an error. */
export interface DiskCounters {
  /** Chunks found, and asked for but not there. */
  hits: number;
  misses: number;
  writes: number;
  /** Records that were damaged, and operations that the browser refused. */
  faults: number;
}

export class DiskCache {
  readonly counters: DiskCounters = { hits: 0, misses: 0, writes: 0, faults: 0 };
  readonly #store: UseStore;
  readonly #payload: PayloadStore;
  readonly #segments: Segments;
  readonly #arrays: KnownArrays;
  readonly #writes: WriteQueue<Write>;
  readonly #lookups: Lookups<ChunkEntry>;
  #faultsInARow = 0;
  readonly #patience = new Patience();

  private constructor(
    [store, payload, segments]: readonly [UseStore, PayloadStore, Segments],
    waiting: Pick<Writing<Write>, "isBusy" | "onWritten">,
  ) {
    this.#store = store;
    this.#payload = payload;
    this.#segments = segments;
    this.#arrays = new KnownArrays(store);
    this.#lookups = new Lookups(store);
    this.#writes = new WriteQueue({
      ...waiting,
      write: async (batch) => void (await this.#guarded(() => this.#write(batch))),
      rest: async () => void (await this.#guarded(() => this.#segments.note())),
    });
  }

  /**
   * Opens the cache of this origin.
   *
   * @param maxBytes budget of all tabs together; the first one ever decides how it is cut into segments
   * @param isBusy whether somebody waits for this thread: then writes wait
   * @param onWritten told how many bytes wait to be written when some are no longer
   * @param ground what it lies on, which is the cache's from then on
   * @returns null where the browser has no IndexedDB or Web Locks, does not let this page use them, does not answer, or has no room
   */
  static async open(
    maxBytes: number,
    isBusy: () => boolean = () => false,
    onWritten: (queuedBytes: number) => void = () => {},
    ground: DiskGround = openGround(),
  ): Promise<DiskCache | null> {
    const parts = await new Patience().waitFor(DiskCache.#open(maxBytes, ground));
    return parts && new DiskCache(parts, { isBusy, onWritten });
  }

  static async #open(
    maxBytes: number,
    ground: DiskGround,
  ): Promise<readonly [UseStore, PayloadStore, Segments] | null> {
    const { store } = ground;
    try {
      const { segmentBytes } = await withTableLock(() => ensureTable(maxBytes, store));
      const slab = await ground.slab;
      const payload = slab === null ? openRecordStore(store) : slabStore(slab, segmentBytes);
      return [store, payload, new Segments(store, payload, segmentBytes, maxBytes)];
    } catch {
      leaveGround(ground);
      return null;
    }
  }

  /** Bytes of the chunks that wait to be written. */
  get queuedBytes(): number {
    return this.#writes.bytes;
  }

  /** Changes how many bytes may wait. */
  set maxQueuedBytes(bytes: number) {
    this.#writes.maxBytes = bytes;
  }

  /** What all pages of the origin keep, when it was last looked at, and may keep. */
  get space(): { readonly occupiedBytes: number; readonly maxBytes: number } {
    return this.#segments.space;
  }

  /** Changes the budget; segments beyond it go. Never rejects. */
  async resize(maxBytes: number): Promise<void> {
    await this.#guarded(() => this.#segments.resize(maxBytes));
  }

  /**
   * The chunk as it was put, or null. Never rejects.
   *
   * @param isFirst whether nobody on this page has had it: if the array was never kept, it need not be looked for
   * @param brick where a decoded chunk may be read to; it is not written to once this has settled
   */
  async get(array: CachedArray, chunk: string, isFirst = false, brick?: Uint8Array): Promise<DiskHit | null> {
    const wanted: Wanted = { array, chunk, isFirst, brick };
    const hit = await this.#inTime(() => this.#guarded(() => this.#read(wanted)));
    wanted.brick = undefined;
    if (hit === null) this.counters.misses++;
    else this.counters.hits++;
    return hit;
  }

  /** Writes a chunk when there is time; it is left out when too much is waiting. The payload must not change. */
  put(array: CachedArray, chunk: string, kind: RecordKind, payload: Uint8Array, objectVersion: string): void {
    if (!this.#broken) this.#writes.put({ array, chunk, kind, payload, objectVersion });
  }

  /** Settles when everything put so far is written or left out. */
  async settled(): Promise<void> {
    await this.#writes.settled();
  }

  /** Forgets a chunk that turned out to be outdated. */
  async forget(array: CachedArray, chunk: string): Promise<void> {
    const forgetting = async (): Promise<true> => {
      await delMany([keyOf(array, chunk)], this.#store);
      return true;
    };
    await this.#inTime(() => this.#guarded(forgetting));
  }

  get #broken(): boolean {
    return this.#faultsInARow >= maxFaults;
  }

  async #read(wanted: Wanted): Promise<DiskHit | null> {
    const { array, chunk, isFirst } = wanted;
    if (isFirst && this.#arrays.isNew(array)) return null;
    const key = keyOf(array, chunk);
    const [entry] = await Promise.all([this.#lookups.get(key), this.#arrays.check(array)]);
    if (entry === undefined || entry.version !== array.version) return null;
    const { kind, objectVersion, payloadBytes, generation, version } = entry;
    const header = new Uint8Array(entry.headerBytes);
    const fits = kind === "decoded" && wanted.brick?.byteLength === payloadBytes && this.#payload.isSync;
    const bytes = fits ? wanted.brick! : new Uint8Array(payloadBytes);
    const found = await this.#payload.read(entry, header, bytes);
    const head: RecordHead = { kind, generation, key, version, objectVersion, payloadBytes };
    if (!found || !isRecord(header, head, bytes)) {
      this.counters.faults++;
      await delMany([key], this.#store);
      return null;
    }
    this.#segments.touch(entry.segment);
    return { kind, bytes, objectVersion };
  }

  async #write(batch: readonly Write[]): Promise<void> {
    const entries: [string, ChunkEntry][] = [];
    for (const { array, chunk, kind, payload, objectVersion } of batch) {
      await this.#arrays.enter(array);
      const key = keyOf(array, chunk);
      const head = { kind, key, version: array.version, objectVersion, payloadBytes: payload.byteLength };
      const headerBytes = encodeHead({ ...head, generation: 0 }, new Uint8Array(0)).byteLength;
      const bytes = headerBytes + payload.byteLength;
      // A segment that is left may be evicted: by then the index must speak of all its records, or it would do so too late.
      if (!this.#segments.hasRoom(bytes)) await this.#enter(entries.splice(0));
      const place = await this.#segments.reserve(bytes);
      if (place === null) continue;
      const { segment, generation, offset } = place;
      await this.#payload.write(place, encodeHead({ ...head, generation }, payload), payload);
      const { version, payloadBytes } = head;
      const entry = { segment, generation, offset, kind, version, objectVersion, headerBytes, payloadBytes };
      entries.push([key, entry]);
    }
    await this.#enter(entries);
  }

  /** The index speaks of a record only when the record is there. */
  async #enter(entries: [string, ChunkEntry][]): Promise<void> {
    if (entries.length === 0) return;
    await setMany(entries, this.#store);
    this.counters.writes += entries.length;
  }

  /** What a load waits for: null, and a fault, when the disk does not answer. */
  async #inTime<T>(work: () => Promise<T | null>): Promise<T | null> {
    const late = (): void => void this.counters.faults++;
    if (!this.#patience.isOver) return await this.#patience.waitFor(work(), late);
    late();
    return null;
  }

  /** Runs an operation on the disk; null when it fails, or when the disk has failed too often. */
  async #guarded<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#broken) return null;
    try {
      const value = await work();
      this.#faultsInARow = 0;
      return value;
    } catch (error) {
      this.counters.faults++;
      this.#faultsInARow++;
      if ((error as Error)?.name === "QuotaExceededError") await this.#segments.stopGrowing().catch(() => {});
      return null;
    }
  }
}

function keyOf({ identity }: CachedArray, chunk: string): string {
  return `${chunkPrefix}${identity}/${chunk}`;
}
