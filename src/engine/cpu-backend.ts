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
import { type Lives, newLives, type PoolWorker } from "../pool/pool-worker.js";
import { brickKey, type RenderReply, type TransformCall, type TransformReply } from "../pool/protocol.js";
import type { Spans } from "../timing/spans.js";
import { together } from "../together.js";
import type { Vec3 } from "../types.js";
import type { ArrayRegistry, StoredImage } from "./arrays.js";
import { BatchMemory, untilKept } from "./batch-memory.js";
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

/** What was rendered: C order z, y, x. */
export type CpuRendered = Pick<RenderReply, "data" | "mask" | "idTable">;

/** Where a read is rendered to. */
export interface ReadPlace {
  readonly memory: BatchMemory;
  /** Element of its first voxel. */
  readonly first: number;
}

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
   * Renders one read into memory of its own.
   *
   * @returns typed arrays in C order z, y, x; the caller owns them
   */
  async render(read: ImageRead, mask: boolean, signal?: AbortSignal): Promise<CpuRendered> {
    const { shape, outDType } = read.plan;
    const voxels = voxelCount(shape);
    const lives = newLives();
    return await untilKept(async () => {
      const memory = new BatchMemory(mask, () => ({
        values: this.spare.takeOrMake(voxels * outputItemSize[outDType]),
        mask: mask ? this.spare.takeOrMake(voxels) : null,
      }));
      const idTable = await this.renderInto({ memory, first: 0 }, read, lives, signal);
      const { parts } = memory;
      const data = outputArray(outDType, voxels, parts.values);
      return { data, mask: parts.mask && new Uint8Array(parts.mask), idTable };
    });
  }

  /**
   * Renders one read in a worker, or piece by piece where it does not fit the budget at once.
   *
   * @returns its id table
   * @throws LostMemory when the memory is gone with a worker
   */
  async renderInto(
    place: ReadPlace,
    read: ImageRead,
    lives: Lives,
    signal?: AbortSignal,
  ): Promise<IdTable | null> {
    const { brickBytes } = this.arrays.register(read.image, read.level);
    const needed =
      (read.gather ?? read.plan).bricks.length * brickBytes + workBytes(read, place.memory.hasMask);
    const cut = needed > this.admission.limit ? halves(read) : null;
    if (cut === null) return await this.#renderWhole(place, read, needed, lives, signal);
    this.admission.report("split", needed);
    // One after the other: together they would not fit.
    for (const { read: half, firstVoxel } of cut) {
      const { memory, first } = place;
      await this.renderInto({ memory, first: first + firstVoxel }, half, lives, signal);
    }
    return null;
  }

  async #renderWhole(
    { memory, first }: ReadPlace,
    read: ImageRead,
    needed: number,
    lives: Lives,
    signal?: AbortSignal,
  ): Promise<IdTable | null> {
    const { plan, values, gather, priority = "training" } = read;
    const from = gather ?? plan;
    const array = this.arrays.register(read.image, read.level);
    const bricks = from.bricks.map((entry) => {
      const brick = brickAt(from, entry);
      return { entry, brick, key: brickKey({ array: array.id, brick }) };
    });
    const renderBy = async (worker: PoolWorker): Promise<IdTable | null> => {
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
        return await memory.lend(async (take) => {
          const leave = await this.spans.queued("worker", worker.turns.take(1, signal, priority));
          const free = this.directory.books.reserve(workBytes(read, memory.hasMask));
          try {
            const parts = take();
            const moved = parts.mask === null ? [parts.values] : [parts.values, parts.mask];
            const render = { plan, values, gather, bricks: held, memory: { ...parts, first } };
            const { data, mask, ...reply } = await worker.call(
              (api) => api.render(transfer(render, moved)),
              lives,
            );
            signal?.throwIfAborted();
            this.counters.reads++;
            this.counters.voxels += data.length;
            this.counters.renderMs += reply.renderMs;
            addRenderSpans(this.spans, worker.id, reply, data.byteLength + (mask?.byteLength ?? 0));
            const buffers = {
              values: data.buffer as ArrayBuffer,
              mask: mask && (mask.buffer as ArrayBuffer),
            };
            return { parts: buffers, result: reply.idTable };
          } finally {
            leave();
            free();
          }
        });
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
        renderBy,
        signal,
        lives,
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
