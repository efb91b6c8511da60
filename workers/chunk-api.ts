/** The worker's work: read, verify and decode chunks, hold the bricks, render patches from them. */
import { transfer } from "comlink";
import { gatheredShape } from "../src/augment/targets-stages.js";
import { Budget } from "../src/cache/budget.js";
import type { CachedArray } from "../src/cache/disk/disk-cache.js";
import type { LabelCounts } from "../src/cpu/count.js";
import { RenderScratch } from "../src/cpu/scratch.js";
import { VoxelfeedError } from "../src/errors.js";
import { fetchCode, fetchEarly } from "../src/fetch-code.js";
import { distinctIds } from "../src/plan/ids.js";
import { holdLifeline } from "../src/pool/lifeline.js";
import {
  answer,
  type BrickCopy,
  brickKey,
  type ChunkWorkerApi,
  type CountCall,
  type LoadCall,
  type LoadReply,
  type RenderCall,
  type RenderReply,
  type Result,
  type TransformCall,
  type TransformReply,
  unwrap,
  type WorkerSettings,
} from "../src/pool/protocol.js";
import { inSlices } from "../src/timing/slices.js";
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
import { openStore } from "../src/zarr/store.js";
import { defaultTimeouts } from "../src/zarr/timeouts.js";
import { cachedArray, DiskTier } from "./disk-tier.js";
import { readDecoded } from "./read-decoded.js";

/** Between two slices a worker answers signs of life, and takes what is cancelled. */
const workerSliceMs = 250;

/** Not every page renders in its workers, transforms or counts: that is fetched when it is first needed. */
const readRenderer = () => fetchCode(() => import("../src/cpu/render.js"));
const valueRenderer = () => fetchCode(() => import("../src/cpu/values/render.js"));
const labelCounter = () => fetchCode(() => import("../src/cpu/count.js"));
const targetRenderer = () => fetchCode(() => import("../src/cpu/targets/render.js"));

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

/**
 * One worker's state: which arrays it knows, which bricks it holds, which loads are under way.
 *
 * @param sliceMs how long it may keep its thread at a stretch, as far as the work can be cut
 */
export function createChunkApi(sliceMs = workerSliceMs): ChunkWorkerApi {
  const arrays = new Map<number, DefinedArray>();
  const wasmZstd = new WasmZstd();
  const bricks = new Map<string, Uint8Array>();
  const loads = new Map<number, AbortController>();
  /** One at a time, so that the page knows which chunk a worker does not come back from. */
  const decodes = new Budget(1, "chunks being decoded");
  let signs: MessagePort | null = null;
  /** Working memory that no render uses at the moment. */
  const idleScratch: RenderScratch[] = [];
  let settings: WorkerSettings = {
    workers: 1,
    renders: false,
    diskBytes: 0,
    revalidate: "session",
    coalesce: {},
  };
  let disk = new DiskTier(settings);
  let queue = new FetchQueue(1);
  // The page has read the metadata of every array that it defines.
  let budgets = new RetryBudgets(1, true);
  const requests: RequestTiming[] = [];

  /** Kept until a reply takes them along; while loads fail there is none. */
  function onRequest(timing: RequestTiming): void {
    if (requests.length < MAX_UNTOLD_REQUESTS) requests.push(timing);
  }

  async function readEncoded({ meta, read }: DefinedArray, call: LoadCall, options: ReadChunkOptions) {
    if (call.encoded !== undefined) return call.encoded === null ? undefined : new Uint8Array(call.encoded);
    if (read === null)
      throw new VoxelfeedError("worker", `No store for array "${meta.path}" in this worker.`);
    return await read(call.address.brick, options);
  }

  /** Decodes the chunk of a load; the page is told that it begins. */
  async function decode({ decode: run, url, meta }: DefinedArray, bytes: Uint8Array, call: LoadCall) {
    const { brick } = call.address;
    await run.preload();
    const leave = await decodes.take(1, loads.get(call.call)?.signal, call.priority);
    try {
      signs?.postMessage(call.call);
      return await run(bytes, { url: chunkUrl(url, meta, brick), brick });
    } finally {
      leave();
    }
  }

  /** The brick from the disk tier: bytes, null for a chunk that is not stored; undefined: fetch it. */
  async function readDisk(array: DefinedArray, cached: CachedArray, call: LoadCall) {
    const hit = await disk.find(cached, array.meta, array.store!, call.address.brick);
    if (hit === null) return undefined;
    if (hit.kind === "missing") return null;
    if (hit.kind === "decoded") return hit.bytes;
    return (await decode(array, hit.bytes, call)).bytes;
  }

  async function load(call: LoadCall): Promise<LoadReply> {
    const array = arrays.get(call.address.array);
    if (array === undefined)
      throw new VoxelfeedError("worker", `Array ${call.address.array} was never defined.`);
    const abort = new AbortController();
    loads.set(call.call, abort);
    try {
      const startedAtMs = sharedNowMs();
      const start = performance.now();
      const { brick } = call.address;
      const hold = (bytes: Uint8Array): void => {
        abort.signal.throwIfAborted();
        bricks.set(brickKey(call.address), call.slot === undefined ? bytes : copyTo(call.slot, bytes));
      };
      const cached = await array.cached;
      const stored = cached === null ? undefined : await readDisk(array, cached, call);
      const found = cached === null ? start : performance.now();
      if (stored !== undefined) {
        if (stored !== null) hold(stored);
        return {
          missing: stored === null,
          fromDisk: true,
          unverified: false,
          encodedBytes: 0,
          startedAtMs,
          diskMs: found - start,
          readMs: 0,
          decodeMs: 0,
          requests: requests.splice(0),
          disk: disk.report,
        };
      }
      void array.decode.preload();
      let objectVersion = "";
      const options = {
        priority: call.priority,
        onVersion: (version: string) => {
          objectVersion = version;
        },
      };
      const { encoded, result, readMs, decodeMs } = await readDecoded({
        read: (isFresh, signal) => readEncoded(array, call, { ...options, isFresh, signal }),
        decode: (bytes) => decode(array, bytes, call),
        refetchMs: array.refetchMs,
        signal: abort.signal,
      });
      const decoded = result?.bytes;
      if (decoded !== undefined) hold(decoded);
      if (cached !== null) void disk.keep(cached, brick, { encoded, decoded, objectVersion });
      return {
        missing: decoded === undefined,
        fromDisk: false,
        unverified: result?.isVerified === false,
        encodedBytes: encoded?.byteLength ?? 0,
        startedAtMs,
        diskMs: found - start,
        readMs,
        decodeMs,
        requests: requests.splice(0),
        disk: disk.report,
      };
    } finally {
      loads.delete(call.call);
    }
  }

  function held(key: string): Uint8Array {
    const brick = bricks.get(key);
    if (brick === undefined) throw new VoxelfeedError("worker", `Brick ${key} is not held by this worker.`);
    return brick;
  }

  function copyOf(key: string): BrickCopy {
    const bytes = held(key).slice().buffer;
    const dtype = arrays.get(Number.parseInt(key, 10))?.meta.dtype;
    const isIds = dtype === "uint64" || dtype === "int64";
    return { bytes, ids: isIds ? distinctIds(new Uint8Array(bytes), dtype === "int64") : null };
  }

  async function render({
    plan,
    values,
    gather,
    bricks: entries,
    mask,
    memory,
  }: RenderCall): Promise<RenderReply> {
    const startedAtMs = sharedNowMs();
    const found = new Map(entries.map(([entry, key]) => [entry, held(key)] as const));
    const scratch = idleScratch.pop() ?? new RenderScratch();
    const steps =
      values === undefined
        ? (await readRenderer()).renderReadInSteps(plan, found, { mask, scratch, memory })
        : (await valueRenderer()).renderValuesInSteps({ plan, values, gather }, found, {
            mask,
            scratch,
            memory,
          });
    const { result, busyMs } = await inSlices(steps, sliceMs);
    idleScratch.push(scratch);
    return { ...result, startedAtMs, endedAtMs: sharedNowMs(), renderMs: busyMs };
  }

  async function transform({ chain, channels }: TransformCall): Promise<TransformReply> {
    const startedAtMs = sharedNowMs();
    const { joinChannels, transformTargetInSteps } = await targetRenderer();
    const volume = joinChannels(channels, gatheredShape(chain), chain.gathered === "float32");
    const { result, busyMs } = await inSlices(transformTargetInSteps(volume, chain), sliceMs);
    return { ...result, startedAtMs, endedAtMs: sharedNowMs(), transformMs: busyMs };
  }

  async function count({ key, fill, request }: CountCall): Promise<LabelCounts> {
    const { countLabels } = await labelCounter();
    if (fill === null) return countLabels(held(key), request);
    const voxels = request.brickShape[0] * request.brickShape[1] * request.brickShape[2];
    const bytes = new Uint8Array(voxels * fill.length);
    for (let i = 0; i < bytes.length; i += fill.length) bytes.set(fill, i);
    return countLabels(bytes, request);
  }

  return {
    async count(call) {
      const result = await answer(() => count(call));
      if (!result.ok) return result;
      const { present, unknown, voxels } = result.value;
      return transfer(
        result,
        [present, unknown, voxels].map(({ buffer }) => buffer as ArrayBuffer),
      );
    },
    configure(given, port) {
      settings = given;
      if (settings.renders) fetchEarly(readRenderer);
      signs = port;
      disk = new DiskTier(settings);
      disk.preload();
      queue = new FetchQueue(settings.workers);
      budgets = new RetryBudgets(settings.workers, true);
      return holdLifeline();
    },
    ping() {},
    resizeDisk(maxBytes) {
      settings = { ...settings, diskBytes: maxBytes };
      disk.resize(maxBytes);
    },
    define(array, { store: spec, url, meta }, ask) {
      const headers = ask && keepHeaders(async (request) => unwrap(await ask(request)));
      const store = spec === null ? null : openStore(spec, { queue, budgets, onRequest, headers });
      const read = store === null ? null : createChunkReader(coalesceRanges(store, settings.coalesce), meta);
      const cached = store === null ? Promise.resolve(null) : cachedArray(store, meta, settings);
      const refetchMs = spec?.kind === "http" ? (spec.timeouts?.totalMs ?? defaultTimeouts.totalMs) : 0;
      const decode = createBrickDecoder(meta, wasmZstd);
      arrays.set(array, { url, meta, store, read, decode, refetchMs, cached });
    },
    load: (call) => answer(() => load(call)),
    cancel(call) {
      loads.get(call)?.abort();
    },
    async copy(keys) {
      const result = await answer(() => keys.map(copyOf));
      return result.ok
        ? transfer(
            result,
            result.value.map(({ bytes }) => bytes),
          )
        : result;
    },
    hold(entries) {
      for (const [key, bytes] of entries) bricks.set(key, new Uint8Array(bytes));
    },
    drop(keys) {
      for (const key of keys) bricks.delete(key);
    },
    async render(call) {
      const result: Result<RenderReply> = await answer(() => render(call));
      if (!result.ok) return result;
      const { data, mask } = result.value;
      const buffers = mask === null ? [data.buffer] : [data.buffer, mask.buffer];
      return transfer(result, buffers as ArrayBuffer[]);
    },
    async transform(call) {
      const result: Result<TransformReply> = await answer(() => transform(call));
      if (!result.ok) return result;
      const { data, mask, extras } = result.value;
      return transfer(
        result,
        [data, mask, ...extras].map(({ buffer }) => buffer as ArrayBuffer),
      );
    },
  };
}

function copyTo(slot: SharedArrayBuffer, bytes: Uint8Array): Uint8Array {
  const held = new Uint8Array(slot);
  held.set(bytes);
  return held;
}
