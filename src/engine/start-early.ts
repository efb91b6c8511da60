/** What reading will take is fetched and started while metadata is read, which leaves the processor idle. */
import { fetchEarly } from "../fetch-code.js";
import { earlyThreads } from "../pool/early-threads.js";
import { spawnWorker } from "../pool/spawn.js";
import { type EngineOptions, resolveEngineOptions } from "./options.js";

/**
 * To be called when something is opened that was given no engine.
 *
 * @throws VoxelfeedError `unknown-option`, `invalid-option`
 */
export function prepareToRead(options: EngineOptions): void {
  // A server that only plans has no workers, and reads nothing.
  if (typeof Worker === "undefined") return;
  const { workers, createWorker, diskBytes } = resolveEngineOptions(options);
  fetchEarly(() => import("./works.js"));
  // The first requests go out before.
  if (createWorker === spawnWorker) setTimeout(() => earlyThreads.start(workers, diskBytes !== 0));
}
