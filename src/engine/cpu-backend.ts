/** The CPU backend: each read is rendered by the worker that holds (most of) its bricks. */
import { transfer } from "comlink";
import type { Budget, Priority } from "../cache/budget.js";
import { brickAt } from "../plan/reads.js";
import type { WorkedRead } from "../plan/worked.js";
import { brickKey, type RenderReply, type TransformCall, type TransformReply } from "../pool/protocol.js";
import type { Spans } from "../timing/spans.js";
import type { Vec3 } from "../types.js";
import type { ArrayRegistry, StoredImage } from "./arrays.js";
import type { BrickDirectory } from "./directory.js";
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

export class CpuBackend {
  constructor(
    readonly arrays: ArrayRegistry,
    readonly directory: BrickDirectory,
    readonly admission: Budget,
    readonly counters: EngineCounters,
    readonly spans: Spans,
  ) {}

  /**
   * Renders one read in a worker.
   *
   * @returns typed arrays in C order z, y, x; the caller owns them
   */
  async render(read: ImageRead, mask: boolean, signal?: AbortSignal): Promise<RenderReply> {
    const { plan, values, gather, priority = "training" } = read;
    const from = gather ?? plan;
    const array = this.arrays.register(read.image, read.level);
    const bricks = from.bricks.map((entry) => {
      const brick = brickAt(from, entry);
      return { entry, brick, key: brickKey({ array: array.id, brick }) };
    });
    const admission = this.admission.take(bricks.length * array.brickBytes, signal, priority);
    const release = await this.spans.queued("memory", admission);
    const worker = this.directory.bestWorker(bricks.map(({ key }) => key));
    worker.reads++;
    const held: (readonly [entry: number, key: string])[] = [];
    try {
      // All settle before any is let go, so that no pin is taken after the read has failed.
      const outcomes = await Promise.allSettled(
        bricks.map(async ({ entry, brick, key }) => {
          if (await this.directory.pin(worker, array, brick, signal, priority)) held.push([entry, key]);
          else read.missing?.(brick);
        }),
      );
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      const leave = await this.spans.queued("worker", worker.turns.take(1, signal, priority));
      const render = { plan, values, gather, bricks: held, mask };
      const reply = await worker.call((api) => api.render(render)).finally(leave);
      signal?.throwIfAborted();
      this.counters.reads++;
      this.counters.voxels += reply.data.length;
      this.counters.renderMs += reply.renderMs;
      const bytes = reply.data.byteLength + (reply.mask?.byteLength ?? 0);
      addRenderSpans(this.spans, worker.index, reply.startedAtMs, reply.renderMs, bytes);
      return reply;
    } finally {
      for (const [, key] of held) this.directory.unpin(worker, key);
      worker.reads--;
      release();
    }
  }

  /** Transforms a sample's target array in the worker that has least to do; the buffers of the call move there. */
  async transform(call: TransformCall, signal: AbortSignal): Promise<TransformReply> {
    const worker = this.directory.bestWorker([]);
    worker.reads++;
    try {
      const buffers = call.channels.flatMap((channel) =>
        channel ? [channel.values.buffer, channel.mask.buffer] : [],
      );
      const leave = await this.spans.queued("worker", worker.turns.take(1, signal, "training"));
      const reply = await worker.call((api) => api.transform(transfer(call, buffers))).finally(leave);
      this.counters.renderMs += reply.transformMs;
      const bytes = reply.data.byteLength + reply.mask.byteLength;
      addRenderSpans(this.spans, worker.index, reply.startedAtMs, reply.transformMs, bytes);
      return reply;
    } finally {
      worker.reads--;
    }
  }
}
