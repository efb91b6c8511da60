/** Where a worker's code runs: on a thread of its own, or on the page's where workers are forbidden. */
import { expose, type Remote, releaseProxy, wrap } from "comlink";
import { pageSliceMs } from "../timing/slices.js";
import type { ChunkWorkerApi } from "./protocol.js";

/** Something that answers to the protocol of `protocol.ts`. */
export interface Thread {
  /** Of no use once the thread is terminated. */
  readonly api: Remote<ChunkWorkerApi>;
  /** Settles, with what the browser says, when the thread can no longer be relied upon. */
  readonly failed: Promise<ThreadFailure>;
  terminate(): void;
}

export interface ThreadFailure {
  readonly message: string;
  /** Whether a Content-Security-Policy forbids workers, so that another one would do no better. */
  readonly isForbidden: boolean;
}

/** How long a policy's report may be behind the error that it explains. */
const reportDelayMs = 50;

/** A worker as it was made by {@link spawnWorker} or by the host page. */
export function workerThread(worker: Worker): Thread {
  let isForbidden = false;
  const blocked = (event: SecurityPolicyViolationEvent): void => {
    isForbidden ||= event.effectiveDirective === "worker-src";
  };
  const page = typeof document === "undefined" ? null : document;
  page?.addEventListener("securitypolicyviolation", blocked);
  const failed = new Promise<ThreadFailure>((resolve) => {
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const message = `A worker failed: ${event.message || "its script could not be loaded"}.`;
      setTimeout(() => resolve({ message, isForbidden }), reportDelayMs);
    });
    worker.addEventListener("messageerror", () =>
      resolve({ message: "A message to a worker could not be read.", isForbidden: false }),
    );
  });
  const forget = (): void => page?.removeEventListener("securitypolicyviolation", blocked);
  void failed.then(forget);
  const api = wrap<ChunkWorkerApi>(worker);
  return {
    api,
    failed,
    terminate() {
      forget();
      api[releaseProxy]();
      worker.terminate();
    },
  };
}

/** The same code on the page's own thread. Its calls are messages too, so that the page's own work comes in between. */
export async function pageThread(): Promise<Thread> {
  const { createChunkApi } = await import("../../workers/chunk-api.js");
  const { port1, port2 } = new MessageChannel();
  expose(createChunkApi(pageSliceMs), port2);
  const api = wrap<ChunkWorkerApi>(port1);
  return {
    api,
    failed: new Promise(() => {}),
    terminate() {
      api[releaseProxy]();
      port1.close();
      port2.close();
    },
  };
}

/** Whether what `createWorker` threw means that this page may have no workers: a sandbox, or a page from a file. */
export function isForbidden(error: unknown): boolean {
  return error instanceof DOMException && error.name === "SecurityError";
}
