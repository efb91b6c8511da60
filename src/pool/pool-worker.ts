/** One worker behind a comlink proxy, from its start to its end: calls settle even when it dies. */
import { type Remote, transfer } from "comlink";
import { raceAbort } from "../abort.js";
import { Budget } from "../cache/budget.js";
import { VoxelfeedError } from "../errors.js";
import { toWireError } from "../wire-error.js";
import type { WorkerDeadlines } from "./deadlines.js";
import { holdsUntilGone } from "./lifeline.js";
import { Outbox } from "./outbox.js";
import type {
  ChunkWorkerApi,
  Errands,
  LoadCall,
  LoadReply,
  Result,
  WorkerSettings,
  WorkerSign,
} from "./protocol.js";
import { unwrap } from "./protocol.js";
import type { Thread } from "./thread.js";
import { Watch } from "./watch.js";

/** What the calls of a worker reject with that is gone. Who made them begins again with another one. */
export class LostWorker extends VoxelfeedError {
  /**
   * @param wasStarted whether the worker ever answered
   * @param isForbidden whether the page may have no workers at all
   * @param load the load whose chunk it was stuck in, null where nothing is known of the cause
   */
  constructor(
    message: string,
    readonly wasStarted: boolean,
    readonly isForbidden: boolean,
    readonly load: number | null,
  ) {
    super("worker", message, { retryable: true });
  }
}

/** How often one call may still be sent again after it was lost with its worker. */
export interface Lives {
  left: number;
}

const MAX_REQUEUES = 2;

export function newLives(): Lives {
  return { left: MAX_REQUEUES };
}

export class PoolWorker {
  readonly #thread: Thread;
  readonly #api: Remote<ChunkWorkerApi>;
  readonly #gone = new AbortController();
  readonly #watch: Watch;
  readonly #signs = new MessageChannel();
  readonly #outbox = new Outbox((errands, buffers) => void this.#run(errands, buffers));
  /** Who waits for the answer of a load, by its call. */
  readonly #loads = new Map<number, (result: Result<LoadReply>) => void>();
  #isStarted = false;
  /** Renders sent and not yet answered: a message that is sent can no longer be overtaken by a more urgent one. */
  readonly turns = new Budget(3, "renders sent to a worker");
  /** What it was given to do and has not ended. */
  tasks = 0;

  /**
   * @param id no other worker of the engine has it, or had it
   * @param events `lost`: the worker is gone of itself, not by {@link terminate}; `wrote`: how many bytes still wait for the disk
   */
  constructor(
    readonly id: number,
    thread: Thread,
    settings: WorkerSettings,
    deadlines: WorkerDeadlines,
    events: {
      readonly started: () => void;
      readonly lost: (loss: LostWorker) => void;
      readonly wrote: (writesLeft: number) => void;
    },
  ) {
    this.#thread = thread;
    this.#api = thread.api;
    const fail = (message: string, isForbidden = false, load: number | null = null): void => {
      if (this.isGone) return;
      const loss = new LostWorker(message, this.#isStarted, isForbidden, load);
      this.terminate(loss);
      events.lost(loss);
    };
    void thread.failed.then((failure) => fail(failure.message, failure.isForbidden));
    this.#watch = new Watch(
      deadlines,
      () => this.#api.ping(),
      ({ message, call }) => fail(`${message}; it was replaced.`, false, call),
    );
    this.#signs.port1.onmessage = ({ data }: MessageEvent<WorkerSign>) => {
      for (const [call, result] of data.loaded) this.#loads.get(call)?.(result);
      if (data.decodes !== undefined) this.#watch.decodes(data.decodes);
      if (data.writesLeft !== undefined) events.wrote(data.writesLeft);
    };
    const { port2 } = this.#signs;
    void this.#api.configure(settings, transfer(port2, [port2])).then((lifeline) => {
      this.#isStarted = true;
      this.#watch.started();
      events.started();
      if (this.isGone) return;
      if (lifeline !== null) {
        void holdsUntilGone(lifeline, this.#gone.signal).then(() => fail("A worker was terminated."));
      }
    });
  }

  /** Loads under way. */
  get loads(): number {
    return this.#loads.size;
  }

  /** Whether it has answered; before, nobody knows whether it ever will. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  get isGone(): boolean {
    return this.#gone.signal.aborted;
  }

  /** @throws LostWorker when it is gone, or why it was ended */
  checkAlive(): void {
    this.#gone.signal.throwIfAborted();
  }

  /**
   * Runs one call; its value, or its error thrown whole.
   *
   * @param lives of this call, over all workers that it was sent to
   * @throws LostWorker when the worker is gone; VoxelfeedError `worker` when that happened once too often
   */
  async call<T>(
    send: (api: Remote<ChunkWorkerApi>) => Promise<Result<T>>,
    lives: Lives = newLives(),
  ): Promise<T> {
    this.checkAlive();
    this.#outbox.flush();
    return await this.#answered(send(this.#api), lives);
  }

  /** Runs one load, whose decoding has a deadline. */
  async load(call: LoadCall, buffers: ArrayBuffer[], lives: Lives): Promise<LoadReply> {
    this.checkAlive();
    const answer = new Promise<Result<LoadReply>>((resolve) => this.#loads.set(call.call, resolve));
    this.#outbox.load(call, buffers);
    try {
      return await this.#answered(answer, lives, call.call);
    } finally {
      this.#loads.delete(call.call);
    }
  }

  /** Has it hold a brick that another worker has decoded: a copy, which moves there, or the slot that they share. */
  hold(key: string, bytes: ArrayBuffer | SharedArrayBuffer): void {
    this.#outbox.hold(key, bytes);
  }

  /** Has it let go of a brick. */
  drop(key: string): void {
    this.#outbox.drop(key);
  }

  /** Sends a call that has no answer worth waiting for; messages keep their order. */
  tell(send: (api: Remote<ChunkWorkerApi>) => Promise<unknown>): void {
    if (this.isGone) return;
    this.#outbox.flush();
    // A worker that dies meanwhile is reported by the calls that wait for it.
    raceAbort(send(this.#api), this.#gone.signal).catch(() => {});
  }

  async #run(errands: Errands, buffers: ArrayBuffer[]): Promise<void> {
    if (this.isGone) return;
    try {
      await raceAbort(this.#api.run(transfer(errands, buffers)), this.#gone.signal);
    } catch (error) {
      // What was never begun is not answered; loads that are lost with their worker have rejected before.
      const result: Result<LoadReply> = { ok: false, error: toWireError(error, "worker") };
      for (const { call } of errands.loads) this.#loads.get(call)?.(result);
    }
  }

  async #answered<T>(answer: Promise<Result<T>>, lives: Lives, load?: number): Promise<T> {
    const answered = this.#watch.call(load);
    try {
      return unwrap(await raceAbort(answer, this.#gone.signal));
    } catch (error) {
      if (error instanceof LostWorker) spend(lives, error);
      throw error;
    } finally {
      answered();
    }
  }

  terminate(reason: unknown): void {
    if (this.isGone) return;
    this.#gone.abort(reason);
    this.#watch.end();
    this.#signs.port1.close();
    this.#thread.terminate();
  }
}

/** A call is to blame for its worker's end unless another one is known to be. */
function spend(lives: Lives, loss: LostWorker): void {
  if (loss.load !== null || lives.left-- > 0) return;
  throw new VoxelfeedError(
    "worker",
    `A call was lost with its worker ${MAX_REQUEUES + 1} times, the last time because: ${loss.message}`,
    { attempts: MAX_REQUEUES + 1, cause: loss },
  );
}
