/** The worker's work: read, verify and decode chunks, hold the bricks, render patches from them. */
import { transfer } from "comlink";
import { countLabels, type LabelCounts } from "../src/cpu/count.js";
import { renderRead } from "../src/cpu/render.js";
import { VoxelfeedError } from "../src/errors.js";
import { distinctIds } from "../src/plan/ids.js";
import {
  type ArrayDefinition,
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
} from "../src/pool/protocol.js";
import { type ChunkReader, createChunkReader } from "../src/zarr/chunks.js";
import { type BrickDecoder, createBrickDecoder } from "../src/zarr/codecs.js";
import type { ArrayMeta } from "../src/zarr/metadata.js";
import { openStore } from "../src/zarr/store.js";

interface DefinedArray {
  readonly url: string;
  readonly meta: ArrayMeta;
  readonly read: ChunkReader | null;
  readonly decode: BrickDecoder;
}

/** One worker's state: which arrays it knows, which bricks it holds, which loads are under way. */
export function createChunkApi(): ChunkWorkerApi {
  const arrays = new Map<number, DefinedArray>();
  const bricks = new Map<string, Uint8Array>();
  const loads = new Map<number, AbortController>();

  async function readEncoded({ meta, read }: DefinedArray, call: LoadCall, signal: AbortSignal) {
    if (call.encoded !== undefined) return call.encoded === null ? undefined : new Uint8Array(call.encoded);
    if (read === null)
      throw new VoxelfeedError("worker", `No store for array "${meta.path}" in this worker.`);
    return await read(call.address.brick, { signal });
  }

  async function load(call: LoadCall): Promise<LoadReply> {
    const array = arrays.get(call.address.array);
    if (array === undefined)
      throw new VoxelfeedError("worker", `Array ${call.address.array} was never defined.`);
    const abort = new AbortController();
    loads.set(call.call, abort);
    try {
      const start = performance.now();
      const encoded = await readEncoded(array, call, abort.signal);
      const read = performance.now();
      if (encoded === undefined) return { missing: true, encodedBytes: 0, readMs: read - start, decodeMs: 0 };
      const encodedBytes = encoded.byteLength;
      const brick = await array.decode(encoded, { url: array.url, brick: call.address.brick });
      abort.signal.throwIfAborted();
      bricks.set(brickKey(call.address), brick);
      return { missing: false, encodedBytes, readMs: read - start, decodeMs: performance.now() - read };
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

  function render({ plan, bricks: entries, mask }: RenderCall): RenderReply {
    const start = performance.now();
    const read = renderRead(plan, new Map(entries.map(([entry, key]) => [entry, held(key)])), { mask });
    return { ...read, renderMs: performance.now() - start };
  }

  function count({ key, fill, request }: CountCall): LabelCounts {
    if (fill === null) return countLabels(held(key), request);
    const voxels = request.brickShape[0] * request.brickShape[1] * request.brickShape[2];
    const bytes = new Uint8Array(voxels * fill.length);
    for (let i = 0; i < bytes.length; i += fill.length) bytes.set(fill, i);
    return countLabels(bytes, request);
  }

  return {
    count: (call) => answer(() => count(call)),
    define(array: number, { store, url, meta }: ArrayDefinition) {
      const read = store === null ? null : createChunkReader(openStore(store), meta);
      arrays.set(array, { url, meta, read, decode: createBrickDecoder(meta) });
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
  };
}
