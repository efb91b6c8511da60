/** The worker's work: load bricks and hold them, render patches from them. */
import { transfer } from "comlink";
import { gatheredShape } from "../src/augment/targets-stages.js";
import { type DiskGround, openGround } from "../src/cache/disk/ground.js";
import type { LabelCounts } from "../src/cpu/count.js";
import { RenderScratch } from "../src/cpu/scratch.js";
import { VoxelfeedError } from "../src/errors.js";
import { fetchCode, fetchEarly } from "../src/fetch-code.js";
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
} from "../src/pool/protocol.js";
import { inSlices } from "../src/timing/slices.js";
import { sharedNowMs } from "../src/timing/spans.js";
import { ChunkLoader } from "./chunk-loader.js";
import { Signs } from "./signs.js";

/** Between two slices a worker answers signs of life, and takes what is cancelled. */
const workerSliceMs = 250;

/** Not every page renders in its workers, transforms or counts: that is fetched when it is first needed. */
const readRenderer = () => fetchCode(() => import("../src/cpu/render.js"));
const valueRenderer = () => fetchCode(() => import("../src/cpu/values/render.js"));
const labelCounter = () => fetchCode(() => import("../src/cpu/count.js"));
const idTables = () => fetchCode(() => import("../src/plan/ids.js"));
const targetRenderer = () => fetchCode(() => import("../src/cpu/targets/render.js"));

/**
 * One worker's state: which arrays it knows, which bricks it holds, which loads are under way.
 *
 * @param sliceMs how long it may keep its thread at a stretch, as far as the work can be cut
 */
export function createChunkApi(sliceMs = workerSliceMs): ChunkWorkerApi {
  // The browser takes a while to give the first lock; nobody waits for it yet.
  const lifeline = holdLifeline();
  const bricks = new Map<string, Uint8Array>();
  /** Working memory that no render uses at the moment. */
  const idleScratch: RenderScratch[] = [];
  let configured: { readonly loader: ChunkLoader; readonly signs: Signs } | null = null;
  /** What was opened before anybody knew what is to lie on it. */
  let ground: DiskGround | null = null;
  let rendering = 0;

  function running(): NonNullable<typeof configured> {
    if (configured === null) throw new VoxelfeedError("worker", "This worker was never configured.");
    return configured;
  }

  async function load(call: LoadCall): Promise<LoadReply> {
    const key = brickKey(call.address);
    return await running().loader.load(call, (bytes) => {
      bricks.set(key, call.slot === undefined ? bytes : inSlot(call.slot, bytes));
    });
  }

  function held(key: string): Uint8Array {
    const brick = bricks.get(key);
    if (brick === undefined) throw new VoxelfeedError("worker", `Brick ${key} is not held by this worker.`);
    return brick;
  }

  async function copyOf(key: string): Promise<BrickCopy> {
    const bytes = held(key).slice().buffer;
    const dtype = running().loader.metaOf(Number.parseInt(key, 10))?.dtype;
    const isIds = dtype === "uint64" || dtype === "int64";
    if (!isIds) return { bytes, ids: null };
    const { distinctIds } = await idTables();
    return { bytes, ids: distinctIds(new Uint8Array(bytes), dtype === "int64") };
  }

  async function render({ plan, values, gather, bricks: entries, memory }: RenderCall): Promise<RenderReply> {
    const startedAtMs = sharedNowMs();
    const found = new Map(entries.map(([entry, key]) => [entry, held(key)] as const));
    const scratch = idleScratch.pop() ?? new RenderScratch();
    const options = { mask: memory.mask !== null, scratch, memory };
    const steps =
      values === undefined
        ? (await readRenderer()).renderReadInSteps(plan, found, options)
        : (await valueRenderer()).renderValuesInSteps({ plan, values, gather }, found, options);
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
    configure(settings, port) {
      if (settings.renders) fetchEarly(readRenderer);
      const signs = new Signs(port);
      configured = { loader: new ChunkLoader(settings, signs, ground, () => rendering > 0), signs };
      return lifeline;
    },
    expectRenders() {
      fetchEarly(readRenderer);
    },
    openDisk() {
      ground ??= openGround();
    },
    ping() {},
    resizeDisk(maxBytes, writeBytes) {
      running().loader.resizeDisk(maxBytes, writeBytes);
    },
    define(array, definition, ask) {
      running().loader.define(array, definition, ask);
    },
    run({ bricks: told, loads }) {
      const { signs } = running();
      for (const [key, bytes] of told) {
        if (bytes === null) bricks.delete(key);
        else bricks.set(key, new Uint8Array(bytes));
      }
      for (const call of loads) {
        void answer(() => load(call)).then((result) => signs.loaded(call.call, result));
      }
    },
    cancel(call) {
      running().loader.cancel(call);
    },
    async copy(keys) {
      const result = await answer(() => Promise.all(keys.map(copyOf)));
      return result.ok
        ? transfer(
            result,
            result.value.map(({ bytes }) => bytes),
          )
        : result;
    },
    async render(call) {
      rendering++;
      const result: Result<RenderReply> = await answer(() => render(call));
      rendering--;
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

/** Copied there, unless they were read to where they are to be. */
function inSlot(slot: SharedArrayBuffer, bytes: Uint8Array): Uint8Array {
  if (bytes.buffer === slot) return bytes;
  const held = new Uint8Array(slot);
  held.set(bytes);
  return held;
}
