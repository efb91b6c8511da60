/**
 * What page and workers say to each other, over comlink.
 *
 * Methods never reject: they answer with a {@link Result}. comlink's own rejections lose every field but the
 * message, and its handler table is shared with the host page, so errors travel as plain data instead.
 */

import type { TargetChain } from "../augment/targets-stages.js";
import type { Priority } from "../cache/budget.js";
import type { CountRequest, LabelCounts } from "../cpu/count.js";
import type { GatheredChannel } from "../cpu/targets/volume.js";
import type { OutputMemory } from "../plan/output.js";
import type { ReadPlan } from "../plan/reads.js";
import type { ValueWork } from "../plan/values.js";
import type { RequestTiming } from "../timing/spans.js";
import type { CoalesceOptions, Revalidate, TypedArray, Vec3 } from "../types.js";
import { fromWireError, toWireError, type WireError } from "../wire-error.js";
import type { StoreSpec } from "../zarr/byte-store.js";
import type { HeadersRequest } from "../zarr/headers.js";
import type { ArrayMeta } from "../zarr/metadata.js";

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError };

/** A Zarr array as a worker needs it. `store` is null where the bytes come from the page (custom stores). */
export interface ArrayDefinition {
  readonly store: StoreSpec | null;
  readonly url: string;
  readonly meta: ArrayMeta;
}

/** One brick of a defined array: `brick` counts bricks along z, y, x. */
export interface BrickAddress {
  readonly array: number;
  readonly brick: Vec3;
}

/** The name of a brick within one engine. */
export function brickKey({ array, brick }: BrickAddress): string {
  return `${array}:${brick[0]},${brick[1]},${brick[2]}`;
}

export interface LoadCall {
  /** Names the call, for its answer and for {@link ChunkWorkerApi.cancel}. */
  readonly call: number;
  readonly address: BrickAddress;
  readonly priority: Priority;
  /** Whether the page never had the brick. */
  readonly isFirst: boolean;
  /** Encoded bytes read by the page (custom stores), null when the chunk is missing; absent: the worker reads. */
  readonly encoded?: ArrayBuffer | null;
  /** Where the brick is to be held, exactly as large as it; absent: in memory of the worker's own. */
  readonly slot?: SharedArrayBuffer;
}

/** What the disk tier did so far, in one worker. */
export interface DiskCounters {
  /** Chunks written. */
  readonly writes: number;
  /** Records that were damaged, and operations that the browser refused: a fetch each, never an error. */
  readonly faults: number;
}

/** What the disk tier of all pages of the origin takes and may take, in bytes. */
export interface DiskSpace {
  readonly occupiedBytes: number;
  readonly maxBytes: number;
}

export interface DiskReport {
  readonly counters: DiskCounters;
  readonly space: DiskSpace;
  /** Bytes that wait in the worker to be written. */
  readonly queuedBytes: number;
}

/** What a worker is asked in one message: bricks are many, and each message costs the page about 0.1 ms. */
export interface Errands {
  /**
   * Bricks that another worker has decoded, as copies that are transferred in or as the slots that they share, and null
   * for bricks to be let go. That comes first.
   */
  readonly bricks: readonly (readonly [key: string, bytes: ArrayBuffer | SharedArrayBuffer | null])[];
  /** Bricks to be fetched, verified, decoded and held; each is answered by {@link WorkerSign.loaded}. */
  readonly loads: readonly LoadCall[];
}

/** What a worker tells of itself, in one message where it comes together. */
export interface WorkerSign {
  /** How loads ended, by their calls. */
  readonly loaded: readonly (readonly [call: number, result: Result<LoadReply>])[];
  /** The load whose chunk it begins to decode. */
  readonly decodes?: number;
  /** How many bytes still wait for the disk. */
  readonly writesLeft?: number;
}

/** How a worker is set up, before anything else is asked of it. */
export interface WorkerSettings {
  /** How many workers share the browser's connections. */
  readonly workers: number;
  /** Whether it will be asked to render: what that takes is fetched while the first chunks are. */
  readonly renders: boolean;
  /** Budget of the disk tier, 0 for none; null: what the browser grants decides. */
  readonly diskBytes: number | null;
  /** Bytes of chunks that may wait to be written to the disk. */
  readonly writeBytes: number;
  readonly revalidate: Revalidate;
  readonly coalesce: CoalesceOptions;
}

export interface LoadReply {
  /** The chunk is not stored: the brick reads as fill value, and the worker holds nothing. */
  readonly missing: boolean;
  /** The chunk was on the disk; nothing was fetched for it. */
  readonly fromDisk: boolean;
  /** The chunk was fetched, and no checksum vouches for it: neither one of its codecs' nor the integrity manifest's. */
  readonly unverified: boolean;
  /** Bytes fetched. */
  readonly encodedBytes: number;
  /** When the worker began, on the clock that all threads share; what follows came one after the other. */
  readonly startedAtMs: number;
  /** Looking for the chunk on the disk, decoding included where it was there. */
  readonly diskMs: number;
  readonly readMs: number;
  readonly decodeMs: number;
  /** Requests that ended in this worker since it last told. */
  readonly requests: readonly RequestTiming[];
  readonly disk: DiskReport;
}

export interface BrickCopy {
  readonly bytes: ArrayBuffer;
  /** Sorted distinct ids of a brick of 64-bit integers, else null. */
  readonly ids: BigUint64Array | BigInt64Array | null;
}

export interface RenderCall {
  readonly plan: ReadPlan;
  /** What happens to the values. */
  readonly values?: ValueWork;
  /** Of `values` with stages: the plan with their halo. */
  readonly gather?: ReadPlan;
  /** Page table entry (of `gather` if there is one) and key of every brick that is not fill; the worker holds them all. */
  readonly bricks: readonly (readonly [entry: number, key: string])[];
  /** What is rendered into; it moves to the worker and comes back with the reply. */
  readonly memory: OutputMemory;
}

/** `data` and `mask` are parts of the memory that the call brought. */
export interface RenderReply {
  readonly data: TypedArray;
  readonly mask: Uint8Array | null;
  readonly idTable: BigUint64Array | BigInt64Array | null;
  /** When the worker began and ended, on the clock that all threads share. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly renderMs: number;
}

export interface CountCall {
  readonly key: string;
  /** One voxel's bytes where the chunk is not stored; null: the worker holds the brick. */
  readonly fill: readonly number[] | null;
  readonly request: CountRequest;
}

/** The target array of one sample, to be transformed. */
export interface TransformCall {
  readonly chain: TargetChain;
  /** Channels and hidden classes, gathered with the chain's halo; null where there is no annotation. */
  readonly channels: readonly (GatheredChannel | null)[];
}

export interface TransformReply {
  /** `[C, D, H, W]` of the chain's dtype. */
  readonly data: TypedArray;
  readonly mask: Uint8Array;
  readonly extras: readonly Float32Array[];
  /** When the worker began and ended, on the clock that all threads share. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly transformMs: number;
}

/** Gives the headers of requests to an origin, on the page. */
export type RemoteHeaders = (request: HeadersRequest) => Promise<Result<Readonly<Record<string, string>>>>;

/** The worker's side. Buffers in replies are transferred; the caller owns them. */
export interface ChunkWorkerApi {
  /**
   * Comes before all that is asked of it; the answer says that the worker runs.
   *
   * @param signs is told of every {@link WorkerSign}
   * @returns the name of a lock that the worker holds as long as it lives, null where it cannot
   */
  configure(settings: WorkerSettings, signs: MessagePort): Promise<string | null>;
  /** Changes the budgets of the disk tier, as they are in {@link WorkerSettings}; 0 leaves the cache alone. */
  resizeDisk(maxBytes: number | null, writeBytes: number): void;
  /** It will be asked to render, as {@link WorkerSettings.renders} says of those that start later. */
  expectRenders(): void;
  /** It will keep chunks on the disk, with a budget that nobody knows yet; may come before {@link configure}. */
  openDisk(): void;
  /** Answers at once, unless the worker is stuck. */
  ping(): void;
  /** @param headers asks the page for the headers of requests */
  define(array: number, definition: ArrayDefinition, headers?: RemoteHeaders): void;
  /** Begins what it is asked; loads are answered when they end. */
  run(errands: Errands): void;
  /** Ends a load, which is answered with an error. */
  cancel(call: number): void;
  /** Copies of held bricks, for the GPU or for another worker. */
  copy(keys: readonly string[]): Promise<Result<BrickCopy[]>>;
  render(call: RenderCall): Promise<Result<RenderReply>>;
  transform(call: TransformCall): Promise<Result<TransformReply>>;
  /** Counts label voxels of one brick. */
  count(call: CountCall): Promise<Result<LabelCounts>>;
}

/** Runs `work` and answers with its result; what it throws becomes an error of code `fallback`. */
export async function answer<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toWireError(error, "worker") };
  }
}

/** The value of a result, or its error thrown whole. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw fromWireError(result.error);
}
