/** What a worker tells the page of itself: how loads ended is told of many at once. */
import type { LoadReply, Result, WorkerSign } from "../src/pool/protocol.js";
import { NextTask } from "../src/timing/slices.js";

/** What the page does for the loads of one message it does in one task, which is not to be a long one. */
const maxTogether = 8;

export class Signs {
  readonly #port: MessagePort;
  readonly #loaded: (readonly [call: number, result: Result<LoadReply>])[] = [];
  readonly #later = new NextTask(() => {
    if (this.#loaded.length > 0) this.#tell({});
  });

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** A load has ended: told when this task is over, or with what is told before. */
  loaded(call: number, result: Result<LoadReply>): void {
    this.#loaded.push([call, result]);
    this.#later.ask();
  }

  /** The chunk of a load begins to be decoded: told at once, since that may never end. */
  decodes(call: number): void {
    this.#tell({ decodes: call });
  }

  /** Bytes were written to the disk. */
  wrote(writesLeft: number): void {
    this.#tell({ writesLeft });
  }

  #tell(sign: Omit<WorkerSign, "loaded">): void {
    const post = (whole: WorkerSign): void => this.#port.postMessage(whole);
    while (this.#loaded.length > maxTogether) post({ loaded: this.#loaded.splice(0, maxTogether) });
    post({ ...sign, loaded: this.#loaded.splice(0) });
  }
}
