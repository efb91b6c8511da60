/** The books of one tier: bytes by what they are for, their sum and its peak. Who may allocate is a budget's business. */
import type { Tier } from "./limits.js";

/** Use of a tier, in bytes. */
export interface TierUse {
  readonly bytes: number;
  /** The most that it ever was. */
  readonly peakBytes: number;
  readonly maxBytes: number;
  /** What the bytes are for, such as `bricks`, `batches` and `scratch`. */
  readonly parts: Readonly<Record<string, number>>;
}

/** A part that nobody uses at the moment: it makes room for all others. */
export interface IdlePart {
  readonly part: string;
  /** Frees at least so many bytes, or all there are, and enters it. */
  free(bytes: number): void;
}

export class Ledger {
  readonly #parts = new Map<string, number>();
  #idle: IdlePart | null = null;
  #bytes = 0;
  #peakBytes = 0;

  constructor(
    readonly tier: Tier,
    public maxBytes: number,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Enters how many bytes a part has now; to be called before they are allocated, and after they were freed. */
  enter(part: string, bytes: number): void {
    const more = bytes - this.of(part);
    const excess = this.#bytes + more - this.maxBytes;
    if (more > 0 && excess > 0) this.#idle?.free(excess);
    this.#bytes += more;
    this.#parts.set(part, bytes);
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
  }

  /** Enters bytes more, or less. */
  add(part: string, bytes: number): void {
    this.enter(part, this.of(part) + bytes);
  }

  of(part: string): number {
    return this.#parts.get(part) ?? 0;
  }

  /** What the ceiling leaves for a part beside all others that are in use; negative where they are over it. */
  roomFor(part: string): number {
    const idle = this.#idle === null || this.#idle.part === part ? 0 : this.of(this.#idle.part);
    return this.maxBytes - (this.#bytes - this.of(part) - idle);
  }

  /** Makes a part one that gives way. */
  setIdle(idle: IdlePart): void {
    this.#idle = idle;
  }

  get use(): TierUse {
    const { maxBytes } = this;
    const parts = Object.fromEntries(this.#parts);
    return { bytes: this.#bytes, peakBytes: this.#peakBytes, maxBytes, parts };
  }
}
