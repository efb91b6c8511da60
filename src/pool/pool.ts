/** The workers of one engine, each behind a comlink proxy whose calls settle even when the worker dies. */
import { type Remote, releaseProxy, wrap } from "comlink";
import { raceAbort } from "../abort.js";
import { Budget } from "../cache/budget.js";
import { VoxelfeedError } from "../errors.js";
import type { ArrayDefinition, ChunkWorkerApi, Result, WorkerSettings } from "./protocol.js";
import { unwrap } from "./protocol.js";

/** One worker: calls are pipelined; a crash rejects every call that is out and all later ones. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #api: Remote<ChunkWorkerApi>;
  readonly #failure = new AbortController();
  /** Renders sent and not yet answered: a message that is sent can no longer be overtaken by a more urgent one. */
  readonly turns = new Budget(3, "renders sent to a worker");
  /** Calls under way. */
  busy = 0;
  /** Reads assigned to this worker and not yet rendered. */
  reads = 0;

  constructor(
    readonly index: number,
    worker: Worker,
  ) {
    this.#worker = worker;
    this.#api = wrap<ChunkWorkerApi>(worker);
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(`A voxelfeed worker failed: ${event.message || "its script could not be loaded"}.`);
    });
    worker.addEventListener("messageerror", () =>
      this.#fail("A message to a voxelfeed worker could not be read."),
    );
  }

  #fail(what: string): void {
    const hint = "If the page has a Content-Security-Policy or a bundler of its own, pass createWorker.";
    this.#failure.abort(new VoxelfeedError("worker", `${what} ${hint}`));
  }

  /** Runs one call; its value, or its error thrown whole. */
  async call<T>(send: (api: Remote<ChunkWorkerApi>) => Promise<Result<T>>): Promise<T> {
    this.#failure.signal.throwIfAborted();
    this.busy++;
    try {
      return unwrap(await raceAbort(send(this.#api), this.#failure.signal));
    } finally {
      this.busy--;
    }
  }

  /** Sends a call that has no answer worth waiting for; messages keep their order. */
  tell(send: (api: Remote<ChunkWorkerApi>) => Promise<unknown>): void {
    if (this.#failure.signal.aborted) return;
    // A worker that dies meanwhile is reported by the calls that wait for it.
    raceAbort(send(this.#api), this.#failure.signal).catch(() => {});
  }

  terminate(reason: unknown): void {
    this.#failure.abort(reason);
    this.#api[releaseProxy]();
    this.#worker.terminate();
  }
}

/** A fixed number of workers, started on first use. */
export class WorkerPool {
  readonly #workers: PoolWorker[] = [];
  readonly #definitions: ArrayDefinition[] = [];

  /** @param size number of workers; @param spawn makes one; @param settings of every worker */
  constructor(
    readonly size: number,
    readonly spawn: () => Worker,
    readonly settings: WorkerSettings,
  ) {}

  get workers(): readonly PoolWorker[] {
    while (this.#workers.length < this.size) {
      const worker = new PoolWorker(this.#workers.length, this.spawn());
      this.#workers.push(worker);
      worker.tell((api) => api.configure(this.settings));
      this.#definitions.forEach(
        (definition, array) => void worker.tell((api) => api.define(array, definition)),
      );
    }
    return this.#workers;
  }

  /** Makes an array known to every worker; returns its number. */
  define(definition: ArrayDefinition): number {
    const array = this.#definitions.push(definition) - 1;
    for (const worker of this.#workers) worker.tell((api) => api.define(array, definition));
    return array;
  }

  leastBusy(): PoolWorker {
    return this.workers.reduce((best, worker) => (worker.busy < best.busy ? worker : best));
  }

  terminate(reason: unknown): void {
    for (const worker of this.#workers) worker.terminate(reason);
    this.#workers.length = 0;
  }
}
