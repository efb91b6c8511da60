/**
 * What the GPU's budget is spent on: outputs and scratch as they are needed, bricks with all that is left.
 *
 * Outputs (the buffers of batches and reads) may take half of it, volumes gathered for target transforms an eighth,
 * scratch a quarter. These grow to what the loaders need and stay, so bricks are squeezed while a loader warms up and
 * not afterwards. Nobody waits for outputs, volumes or scratch while holding bricks, which is why waiting ends.
 */
import { Budget, type Priority } from "../cache/budget.js";
import type { Ledger } from "../cache/ledger.js";
import type { LimitReport } from "../cache/limits.js";
import { VoxelfeedError } from "../errors.js";
import type { BrickPool } from "../gpu/bricks.js";

const outputShare = 1 / 2;
const gatheredShare = 1 / 8;
const scratchShare = 1 / 4;

export class GpuTier {
  /** Bytes of the bricks that reads pin. */
  readonly reads: Budget;
  readonly #outputs: Budget;
  readonly #gathered: Budget;
  readonly #scratch = new Map<object, readonly number[]>();
  readonly #report: LimitReport;
  #pool: BrickPool | null = null;
  /** What bricks may have of their room. */
  #brickShare = 1;

  constructor(
    readonly ledger: Ledger,
    report: LimitReport,
  ) {
    this.#report = report;
    const { maxBytes } = ledger;
    this.reads = new Budget(maxBytes, "budget.gpu", report);
    this.#outputs = new Budget(maxBytes * outputShare, "budget.gpu", report);
    this.#gathered = new Budget(maxBytes * gatheredShare, "budget.gpu", report);
  }

  /** Has bricks give way to the rest from now on. */
  attach(pool: BrickPool): void {
    this.#pool = pool;
    pool.resize(this.#room);
    this.reads.resize(this.#room);
  }

  /** A pool is gone, and the scratch of its renderers with it. */
  detach(pool: BrickPool): void {
    if (this.#pool === pool) this.#pool = null;
    this.#scratch.clear();
    this.ledger.enter("bricks", 0);
    this.ledger.enter("scratch", 0);
  }

  /** Has the next pool make do with a part of its room, where the device has less memory than the budget. */
  limitBricks(share: number): void {
    this.#brickShare = share;
  }

  /** What output buffers may take at most, those that are free for the next batch included. */
  get ringBytes(): number {
    return kept(this.#outputs) + kept(this.#gathered);
  }

  /** The most that volumes gathered for target transforms may take at once. */
  get gatheredBytes(): number {
    return this.#gathered.limit;
  }

  /**
   * Waits until output buffers fit.
   *
   * @returns gives them back
   * @throws VoxelfeedError `budget` when they exceed half of the budget; the signal's reason on abort
   */
  async admitOutputs(bytes: number, signal: AbortSignal, priority: Priority): Promise<() => void> {
    return await this.#admit(this.#outputs, bytes, signal, priority);
  }

  /** The same for volumes that are gathered for target transforms; a sample larger than their share goes alone. */
  async admitGathered(bytes: number, signal: AbortSignal): Promise<() => void> {
    return await this.#admit(this.#gathered, Math.min(bytes, this.#gathered.limit), signal, "visible");
  }

  /**
   * Waits until scratch buffers of these sizes fit.
   *
   * @param owner whose buffers they are
   * @throws VoxelfeedError `budget` when all scratch would exceed a quarter of the budget
   */
  async admitScratch(owner: object, needs: readonly number[], signal: AbortSignal): Promise<void> {
    const known = this.#scratch.get(owner) ?? [];
    const grown = needs.map((bytes, i) => Math.max(bytes, known[i] ?? 0));
    if (grown.every((bytes, i) => bytes === known[i])) return;
    const others = [...this.#scratch].filter(([other]) => other !== owner).flatMap(([, sizes]) => sizes);
    const bytes = sum([...others, ...grown]);
    const { maxBytes } = this.ledger;
    if (bytes > maxBytes * scratchShare) {
      this.#report("refuse", bytes);
      throw new VoxelfeedError(
        "budget",
        `A patch with its halo needs intermediates of ${sum(grown)} bytes, with those of other arrays ${bytes}, and a ` +
          `quarter of budget.gpu (${maxBytes}) is for them. Raise budget.gpu to at least ${4 * bytes}, or use smaller ` +
          "patches or transforms with a smaller halo.",
      );
    }
    this.#scratch.set(owner, grown);
    await this.#squeeze(signal);
    this.ledger.enter("scratch", Math.max(this.ledger.of("scratch"), bytes));
  }

  /** Changes the budget; bricks beyond it go as soon as no read uses them, outputs as they come back. */
  async resize(maxBytes: number, signal: AbortSignal): Promise<void> {
    this.ledger.maxBytes = maxBytes;
    this.#outputs.resize(maxBytes * outputShare);
    this.#gathered.resize(maxBytes * gatheredShare);
    await this.#squeeze(signal);
  }

  get #room(): number {
    const scratch = sum([...this.#scratch.values()].flat());
    return Math.max(Math.floor((this.ledger.maxBytes - this.ringBytes - scratch) * this.#brickShare), 0);
  }

  async #admit(budget: Budget, bytes: number, signal: AbortSignal, priority: Priority): Promise<() => void> {
    const leave = await budget.take(bytes, signal, priority);
    try {
      await this.#squeeze(signal);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Makes bricks fit beside the rest; where heaps must go, when no read uses any brick. */
  async #squeeze(signal: AbortSignal): Promise<void> {
    const pool = this.#pool;
    if (pool === null) return;
    const room = this.#room;
    if (pool.heapBytes <= room && !pool.fallsShortOf(room)) {
      this.reads.resize(room);
      pool.resize(room);
      return;
    }
    if (room < this.reads.limit) this.reads.resize(room);
    const leave = await this.reads.take(this.reads.limit, signal, "visible");
    try {
      if (pool.heapBytes > this.#room) this.#report("evict", pool.heapBytes - this.#room);
      pool.resize(this.#room);
      // Only now, since until now there were no heaps for more.
      this.reads.resize(this.#room);
    } finally {
      leave();
    }
  }
}

/** Buffers that were needed once are kept for the next batch, unless the budget has shrunk since. */
function kept({ peak, limit, used }: Budget): number {
  return Math.min(peak, Math.max(limit, used));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
