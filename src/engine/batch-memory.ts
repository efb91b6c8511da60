/** The memory of one array of a batch: it moves from the page to whichever worker renders the next read into it, and back. */
import { LostWorker } from "../pool/pool-worker.js";

export interface MemoryParts {
  readonly values: ArrayBuffer;
  readonly mask: ArrayBuffer | null;
}

/** What was rendered so far went down with a worker: all of it is to be rendered anew, into other memory. */
export class LostMemory extends Error {}

type Rendering<T> = (take: () => MemoryParts) => Promise<{ readonly parts: MemoryParts; readonly result: T }>;

/** Only one worker at a time can write to memory that is not shared: who renders into it takes turns. */
export class BatchMemory {
  readonly #take: () => MemoryParts;
  #parts: MemoryParts | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #end: { readonly reason: unknown } | null = null;

  /**
   * @param hasMask whether what is taken has one
   * @param take called when the memory is first needed: by then a batch before it may have given its own back
   */
  constructor(
    readonly hasMask: boolean,
    take: () => MemoryParts,
  ) {
    this.#take = take;
  }

  /** Where it is when it is lent to nobody. */
  get parts(): MemoryParts {
    this.#parts ??= this.#take();
    return this.#parts;
  }

  /**
   * Lends it once everybody is done who came before.
   *
   * @param work asks for it when it has its turn, moves it away, and answers with what came back
   * @throws what `work` throws, as everybody's turn does from then on; LostMemory where a worker is gone
   */
  async lend<T>(work: Rendering<T>): Promise<T> {
    const turn = this.#last.then(() => this.#lend(work));
    this.#last = turn.catch(() => {});
    return await turn;
  }

  async #lend<T>(work: Rendering<T>): Promise<T> {
    if (this.#end !== null) throw this.#end.reason;
    try {
      const { parts, result } = await work(() => this.parts);
      this.#parts = parts;
      return result;
    } catch (error) {
      this.#end = { reason: error instanceof LostWorker ? new LostMemory(error.message) : error };
      throw this.#end.reason;
    }
  }
}

/** Renders into memory until no worker is lost on the way. */
export async function untilKept<T>(render: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await render();
    } catch (error) {
      if (!(error instanceof LostMemory)) throw error;
    }
  }
}
