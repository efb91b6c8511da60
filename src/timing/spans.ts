/** What is measured while voxelfeed works: spans of time, told to whoever observes. Unobserved, nothing is kept. */

/**
 * The stages of a chunk's way to a batch. `wait` is the consumer waiting for a batch in `next()`, `consumer` the
 * consumer at work between two batches.
 */
export const stages = [
  "plan",
  "queue",
  "disk",
  "fetch",
  "decode",
  "transfer",
  "upload",
  "render",
  "wait",
  "consumer",
] as const;
export type Stage = (typeof stages)[number];

/**
 * What a stage is made of. `queue`: what was waited for, room in a budget (`memory`, `gpu`, `inflight`), a connection, or a
 * worker's turn. `fetch`: until the answer began, and its body. `render`: in a worker (`cpu`), or submitted by the page and run
 * by the GPU (`submit`, `gpu`).
 */
export type SpanPart =
  | "memory"
  | "gpu"
  | "inflight"
  | "connection"
  | "worker"
  | "latency"
  | "body"
  | "cpu"
  | "submit";

/** One stage of one thing: a brick, a request, a read, a batch. */
export interface Span {
  readonly stage: Stage;
  /** Milliseconds on the page's clock, `performance.now()`. */
  readonly startMs: number;
  readonly ms: number;
  /** Bytes that were read, decoded, moved or rendered. */
  readonly bytes: number;
  /** What of `ms` was what. */
  readonly parts?: Readonly<Partial<Record<SpanPart, number>>>;
  /** Number of the worker; absent: on the page, or on the GPU. */
  readonly worker?: number;
  /** Key of the brick. */
  readonly brick?: string;
  /** Of `fetch` over HTTP. */
  readonly request?: RequestPlace;
  /** Of `wait`: the batch that was waited for. */
  readonly batch?: BatchSpan;
}

/** Whom a request asked. */
export interface RequestPlace {
  readonly origin: string;
  /** As resource timing names it, such as `http/1.1` or `h2`; empty where it is not known. */
  readonly protocol: string;
  /** No usable answer came; it may have been asked again. */
  readonly failed: boolean;
}

/** A request as a worker measures it; times are milliseconds. */
export interface RequestTiming extends RequestPlace {
  /** When it was asked for, on the clock all threads share: `performance.timeOrigin + performance.now()`. */
  readonly askedAtMs: number;
  /** Waiting for a connection. */
  readonly queuedMs: number;
  /** From the request to the answer's head. */
  readonly latencyMs: number;
  readonly bodyMs: number;
  readonly bytes: number;
}

/** A batch, from the first thing that was done for it to the last. */
export interface BatchSpan {
  readonly epoch: number;
  readonly index: number;
  readonly startMs: number;
  readonly ms: number;
}

/** Tells spans to those who observe. */
export class Spans {
  readonly #observers = new Set<(span: Span) => void>();

  /** Whether anybody would hear of a span; nothing need be measured otherwise. */
  get isObserved(): boolean {
    return this.#observers.size > 0;
  }

  /** @returns ends it */
  observe(observer: (span: Span) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  add(span: Span): void {
    for (const observer of this.#observers) {
      try {
        observer(span);
      } catch (error) {
        // Who watches must not break what is watched.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Waits for a turn, and tells how long that took. */
  queued<T>(part: SpanPart, turn: Promise<T>): Promise<T> {
    return this.isObserved ? this.#timed(part, turn) : turn;
  }

  async #timed<T>(part: SpanPart, turn: Promise<T>): Promise<T> {
    const startMs = performance.now();
    const taken = await turn;
    const ms = performance.now() - startMs;
    this.add({ stage: "queue", startMs, ms, bytes: 0, parts: { [part]: ms } });
    return taken;
  }
}

/** Now, on the clock that all threads of a page share. */
export function sharedNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** A time of the shared clock as this thread's `performance.now()` would have told it. */
export function localMs(sharedMs: number): number {
  return sharedMs - performance.timeOrigin;
}
