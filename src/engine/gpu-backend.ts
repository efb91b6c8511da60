/** The GPU backend: bricks are uploaded once, and whole batches are gathered from them in one submit. */

import type { Budget, Priority } from "../cache/budget.js";
import { isVoxelfeedError } from "../errors.js";
import type { BrickPool, BrickSlot } from "../gpu/bricks.js";
import type { OutputRun } from "../gpu/dispatch.js";
import type { GpuJob, GpuRenderer } from "../gpu/render.js";
import { type IdTable, idTableFor } from "../plan/ids.js";
import { outputItemSize } from "../plan/output.js";
import { halves } from "../plan/pieces.js";
import { brickAt, type ReadPlan, voxelCount } from "../plan/reads.js";
import { brickKey } from "../pool/protocol.js";
import { together } from "../together.js";
import type { Vec3 } from "../types.js";
import type { ArrayRegistry, RegisteredArray } from "./arrays.js";
import type { ImageRead } from "./cpu-backend.js";
import type { BrickDirectory } from "./directory.js";
import type { GpuClock } from "./gpu-clock.js";
import type { GpuTier } from "./gpu-tier.js";
import { SharedLoads } from "./loads.js";
import type { EngineCounters } from "./stats.js";

/** One read and the places of its voxels and mask in the output buffers. */
export interface GpuRead {
  readonly read: ImageRead;
  readonly out: OutputRun;
  readonly mask?: OutputRun;
}

interface NeededBrick {
  readonly key: string;
  readonly array: RegisteredArray;
  readonly brick: Vec3;
}

interface LocatedRead extends GpuRead {
  readonly bricks: readonly (NeededBrick & { readonly entry: number })[];
}

/** A group may pin this part of the GPU budget, so that fragments never keep its last brick out. */
const GROUP_SHARE = 0.75;

export class GpuBackend {
  readonly #uploads = new SharedLoads();
  /** Ids of the bricks of 64-bit integers; they go with the slot when the brick is evicted. */
  readonly #ids = new WeakMap<BrickSlot, IdTable>();

  constructor(
    readonly arrays: ArrayRegistry,
    readonly directory: BrickDirectory,
    readonly memory: Budget,
    readonly tier: GpuTier,
    readonly pool: BrickPool,
    readonly renderer: GpuRenderer,
    readonly counters: EngineCounters,
    readonly clock: GpuClock,
  ) {}

  /**
   * Renders the reads into their buffers; when it resolves, the work is submitted.
   *
   * @returns the id table of each read, null where ids are unchanged (see {@link ReadPlan})
   */
  async render(reads: readonly GpuRead[], signal: AbortSignal): Promise<(IdTable | null)[]> {
    const needs = this.renderer.scratchNeeds(reads.map(({ read }) => read));
    await this.tier.admitScratch(this.renderer, needs, signal);
    const located = reads.map((read) => this.#pieces(this.#locate(read)));
    const tables = new Map<LocatedRead, IdTable | null>();
    for (const group of this.#groups(located.flat())) {
      const found = await this.#renderGroup(group, signal);
      for (const [i, read] of group.entries()) tables.set(read, found[i]!);
    }
    // Reads in several pieces have no id table.
    return located.map(([first]) => tables.get(first!)!);
  }

  /** Pieces of a read whose bricks do not fit on the GPU together; usually it is one. */
  #pieces(read: LocatedRead): LocatedRead[] {
    const bytes = bytesOfBricks(read.bricks);
    const cut = bytes > this.#groupBytes ? halves(read.read) : null;
    if (cut === null) return [read];
    this.tier.reads.report("split", bytes);
    const moved = (run: OutputRun, voxels: number): OutputRun => ({
      ...run,
      elementOffset: run.elementOffset + voxels * run.elementStride,
    });
    return cut.flatMap(({ read: half, firstVoxel }) => {
      const { out, mask } = read;
      const runs = { out: moved(out, firstVoxel), ...(mask && { mask: moved(mask, firstVoxel) }) };
      return this.#pieces(this.#locate({ read: half, ...runs }));
    });
  }

  get #groupBytes(): number {
    return this.tier.reads.limit * GROUP_SHARE;
  }

  #locate(request: GpuRead): LocatedRead {
    const { plan, gather = plan, image, level } = request.read;
    const array = this.arrays.register(image, level);
    const bricks = gather.bricks.map((entry) => {
      const brick = brickAt(gather, entry);
      return { entry, array, brick, key: brickKey({ array: array.id, brick }) };
    });
    return { ...request, bricks };
  }

  /** Splits a batch whose bricks do not fit on the GPU together; usually there is one group. */
  #groups(reads: readonly LocatedRead[]): LocatedRead[][] {
    const groups: LocatedRead[][] = [];
    let keys = new Set<string>();
    let bytes = 0;
    for (const read of reads) {
      const added = read.bricks.filter(({ key }) => !keys.has(key));
      const more = added.reduce((sum, { array }) => sum + array.brickBytes, 0);
      if (groups.length === 0 || bytes + more > this.#groupBytes) {
        groups.push([]);
        keys = new Set();
        bytes = 0;
      }
      groups.at(-1)!.push(read);
      for (const { key, array } of read.bricks) {
        if (!keys.has(key)) bytes += array.brickBytes;
        keys.add(key);
      }
    }
    return groups;
  }

  async #renderGroup(group: readonly LocatedRead[], signal?: AbortSignal): Promise<(IdTable | null)[]> {
    const needed = new Map(group.flatMap(({ bricks }) => bricks.map((brick) => [brick.key, brick] as const)));
    try {
      return await this.#renderBeside(group, needed, bytesOfBricks([...needed.values()]), signal);
    } catch (error) {
      if (!isVoxelfeedError(error, "budget")) throw error;
      // Bricks that other groups pin may lie so that no hole is left where bytes are: by itself the group has all there are.
      return await this.#renderBeside(group, needed, this.tier.reads.limit, signal);
    }
  }

  /** @param bytes of the GPU's budget for bricks, which the group takes */
  async #renderBeside(
    group: readonly LocatedRead[],
    needed: ReadonlyMap<string, NeededBrick>,
    bytes: number,
    signal?: AbortSignal,
  ): Promise<(IdTable | null)[]> {
    const priority = group[0]?.read.priority ?? "training";
    const release = await this.clock.spans.queued("gpu", this.tier.reads.take(bytes, signal, priority));
    const slots = new Map<string, BrickSlot>();
    try {
      // All settle before any is let go, so that no pin is taken after the group has failed.
      const pin = async (brick: NeededBrick, stop: AbortSignal): Promise<void> => {
        const slot = await this.#pinResident(brick, stop, priority);
        if (slot !== null) slots.set(brick.key, slot);
      };
      await together(needed.values(), pin, signal);
      for (const { read, bricks } of group) {
        for (const { key, brick } of bricks) if (!slots.has(key)) read.missing?.(brick);
      }
      const jobs = group.map((read) => this.#job(read, slots));
      // Compiled off the page's thread; where a shader fails, this is where it is said.
      await this.renderer.compile(jobs, this.pool);
      signal?.throwIfAborted();
      const outputBytes = jobs.reduce((sum, { plan }) => sum + bytesOf(plan), 0);
      this.clock.measure(outputBytes, () => this.renderer.render(jobs, this.pool));
      await Promise.all([this.pool.settled(), this.renderer.settled()]);
      for (const { plan } of jobs) {
        this.counters.reads++;
        this.counters.voxels += voxelCount(plan.shape);
      }
      return jobs.map(({ idTable }) => idTable ?? null);
    } finally {
      for (const key of slots.keys()) this.pool.unpin(key);
      release();
    }
  }

  #job({ read, out, mask, bricks }: LocatedRead, slots: ReadonlyMap<string, BrickSlot>): GpuJob {
    const found = bricks.flatMap(({ entry, key }) => {
      const slot = slots.get(key);
      return slot === undefined ? [] : [[entry, slot] as const];
    });
    const ids = found.flatMap(([entry, slot]) => {
      const list = this.#ids.get(slot);
      return list === undefined ? [] : [[entry, new Uint8Array(list.buffer)] as const];
    });
    const { plan, values, gather } = read;
    // A brick's distinct ids make the same table as all its voxels. Values that are worked on are no ids.
    const idTable = values === undefined ? idTableFor(plan, new Map(ids)) : null;
    return { plan, values, gather, slots: new Map(found), out, mask, idTable };
  }

  /** The brick's place on the GPU, pinned; null when its chunk is not stored. */
  async #pinResident(
    { key, array, brick }: NeededBrick,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<BrickSlot | null> {
    for (let turn = 0; ; turn++) {
      if (this.directory.isMissing(key)) return null;
      const slot = this.pool.get(key);
      if (slot !== undefined) {
        this.pool.pin(key);
        if (turn === 0) this.counters.gpuHits++;
        return slot;
      }
      await this.#uploads.join(key, (shared) => this.#upload(key, array, brick, shared, priority), signal);
    }
  }

  async #upload(
    key: string,
    array: RegisteredArray,
    brick: Vec3,
    signal: AbortSignal,
    priority: Priority,
  ): Promise<void> {
    // The brick and its copy; a brick of more than half the budget has none beside it for long.
    const bytes = Math.min(2 * array.brickBytes, Math.max(this.memory.limit, array.brickBytes));
    const release = await this.clock.spans.queued("memory", this.memory.take(bytes, signal, priority));
    const free = this.directory.books.reserve(bytes - array.brickBytes);
    try {
      const copy = await this.directory.copy(array, brick, signal, priority);
      if (copy === null) return;
      const startMs = performance.now();
      const slot = this.pool.put(key, new Uint8Array(copy.bytes));
      const ms = performance.now() - startMs;
      this.clock.spans.add({ stage: "upload", startMs, ms, bytes: copy.bytes.byteLength, brick: key });
      if (copy.ids !== null) this.#ids.set(slot, copy.ids);
      this.counters.uploadedBytes += copy.bytes.byteLength;
    } finally {
      free();
      release();
    }
  }
}

function bytesOfBricks(bricks: readonly NeededBrick[]): number {
  return bricks.reduce((sum, { array }) => sum + array.brickBytes, 0);
}

/** Of what a read renders, without its mask. */
function bytesOf({ shape, outDType }: ReadPlan): number {
  return voxelCount(shape) * outputItemSize[outDType];
}
