/** The books of the tiers that one engine fills, but the disk's, which the workers keep. */
import { Budget } from "../cache/budget.js";
import { Ledger, type TierUse } from "../cache/ledger.js";
import { type BudgetEvent, LimitEvents, type LimitReport, type Tier } from "../cache/limits.js";
import type { ResolvedEngineOptions } from "./options.js";

/** The tiers whose books the page keeps. */
type PageTier = Exclude<Tier, "disk">;

export class Tiers {
  /** Decoded bricks and what is rendered of them, in all workers. */
  readonly memory: Ledger;
  /** Bytes of the bricks that reads pin, and of what rendering takes beside them. */
  readonly reads: Budget;
  /** Chunks that are being fetched. */
  readonly inflight: Budget;
  /** Bricks, outputs and scratch on the device. */
  readonly gpu: Ledger;
  readonly #limits: LimitEvents;

  /** @param limitMet told of budgets that were reached */
  constructor(
    { memoryBytes, inflightBytes, gpuBytes }: ResolvedEngineOptions,
    limitMet: (event: BudgetEvent) => void,
  ) {
    this.#limits = new LimitEvents(limitMet);
    this.memory = new Ledger("memory", memoryBytes);
    this.reads = new Budget(memoryBytes, "budget.memory", this.reportOf("memory"));
    this.inflight = new Budget(inflightBytes, "budget.inflight", this.reportOf("inflight"));
    this.gpu = new Ledger("gpu", gpuBytes);
  }

  get use(): Readonly<Record<PageTier, TierUse>> {
    const { used: bytes, peak: peakBytes, limit: maxBytes } = this.inflight;
    return {
      inflight: { bytes, peakBytes, maxBytes, parts: { chunks: bytes } },
      memory: this.memory.use,
      gpu: this.gpu.use,
    };
  }

  /** What a tier tells when its budget is reached. */
  reportOf(tier: PageTier): LimitReport {
    return (action, neededBytes) => {
      const { bytes: usedBytes, maxBytes } = this.#useOf(tier);
      this.#limits.report({ tier, action, neededBytes, usedBytes, maxBytes });
    };
  }

  #useOf(tier: PageTier): Pick<TierUse, "bytes" | "maxBytes"> {
    if (tier !== "inflight") return this[tier];
    return { bytes: this.inflight.used, maxBytes: this.inflight.limit };
  }
}
