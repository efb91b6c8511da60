/** Where the worker script is. Bundlers find it by this exact form. */

/** Starts one worker; a host page may replace it (`createWorker`), for a CSP or a bundler of its own. */
export function spawnWorker(): Worker {
  return new Worker(new URL("../../workers/chunk.worker.ts", import.meta.url), {
    type: "module",
    name: "voxelfeed",
  });
}
