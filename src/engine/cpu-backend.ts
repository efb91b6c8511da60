/** The CPU backend: each read is rendered by the worker that holds (most of) its bricks. */

import { transfer } from "comlink";
import type { TargetChain } from "../augment/targets-stages.js";
import type { Budget, Priority } from "../cache/budget.js";
import type { IdTable } from "../plan/ids.js";
import { outputArray, outputItemSize } from "../plan/output.js";
import { halves } from "../plan/pieces.js";
import { brickAt, voxelCount } from "../plan/reads.js";
import { workBytes } from "../plan/work-bytes.js";
import type { WorkedRead } from "../plan/worked.js";
import type { Lives, PoolWorker } from "../pool/pool-worker.js";
import { brickKey, type RenderReply, type TransformCall, type TransformReply } from "../pool/protocol.js";
import type { Spans } from "../timing/spans.js";
import { together } from "../together.js";
import type { Vec3 } from "../types.js";
import type { ArrayRegistry, StoredImage } from "./arrays.js";
import type { BrickDirectory } from "./directory.js";
import type { SpareMemory } from "./spare-memory.js";
import type { EngineCounters } from "./stats.js";
import { addRenderSpans } from "./worker-spans.js";

/** One patch of one image, planned. */
export interface ImageRead extends WorkedRead {
  readonly image: StoredImage;
  /** Whose turn it is where reads wait for each other. Default `training`. */
  readonly priority?: Priority;
  /** Told of each of its bricks that is not stored; what it throws fails the read. */
  readonly missing?: (brick: Vec3) => void;
}

/** What a worker rendered: C order z, y, x. */
export type CpuRendered = Pick<RenderReply, "data" | "mask" | "idTable">;

export class CpuBackend {
  constructor(
    readonly arrays: ArrayRegistry,
    readonly directory: BrickDirectory,
    readonly admission: Budget,
    readonly counters: EngineCounters,
    readonly spans: Spans,
    readonly spare: SpareMemory,
  ) {}

  /**
   * Renders one read in a worker.
   *
   * @returns typed arrays in C order z, y, x; the caller owns them
   */
  async render(read: ImageRead, mask: boolean, signal?: AbortSignal): Promise<CpuRendered> {
    const { brickBytes } = this.arrays.register(read.image, read.level);
    const needed = (read.gather ?? read.plan).bricks.length * brickBytes + workBytes(read, mask);
    const cut = needed > this.admission.limit ? halves(read) : null;
    if (cut === null) return await this.#renderWhole(read, needed, mask, signal);
    this.admission.report("split", needed);
    const { plan } = read;
    const voxels = voxelCount(plan.shape);
    const data = outputArray(plan.outDType, voxels);
    const whole = mask ? new Uint8Array(voxels) : null;
    // One after the other: together they would not fit.
    for (const { read: half, firstVoxel } of cut) {
      const part = await this.render(half, mask, signal);
      data.set(part.data, firstVoxel);
      this.spare.give(part.data.buffer as ArrayBuffer);
      if (part.mask !== null) whole?.set(part.mask, firstVoxel);
    }
    return { data, mask: whole, idTable: null };
  }

  async #renderWhole(
    read: ImageRead,
    needed: number,
    mask: boolean,
    signal?: AbortSignal,
  ): Promise<RenderReply> {
    const { plan, values, gather, priority = "training" } = read;
    const from = gather ?? plan;
    const array = this.arrays.register(read.image, read.level);
    const bricks = from.bricks.map((entry) => {
      const brick = brickAt(from, entry);
      return { entry, brick, key: brickKey({ array: array.id, brick }) };
    });
    const renderBy = async (worker: PoolWorker, lives: Lives): Promise<RenderReply> => {
      const held: (readonly [entry: number, key: string])[] = [];
      try {
        // All settle before any is let go, so that no pin is taken after the read has failed.
        const pin = async (
          { entry, brick, key }: (typeof bricks)[number],
          stop: AbortSignal,
        ): Promise<void> => {
          if (await this.directory.pin(worker, array, brick, stop, priority)) held.push([entry, key]);
          else read.missing?.(brick);
        };
        await together(bricks, pin, signal);
        const leave = await this.spans.queued("worker", worker.turns.take(1, signal, priority));
        const memory = this.spare.take(voxelCount(plan.shape) * outputItemSize[plan.outDType]);
        const render = { plan, values, gather, bricks: held, mask, memory };
        const free = this.directory.books.reserve(workBytes(read, mask));
        const moved = memory === undefined ? [] : [memory];
        const rendering = worker.call((api) => api.render(transfer(render, moved)), lives);
        const reply = await rendering.finally(() => {
          leave();
          free();
        });
        signal?.throwIfAborted();
        this.counters.reads++;
        this.counters.voxels += reply.data.length;
        this.counters.renderMs += reply.renderMs;
        const bytes = reply.data.byteLength + (reply.mask?.byteLength ?? 0);
        addRenderSpans(this.spans, worker.id, reply, bytes);
        return reply;
      } finally {
        for (const [, key] of held) this.directory.unpin(worker, key);
      }
    };
    const admission = this.admission.take(needed, signal, priority);
    const release = await this.spans.queued("memory", admission);
    try {
      const keys = bricks.map(({ key }) => key);
      return await this.directory.pool.withWorker(
        (workers) => this.directory.bestWorker(workers, keys),
        (worker, lives) => renderBy(worker, lives),
        signal,
      );
    } finally {
      release();
    }
  }

  /**
   * Renders what a sample's target array is made of, and transforms it in the worker that has least to do.
   *
   * @returns what was made, and the id table of each read
   */
  async transform(
    chain: TargetChain,
    reads: readonly (ImageRead | null)[],
    signal: AbortSignal,
  ): Promise<{ readonly made: TransformReply; readonly idTables: readonly (IdTable | null)[] }> {
    return await this.directory.pool.persist(async (lives) => {
      const replies = await Promise.all(reads.map((read) => read && this.render(read, true, signal)));
      const channels = replies.map((reply) => reply && { values: reply.data, mask: reply.mask! });
      // The channels move to the worker, and would go down with it: they are rendered anew then.
      const made = await this.#transform({ chain, channels }, lives, signal);
      return { made, idTables: replies.map((reply) => reply?.idTable ?? null) };
    });
  }

  async #transform(call: TransformCall, lives: Lives, signal: AbortSignal): Promise<TransformReply> {
    const worker = this.directory.bestWorker(await this.directory.pool.available(), []);
    worker.tasks++;
    try {
      const buffers = call.channels.flatMap((channel) =>
        channel ? [channel.values.buffer, channel.mask.buffer] : [],
      );
      const leave = await this.spans.queued("worker", worker.turns.take(1, signal, "training"));
      const reply = await worker.call((api) => api.transform(transfer(call, buffers)), lives).finally(leave);
      this.counters.renderMs += reply.transformMs;
      const bytes = reply.data.byteLength + reply.mask.byteLength;
      addRenderSpans(this.spans, worker.id, reply, bytes);
      return reply;
    } finally {
      worker.tasks--;
    }
  }
}
