/**
 * The cache's space: equal segments, each filled front to back by one worker, and evicted as a whole, the one
 * that was used least recently first.
 *
 * The table of segments is one IndexedDB record that all workers of all tabs change, one at a time, under a Web
 * Lock. A segment belongs to a worker while that worker holds the segment's own lock, so a worker or a tab that
 * dies gives it back.
 */
import { get, promisifyRequest, set, type UseStore } from "idb-keyval";
import { MiB } from "../../math/bytes.js";
import { cacheName, deletePrefix, documentsPrefix } from "./database.js";
import type { PayloadStore } from "./payload.js";

export interface Segment {
  /** Number of this filling; never used twice. */
  readonly generation: number;
  /** Bytes filled so far. */
  readonly filledBytes: number;
  /** Time of the last use, milliseconds since 1970. */
  readonly usedAt: number;
}

export interface SegmentTable {
  readonly segmentBytes: number;
  readonly nextGeneration: number;
  readonly segments: readonly (Segment | null)[];
}

/** A segment this worker may fill until it calls `leave`. */
export interface OwnedSegment {
  readonly number: number;
  readonly generation: number;
  filledBytes: number;
  leave(): void;
}

/** What an index entry says: where a record lies. */
export interface IndexEntry {
  readonly segment: number;
  readonly generation: number;
  readonly offset: number;
}

const tableKey = "segments";

/** Index entries of chunks begin with this. */
export const chunkPrefix = "chunk/";

/** Segments of a budget: about 64 of them, so that one evicted whole is a small part of it. */
export function segmentBytesFor(maxBytes: number): number {
  return Math.min(Math.max(2 ** Math.floor(Math.log2(maxBytes / 64)), MiB / 4), 32 * MiB);
}

export async function readTable(store: UseStore): Promise<SegmentTable | undefined> {
  return await get<SegmentTable>(tableKey, store);
}

/** Runs `work` while no other worker of any tab changes the table. */
export async function withTableLock<T>(work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(`${cacheName}-table`, work);
}

function emptyTable(segmentBytes: number): SegmentTable {
  return { segmentBytes, nextGeneration: 1, segments: [] };
}

/** The table, made for this budget where there is none. Call under the table's lock. */
export async function ensureTable(maxBytes: number, store: UseStore): Promise<SegmentTable> {
  return await store("readwrite", async (records) => {
    const known: SegmentTable | undefined = await promisifyRequest(records.get(tableKey));
    const table = known ?? emptyTable(segmentBytesFor(maxBytes));
    // That it is kept is not waited for: who claims a segment makes the table where there is none.
    if (known === undefined) await promisifyRequest(records.put(table, tableKey));
    return table;
  });
}

export class Segments {
  readonly #store: UseStore;
  readonly #payload: PayloadStore;
  readonly #segmentBytes: number;
  #maxBytes: number;
  #count: number;
  #occupied = 0;
  readonly #used = new Set<number>();
  #owned: OwnedSegment | null = null;

  constructor(store: UseStore, payload: PayloadStore, segmentBytes: number, maxBytes: number) {
    this.#store = store;
    this.#payload = payload;
    this.#segmentBytes = segmentBytes;
    this.#maxBytes = maxBytes;
    this.#count = Math.floor(maxBytes / segmentBytes);
  }

  /** What the segments take that are filled or being filled, when the table was last read, and may take. */
  get space(): { readonly occupiedBytes: number; readonly maxBytes: number } {
    return { occupiedBytes: this.#occupied * this.#segmentBytes, maxBytes: this.#maxBytes };
  }

  /** Changes the budget of all; segments beyond it go at once. */
  async resize(maxBytes: number): Promise<void> {
    this.#maxBytes = maxBytes;
    this.#count = Math.floor(maxBytes / this.#segmentBytes);
    if (this.#owned !== null && this.#owned.number >= this.#count) this.leave();
    await withTableLock(async () => {
      const table = await this.#table();
      if (table === undefined || table.segments.length <= this.#count) return;
      await this.#drop(table, this.#count);
      const kept = { ...table, segments: table.segments.slice(0, this.#count) };
      await set(tableKey, kept, this.#store);
      this.#see(kept);
    });
  }

  /** Remembers that a segment was used; {@link note} writes it down. */
  touch(segment: number): void {
    this.#used.add(segment);
  }

  /** Whether the segment of our own takes a record of so many bytes. */
  hasRoom(bytes: number): boolean {
    return this.#owned !== null && this.#owned.filledBytes + bytes <= this.#segmentBytes;
  }

  /** Takes room for a record in a segment of our own, evicting another when all are full; null: no room. */
  async reserve(bytes: number): Promise<(IndexEntry & { readonly segment: number }) | null> {
    if (bytes > this.#segmentBytes || this.#count === 0) return null;
    if (!this.hasRoom(bytes)) {
      await this.note();
      this.#owned?.leave();
      this.#owned = null;
      this.#owned = await withTableLock(() => this.#claim(bytes));
    }
    const owned = this.#owned;
    if (owned === null) return null;
    const entry = { segment: owned.number, generation: owned.generation, offset: owned.filledBytes };
    owned.filledBytes += bytes;
    this.touch(owned.number);
    return entry;
  }

  /** Uses no more segments than there are: the disk is full. */
  async stopGrowing(): Promise<void> {
    this.#owned?.leave();
    this.#owned = null;
    const table = await readTable(this.#store);
    this.#count = Math.min(this.#count, Math.max((table?.segments.length ?? 0) - 1, 0));
  }

  /** Writes down what was filled and used since the last time. */
  async note(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    await withTableLock(async () => {
      const table = await this.#table();
      if (table === undefined) return;
      const segments = [...table.segments];
      for (const number of used) {
        const segment = segments[number];
        if (segment == null) continue;
        const own = this.#owned?.number === number && this.#owned.generation === segment.generation;
        const filledBytes = own ? this.#owned!.filledBytes : segment.filledBytes;
        segments[number] = { ...segment, filledBytes, usedAt: Date.now() };
      }
      await set(tableKey, { ...table, segments }, this.#store);
    });
  }

  leave(): void {
    this.#owned?.leave();
    this.#owned = null;
  }

  /** A segment with room that nobody owns, else a new one, else the one used least recently. */
  async #claim(bytes: number): Promise<OwnedSegment | null> {
    // Another page may have deleted the database.
    const table = (await this.#table()) ?? emptyTable(this.#segmentBytes);
    if (table.segmentBytes !== this.#segmentBytes) return null;
    const known = table.segments.slice(0, this.#count);
    if (table.segments.length > known.length) await this.#drop(table, this.#count);
    const numbers = known.map((_, number) => number);
    const open = numbers.filter((number) => roomOf(known[number], this.#segmentBytes) >= bytes);
    // More than one, since a worker may still hold a segment that a cleared table does not list.
    const fresh = Array.from(
      { length: Math.min(this.#count - known.length, 64) },
      (_, i) => known.length + i,
    );
    const oldest = numbers.sort((a, b) => (known[a]?.usedAt ?? 0) - (known[b]?.usedAt ?? 0));
    for (const number of [...open, ...fresh, ...oldest]) {
      const leave = await tryLock(`${cacheName}-segment-${number}`);
      if (leave === null) continue;
      const segment = known[number] ?? null;
      if (segment !== null && open.includes(number)) {
        return { number, generation: segment.generation, filledBytes: segment.filledBytes, leave };
      }
      if (segment !== null) await this.#evict(number, segment.generation);
      const generation = table.nextGeneration;
      const segments = [...known];
      segments[number] = { generation, filledBytes: 0, usedAt: Date.now() };
      await set(tableKey, { ...table, segments, nextGeneration: generation + 1 }, this.#store);
      this.#see({ segments });
      return { number, generation, filledBytes: 0, leave };
    }
    return null;
  }

  async #table(): Promise<SegmentTable | undefined> {
    const table = await readTable(this.#store);
    this.#see(table);
    return table;
  }

  #see(table: Pick<SegmentTable, "segments"> | undefined): void {
    this.#occupied = (table?.segments ?? []).filter((segment) => segment != null).length;
  }

  async #drop(table: SegmentTable, count: number): Promise<void> {
    for (const [number, segment] of table.segments.entries()) {
      if (number >= count && segment !== null) await this.#evict(number, segment.generation);
    }
    await this.#payload.shrink(count);
  }

  /** Deletes the index entries of a filling, so that the index holds no more than the slab does. */
  async #evict(segment: number, generation: number): Promise<void> {
    await this.#store("readwrite", (records) => deleteEntries(records, segment, generation));
    await this.#payload.drop(segment, generation);
  }
}

/** Forgets everything: index, table, payload. Workers that are at it meanwhile read nothing wrong, and write on. */
export async function clearSegments(store: UseStore): Promise<void> {
  await withTableLock(async () => {
    const table = await readTable(store);
    for (const prefix of [chunkPrefix, "array/", documentsPrefix, "payload/"])
      await deletePrefix(prefix, store);
    if (table !== undefined) await set(tableKey, { ...table, segments: [] }, store);
  });
}

function roomOf(segment: Segment | null | undefined, segmentBytes: number): number {
  return segment == null ? 0 : segmentBytes - segment.filledBytes;
}

/** A Web Lock if it is free, as the function that gives it back. */
async function tryLock(name: string): Promise<(() => void) | null> {
  return await new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

function deleteEntries(records: IDBObjectStore, segment: number, generation: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = records.openCursor(IDBKeyRange.bound(chunkPrefix, `${chunkPrefix}\uffff`));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return resolve();
      const entry = cursor.value as IndexEntry;
      if (entry.segment === segment && entry.generation === generation) cursor.delete();
      cursor.continue();
    };
  });
}
