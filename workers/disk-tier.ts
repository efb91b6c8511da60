/** The disk tier of one worker: which chunks it keeps, in which form, and when it trusts them. */
import { digestOf } from "../src/cache/disk/digest.js";
import { DiskCache, type DiskHit } from "../src/cache/disk/disk-cache.js";
import { type DiskGround, leaveGround, openGround } from "../src/cache/disk/ground.js";
import type { CachedArray } from "../src/cache/disk/known-arrays.js";
import { GiB } from "../src/math/bytes.js";
import type { DiskReport, DiskSpace, WorkerSettings } from "../src/pool/protocol.js";
import type { Vec3 } from "../src/types.js";
import type { ByteStore } from "../src/zarr/byte-store.js";
import { chunkPath } from "../src/zarr/chunks.js";
import type { ArrayMeta } from "../src/zarr/metadata.js";

/** A chunk on its way to the disk. */
export interface FetchedChunk {
  /** `undefined`: the server has no such chunk. */
  readonly encoded: Uint8Array | undefined;
  readonly decoded: Uint8Array | undefined;
  readonly objectVersion: string;
}

/** What decodes slowly for what it saves is kept decoded: from this ratio of sizes on. */
const keepDecodedFrom = 0.5;

/** Budgets from here on have room for decoded chunks. */
const roomyBytes = GiB / 4;

/** Of a worker that has no cache open. */
const noSpace: DiskSpace = { occupiedBytes: 0, maxBytes: 0 };

export class DiskTier {
  readonly #settings: WorkerSettings;
  readonly #isBusy: () => boolean;
  readonly #onWritten: (queuedBytes: number) => void;
  #writeBytes: number;
  /** Null: what the browser grants decides. */
  #maxBytes: number | null;
  #opening: Promise<DiskCache | null> | undefined;
  /** Until a cache lies on it. */
  #ground: DiskGround | null;
  #cache: DiskCache | null = null;
  /** Whether the browser did not let the cache be opened. */
  #refused = false;
  #roomy = false;

  /**
   * @param ground what the cache is to lie on, where that was opened before
   * @param isBusy whether somebody waits for this thread
   * @param onWritten told how many bytes wait to be written when some are no longer
   */
  constructor(
    settings: WorkerSettings,
    ground: DiskGround | null,
    isBusy: () => boolean,
    onWritten: (queuedBytes: number) => void,
  ) {
    this.#settings = settings;
    this.#ground = ground;
    this.#isBusy = isBusy;
    this.#onWritten = onWritten;
    this.#maxBytes = settings.diskBytes;
    this.#writeBytes = settings.writeBytes;
  }

  /** What it did, and the space of the cache that it shares. */
  get report(): DiskReport {
    if (this.#cache !== null) {
      const { counters, space, queuedBytes } = this.#cache;
      return { counters, space, queuedBytes };
    }
    return { counters: { writes: 0, faults: this.#refused ? 1 : 0 }, space: noSpace, queuedBytes: 0 };
  }

  /**
   * Changes the budgets.
   *
   * @param maxBytes 0 leaves the cache as it is, for other pages
   * @param writeBytes see `WorkerSettings`
   */
  resize(maxBytes: number | null, writeBytes: number): void {
    this.#writeBytes = writeBytes;
    if (this.#cache !== null) this.#cache.maxQueuedBytes = writeBytes;
    if (maxBytes === null || maxBytes === this.#maxBytes) return;
    this.#maxBytes = maxBytes;
    this.#roomy = maxBytes >= roomyBytes;
    if (this.#cache === null) this.#opening = undefined;
    else if (maxBytes > 0) void this.#cache.resize(maxBytes);
  }

  /** Begins to open the cache, as the first chunk would. */
  preload(): void {
    void this.#open();
  }

  /**
   * The chunk's record; null when it must be fetched. Never rejects for a fault of the disk.
   *
   * @param isFirst whether nobody on this page has had it
   * @param memory where it may be read to, if it is kept decoded
   */
  async find(
    array: CachedArray,
    { meta, store }: { readonly meta: ArrayMeta; readonly store: ByteStore },
    brick: Vec3,
    isFirst: boolean,
    memory: Uint8Array | undefined,
  ): Promise<DiskHit | null> {
    const cache = await this.#open();
    const hit = cache && (await cache.get(array, brick.join(), isFirst, memory));
    if (!hit || this.#settings.revalidate !== "always") return hit;
    const version = (await store.version?.(chunkPath(meta, brick))) ?? "";
    if (version === hit.objectVersion) return hit;
    await cache!.forget(array, brick.join());
    return null;
  }

  /** Keeps a chunk: as fetched where it compresses well (labels), else decoded (raw). */
  async keep(array: CachedArray, brick: Vec3, chunk: FetchedChunk): Promise<void> {
    // Without a turn in between, the reply of the load that it came from tells of it.
    const cache = this.#cache ?? (await this.#open());
    if (cache === null || this.#maxBytes === 0) return;
    const { encoded, decoded, objectVersion } = chunk;
    if (encoded === undefined || decoded === undefined) {
      cache.put(array, brick.join(), "missing", new Uint8Array(0), objectVersion);
      return;
    }
    const raw = this.#roomy && encoded.byteLength > keepDecodedFrom * decoded.byteLength;
    cache.put(array, brick.join(), raw ? "decoded" : "encoded", raw ? decoded : encoded, objectVersion);
  }

  async #open(): Promise<DiskCache | null> {
    if (this.#maxBytes === 0) {
      if (this.#ground !== null) leaveGround(this.#ground);
      this.#ground = null;
      return null;
    }
    this.#opening ??= this.#openOnce();
    return await this.#opening;
  }

  async #openOnce(): Promise<DiskCache | null> {
    const ground = this.#ground ?? openGround();
    this.#ground = null;
    // 2 GiB, at most a quarter of what the browser grants.
    const maxBytes = this.#maxBytes ?? Math.floor(Math.min(2 * GiB, (await ground.quotaBytes) / 4));
    this.#roomy = maxBytes >= roomyBytes;
    if (maxBytes > 0) this.#cache = await DiskCache.open(maxBytes, this.#isBusy, this.#onWritten, ground);
    else leaveGround(ground);
    if (this.#cache !== null) this.#cache.maxQueuedBytes = this.#writeBytes;
    this.#refused = maxBytes > 0 && this.#cache === null;
    return this.#cache;
  }
}

/** How the cache names an array; null where its server tells no version, so that a change would go unseen. */
export async function cachedArray(
  store: ByteStore,
  meta: ArrayMeta,
  { revalidate }: Pick<WorkerSettings, "revalidate">,
): Promise<CachedArray | null> {
  const version = revalidate === "never" ? "" : meta.version;
  if (store.spec?.kind !== "http" || version === undefined) return null;
  const { path, dtype, select, chunkShape, chunkKey, codecs, shard, digests } = meta;
  const form = JSON.stringify([
    store.spec.url,
    path,
    dtype,
    select,
    chunkShape,
    chunkKey,
    codecs,
    shard,
    digests?.fingerprint,
  ]);
  const identity = await digestOf(form);
  return identity === null ? null : { identity, version };
}
