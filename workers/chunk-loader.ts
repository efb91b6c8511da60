/** How a worker comes by a brick: from the disk, else fetched, verified and decoded. */
import { Budget } from "../src/cache/budget.js";
import type { DiskGround } from "../src/cache/disk/ground.js";
import type { CachedArray } from "../src/cache/disk/known-arrays.js";
import { VoxelfeedError } from "../src/errors.js";
import {
  type ArrayDefinition,
  type LoadCall,
  type LoadReply,
  type RemoteHeaders,
  unwrap,
  type WorkerSettings,
} from "../src/pool/protocol.js";
import { type RequestTiming, sharedNowMs } from "../src/timing/spans.js";
import type { ByteStore } from "../src/zarr/byte-store.js";
import { type ChunkReader, chunkUrl, createChunkReader, type ReadChunkOptions } from "../src/zarr/chunks.js";
import { coalesceRanges } from "../src/zarr/coalesce.js";
import { type BrickDecoder, createBrickDecoder } from "../src/zarr/codecs.js";
import { WasmZstd } from "../src/zarr/decoders/wasm-zstd.js";
import { FetchQueue } from "../src/zarr/fetch-queue.js";
import { keepHeaders } from "../src/zarr/headers.js";
import type { ArrayMeta } from "../src/zarr/metadata.js";
import { RetryBudgets } from "../src/zarr/retry-budget.js";
import { openSpec } from "../src/zarr/spec-store.js";
import { defaultTimeouts } from "../src/zarr/timeouts.js";
import { cachedArray, DiskTier } from "./disk-tier.js";
import { readDecoded } from "./read-decoded.js";
import type { Signs } from "./signs.js";

interface DefinedArray {
  readonly url: string;
  readonly meta: ArrayMeta;
  readonly store: ByteStore | null;
  readonly read: ChunkReader | null;
  readonly decode: BrickDecoder;
  /** How long a chunk that does not decode may be fetched again. */
  readonly refetchMs: number;
  /** Its name in the disk tier, null where it is not kept there. */
  readonly cached: Promise<CachedArray | null>;
}

/** Timings of requests that wait for a reply; those beyond are not told. */
const MAX_UNTOLD_REQUESTS = 4096;

/** What loads of one worker share: the arrays it knows, its queue of requests, its disk tier. */
export class ChunkLoader {
  readonly #settings: WorkerSettings;
  readonly #signs: Signs;
  readonly #arrays = new Map<number, DefinedArray>();
  readonly #wasmZstd = new WasmZstd();
  readonly #loads = new Map<number, AbortController>();
  /** One at a time, so that the page knows which chunk a worker does not come back from. */
  readonly #decodes = new Budget(1, "chunks being decoded");
  readonly #disk: DiskTier;
  readonly #queue: FetchQueue;
  // The page has read the metadata of every array that it defines.
  readonly #budgets: RetryBudgets;
  /** Kept until a reply takes them along; while loads fail there is none. */
  readonly #requests: RequestTiming[] = [];

  /**
   * @param signs tell the page what it does
   * @param ground what the disk tier is to lie on, where that was opened before
   * @param isRendering whether patches are rendered on this thread at the moment
   */
  constructor(settings: WorkerSettings, signs: Signs, ground: DiskGround | null, isRendering: () => boolean) {
    this.#settings = settings;
    this.#signs = signs;
    const isBusy = (): boolean => this.#loads.size > 0 || isRendering();
    this.#disk = new DiskTier(settings, ground, isBusy, (writesLeft) => signs.wrote(writesLeft));
    this.#disk.preload();
    this.#queue = new FetchQueue(settings.workers);
    this.#budgets = new RetryBudgets(settings.workers, true);
  }

  /** Makes an array known. */
  define(array: number, { store: spec, url, meta }: ArrayDefinition, ask?: RemoteHeaders): void {
    const headers = ask && keepHeaders(async (request) => unwrap(await ask(request)));
    const onRequest = (timing: RequestTiming): void => {
      if (this.#requests.length < MAX_UNTOLD_REQUESTS) this.#requests.push(timing);
    };
    const network = { queue: this.#queue, budgets: this.#budgets, onRequest, headers };
    const store = spec === null ? null : openSpec(spec, network);
    const { coalesce } = this.#settings;
    const read = store === null ? null : createChunkReader(coalesceRanges(store, coalesce), meta);
    const cached = store === null ? Promise.resolve(null) : cachedArray(store, meta, this.#settings);
    const refetchMs = spec?.kind === "http" ? (spec.timeouts?.totalMs ?? defaultTimeouts.totalMs) : 0;
    const decode = createBrickDecoder(meta, this.#wasmZstd);
    this.#arrays.set(array, { url, meta, store, read, decode, refetchMs, cached });
  }

  /** The array of that number as the page defined it. */
  metaOf(array: number): ArrayMeta | undefined {
    return this.#arrays.get(array)?.meta;
  }

  /** Changes the budgets of the disk tier. */
  resizeDisk(maxBytes: number | null, writeBytes: number): void {
    this.#disk.resize(maxBytes, writeBytes);
  }

  cancel(call: number): void {
    this.#loads.get(call)?.abort();
  }

  /**
   * Loads the brick of a call.
   *
   * @param hold takes the decoded brick, unless the chunk is not stored
   */
  async load(call: LoadCall, hold: (bytes: Uint8Array) => void): Promise<LoadReply> {
    const array = this.#arrays.get(call.address.array);
    if (array === undefined)
      throw new VoxelfeedError("worker", `Array ${call.address.array} was never defined.`);
    const abort = new AbortController();
    this.#loads.set(call.call, abort);
    try {
      const startedAtMs = sharedNowMs();
      const start = performance.now();
      const { brick } = call.address;
      const holdUnlessAborted = (bytes: Uint8Array): void => {
        abort.signal.throwIfAborted();
        hold(bytes);
      };
      const cached = await array.cached;
      const stored = cached === null ? undefined : await this.#readDisk(array, cached, call);
      const found = cached === null ? start : performance.now();
      const told = { startedAtMs, diskMs: found - start };
      if (stored !== undefined) {
        if (stored !== null) holdUnlessAborted(stored);
        return {
          ...told,
          missing: stored === null,
          fromDisk: true,
          unverified: false,
          encodedBytes: 0,
          readMs: 0,
          decodeMs: 0,
          requests: this.#requests.splice(0),
          disk: this.#disk.report,
        };
      }
      // The request goes out first: what decodes it has the time of a round trip.
      setTimeout(() => void array.decode.preload());
      let objectVersion = "";
      const options = {
        priority: call.priority,
        onVersion: (version: string) => {
          objectVersion = version;
        },
      };
      const { encoded, result, readMs, decodeMs } = await readDecoded({
        read: (isFresh, signal) => readEncoded(array, call, { ...options, isFresh, signal }),
        decode: (bytes) => this.#decode(array, bytes, call),
        refetchMs: array.refetchMs,
        signal: abort.signal,
      });
      const decoded = result?.bytes;
      if (decoded !== undefined) holdUnlessAborted(decoded);
      if (cached !== null) void this.#disk.keep(cached, brick, { encoded, decoded, objectVersion });
      return {
        ...told,
        missing: decoded === undefined,
        fromDisk: false,
        unverified: result?.isVerified === false,
        encodedBytes: encoded?.byteLength ?? 0,
        readMs,
        decodeMs,
        requests: this.#requests.splice(0),
        disk: this.#disk.report,
      };
    } finally {
      this.#loads.delete(call.call);
    }
  }

  /** Decodes the chunk of a load; the page is told that it begins. */
  async #decode({ decode: run, url, meta }: DefinedArray, bytes: Uint8Array, call: LoadCall) {
    const { brick } = call.address;
    await run.preload();
    const leave = await this.#decodes.take(1, this.#loads.get(call.call)?.signal, call.priority);
    try {
      this.#signs.decodes(call.call);
      return await run(bytes, { url: chunkUrl(url, meta, brick), brick });
    } finally {
      leave();
    }
  }

  /** The brick from the disk tier: bytes, null for a chunk that is not stored; undefined: fetch it. */
  async #readDisk(array: DefinedArray, cached: CachedArray, call: LoadCall) {
    const { meta, store } = array;
    const { address, isFirst, slot } = call;
    const memory = slot && new Uint8Array(slot);
    const hit = await this.#disk.find(cached, { meta, store: store! }, address.brick, isFirst, memory);
    if (hit === null) return undefined;
    if (hit.kind === "missing") return null;
    if (hit.kind === "decoded") return hit.bytes;
    return (await this.#decode(array, hit.bytes, call)).bytes;
  }
}

async function readEncoded({ meta, read }: DefinedArray, call: LoadCall, options: ReadChunkOptions) {
  if (call.encoded !== undefined) return call.encoded === null ? undefined : new Uint8Array(call.encoded);
  if (read === null) throw new VoxelfeedError("worker", `No store for array "${meta.path}" in this worker.`);
  return await read(call.address.brick, options);
}
