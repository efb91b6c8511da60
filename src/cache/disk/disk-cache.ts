/**
 * The disk tier: chunks that outlive the page, shared by all workers of all tabs of an origin.
 *
 * Reads are checked against a versioned header (key, version, length, crc32c) and are a miss where anything
 * differs. Writes wait in a queue of bounded size and go out in batches of up to 16, behind the batches that
 * the page waits for. A fault of the disk makes this tier a miss: slower, never wrong, never an error.
 */
import { delMany, get, getMany, set, setMany, type UseStore } from "idb-keyval";
import { MiB } from "../../math/bytes.js";
import { deletePrefix, openDatabase } from "./database.js";
import { Patience } from "./patience.js";
import { openRecordStore, openSlab, type PayloadStore } from "./payload.js";
import { encodeHead, isRecord, type RecordHead, type RecordKind } from "./record.js";
import { chunkPrefix, ensureTable, type IndexEntry, Segments, withTableLock } from "./segments.js";

/** An array as the cache names it: the same for every visit while its server says that it is unchanged. */
export interface CachedArray {
  /** Names source and array, without its version. */
  readonly identity: string;
  /** What the server called this version (ETag or date). */
  readonly version: string;
}

/** A chunk found on the disk. The caller owns the bytes, which fill their buffer. */
export interface DiskHit {
  readonly kind: RecordKind;
  readonly bytes: Uint8Array<ArrayBuffer>;
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

/** Writes wait for each other up to this long, so that they go out together. */
const gatherMs = 100;
const batchSize = 16;
const maxQueuedBytes = 32 * MiB;
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
  readonly #checked = new Map<string, Promise<void>>();
  readonly #queue: Write[] = [];
  #queuedBytes = 0;
  #flushing: Promise<void> | null = null;
  #wanted: { readonly key: string; readonly give: (entry: Promise<ChunkEntry | undefined>) => void }[] = [];
  #faultsInARow = 0;
  readonly #patience = new Patience();

  private constructor(store: UseStore, payload: PayloadStore, segments: Segments) {
    this.#store = store;
    this.#payload = payload;
    this.#segments = segments;
  }

  /**
   * Opens the cache of this origin.
   *
   * @param maxBytes budget of all tabs together; the first one ever decides how it is cut into segments
   * @returns null where the browser has no IndexedDB or Web Locks, does not let this page use them, does not answer, or has no room
   */
  static async open(maxBytes: number): Promise<DiskCache | null> {
    return await new Patience().waitFor(DiskCache.#open(maxBytes));
  }

  static async #open(maxBytes: number): Promise<DiskCache | null> {
    try {
      const store = openDatabase();
      const { segmentBytes } = await withTableLock(() => ensureTable(maxBytes, store));
      const payload = (await openSlab(segmentBytes)) ?? openRecordStore(store);
      return new DiskCache(store, payload, new Segments(store, payload, segmentBytes, maxBytes));
    } catch {
      return null;
    }
  }

  /** What all pages of the origin keep, when it was last looked at, and may keep. */
  get space(): { readonly occupiedBytes: number; readonly maxBytes: number } {
    return this.#segments.space;
  }

  /** Changes the budget; segments beyond it go. Never rejects. */
  async resize(maxBytes: number): Promise<void> {
    await this.#guarded(async () => {
      await this.#segments.resize(maxBytes);
      return null;
    });
  }

  /** The chunk as it was put, or null. Never rejects. */
  async get(array: CachedArray, chunk: string): Promise<DiskHit | null> {
    const hit = await this.#inTime(() => this.#guarded(() => this.#read(array, chunk)));
    if (hit === null) this.counters.misses++;
    else this.counters.hits++;
    return hit;
  }

  /** Writes a chunk when there is time; it is left out when too much is waiting. The payload must not change. */
  put(array: CachedArray, chunk: string, kind: RecordKind, payload: Uint8Array, objectVersion: string): void {
    if (this.#broken || this.#queuedBytes + payload.byteLength > maxQueuedBytes) return;
    this.#queue.push({ array, chunk, kind, payload, objectVersion });
    this.#queuedBytes += payload.byteLength;
    this.#flushing ??= this.#flush();
  }

  /** Settles when everything put so far is written or left out. */
  async settled(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing;
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

  async #read(array: CachedArray, chunk: string): Promise<DiskHit | null> {
    await this.#check(array);
    const key = keyOf(array, chunk);
    const entry = await this.#entry(key);
    if (entry === undefined || entry.version !== array.version) return null;
    const { kind, objectVersion, payloadBytes, generation, version } = entry;
    const header = new Uint8Array(entry.headerBytes);
    const bytes = new Uint8Array(payloadBytes);
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

  /** Index look-ups of one turn share a transaction. */
  #entry(key: string): Promise<ChunkEntry | undefined> {
    return new Promise((resolve) => {
      this.#wanted.push({ key, give: resolve });
      if (this.#wanted.length > 1) return;
      queueMicrotask(() => {
        const wanted = this.#wanted;
        this.#wanted = [];
        const keys = wanted.map(({ key: name }) => name);
        const entries = getMany<ChunkEntry>(keys, this.#store);
        wanted.forEach(({ give }, i) => void give(entries.then((list) => list[i])));
      });
    });
  }

  /** Drops the chunks of an older version of the array, once. */
  async #check(array: CachedArray): Promise<void> {
    const { identity, version } = array;
    const known = this.#checked.get(identity);
    if (known !== undefined) return await known;
    const check = async (): Promise<void> => {
      const stored = await get<string>(`array/${identity}`, this.#store);
      if (stored === version) return;
      if (stored !== undefined) await deletePrefix(`${chunkPrefix}${identity}/`, this.#store);
      await set(`array/${identity}`, version, this.#store);
    };
    const checking = check();
    this.#checked.set(identity, checking);
    // A fault may pass.
    checking.catch(() => this.#checked.delete(identity));
    await checking;
  }

  async #flush(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchSize);
      await this.#guarded(async () => {
        await this.#write(batch);
        return null;
      });
      this.#queuedBytes -= batch.reduce((sum, { payload }) => sum + payload.byteLength, 0);
    }
    await this.#guarded(async () => {
      await this.#segments.note();
      return null;
    });
    this.#flushing = this.#queue.length > 0 ? this.#flush() : null;
  }

  async #write(batch: readonly Write[]): Promise<void> {
    const entries: [string, ChunkEntry][] = [];
    for (const { array, chunk, kind, payload, objectVersion } of batch) {
      await this.#check(array);
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
  async #guarded<T>(work: () => Promise<T | null>): Promise<T | null> {
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
