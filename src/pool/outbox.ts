/** What a worker is to be asked, gathered until the task is over: many bricks are asked for, shared and let go at once. */
import { NextTask } from "../timing/slices.js";
import type { Errands, LoadCall } from "./protocol.js";

export class Outbox {
  readonly #send: (errands: Errands, buffers: ArrayBuffer[]) => void;
  /** The last word on each brick counts. */
  readonly #bricks = new Map<string, ArrayBuffer | SharedArrayBuffer | null>();
  #loads: LoadCall[] = [];
  #buffers: ArrayBuffer[] = [];
  readonly #later = new NextTask(() => this.flush());

  /** @param send sends a message, in which `buffers` move */
  constructor(send: (errands: Errands, buffers: ArrayBuffer[]) => void) {
    this.#send = send;
  }

  /** A brick that another worker has decoded: a copy, which moves, or where all find it. */
  hold(key: string, bytes: ArrayBuffer | SharedArrayBuffer): void {
    this.#bricks.set(key, bytes);
    if (bytes instanceof ArrayBuffer) this.#buffers.push(bytes);
    this.#later.ask();
  }

  drop(key: string): void {
    this.#bricks.set(key, null);
    this.#later.ask();
  }

  /** @param buffers those of the call that move */
  load(call: LoadCall, buffers: readonly ArrayBuffer[]): void {
    this.#loads.push(call);
    this.#buffers.push(...buffers);
    this.#later.ask();
  }

  /** Sends what there is: before anything else is sent, since messages are to keep their order. */
  flush(): void {
    if (this.#bricks.size === 0 && this.#loads.length === 0) return;
    const errands = { bricks: [...this.#bricks], loads: this.#loads };
    const buffers = this.#buffers;
    this.#bricks.clear();
    this.#loads = [];
    this.#buffers = [];
    this.#send(errands, buffers);
  }
}
