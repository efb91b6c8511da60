/** What waits to be written to the disk: bounded, in batches, and behind what somebody waits for. */
import { MiB } from "../../math/bytes.js";

/** Writes wait for each other up to this long, so that they go out together. */
const gatherMs = 100;
const batchSize = 16;
/** While somebody waits for the thread they wait this long, */
const maxWaitMs = 2000;
/** or until this part of the queue is full. */
const pressingPart = 3 / 4;

/** What a queue works with. */
export interface Writing<W> {
  /** Never rejects. */
  readonly write: (batch: readonly W[]) => Promise<void>;
  /** Called when the queue is empty; never rejects. */
  readonly rest: () => Promise<void>;
  /** Whether somebody waits for this thread. */
  readonly isBusy: () => boolean;
  /** Told how many bytes still wait when some are written. */
  readonly onWritten: (queuedBytes: number) => void;
}

export class WriteQueue<W extends { readonly payload: Uint8Array }> {
  /** What may wait; a record that is larger goes in alone. */
  maxBytes = 32 * MiB;
  readonly #writing: Writing<W>;
  readonly #queue: { readonly item: W; readonly sinceMs: number }[] = [];
  #bytes = 0;
  #flushing: Promise<void> | null = null;

  constructor(writing: Writing<W>) {
    this.#writing = writing;
  }

  /** Bytes that wait to be written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes an item, or leaves it out when too much is waiting. */
  put(item: W): void {
    const { byteLength } = item.payload;
    if (this.#queue.length > 0 && this.#bytes + byteLength > this.maxBytes) return;
    this.#queue.push({ item, sinceMs: performance.now() });
    this.#bytes += byteLength;
    this.#flushing ??= this.#flush();
  }

  /** Settles when everything put so far is written or left out. */
  async settled(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing;
  }

  async #flush(): Promise<void> {
    const { write, rest, onWritten } = this.#writing;
    await pause(gatherMs);
    while (this.#queue.length > 0) {
      while (this.#mayWait()) await pause(gatherMs);
      const batch = this.#queue.splice(0, batchSize).map(({ item }) => item);
      await write(batch);
      this.#bytes -= batch.reduce((sum, { payload }) => sum + payload.byteLength, 0);
      onWritten(this.#bytes);
    }
    await rest();
    this.#flushing = this.#queue.length > 0 ? this.#flush() : null;
  }

  /** Writing takes the thread from whoever waits for it. */
  #mayWait(): boolean {
    const isPressing = this.#bytes > this.maxBytes * pressingPart;
    return !isPressing && this.#writing.isBusy() && performance.now() - this.#queue[0]!.sinceMs < maxWaitMs;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
