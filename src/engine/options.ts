/** Options of an engine, checked and with their defaults. */
import { MiB } from "../math/bytes.js";
import { checkKeys, invalid, oneOf, wholeNumber } from "../options.js";
import { spawnWorker } from "../pool/spawn.js";
import { defaultDeadlines, type WorkerDeadlines } from "../pool/watch.js";
import type { Budget, Revalidate } from "../types.js";

export interface EngineOptions {
  /**
   * `"webgpu"` renders in compute shaders, `"cpu"` in the workers. Default `"auto"`: WebGPU, but the CPU on a
   * software adapter (measured several times faster there) or where there is no WebGPU. Chosen once.
   */
  readonly backend?: "auto" | "webgpu" | "cpu";
  /** The device whose buffers you want, of the host page or of the consumer. Never destroyed by voxelfeed. */
  readonly device?: GPUDevice;
  /** Number of workers. Default: one per core, at most 4 (`navigator.hardwareConcurrency`). */
  readonly workers?: number;
  /** Makes a worker that runs `voxelfeed/chunk.worker.js`; for pages that must start it their own way. */
  readonly createWorker?: () => Worker;
  readonly budget?: Budget;
  /** When chunks on the disk are checked against the server. Default `session`. */
  readonly revalidate?: Revalidate;
  /** When a worker is given up and replaced, in milliseconds that the page was awake. */
  readonly workerDeadlines?: Partial<WorkerDeadlines>;
}

export const engineOptionNames = [
  "backend",
  "device",
  "workers",
  "createWorker",
  "budget",
  "revalidate",
  "workerDeadlines",
] as const;

/** The engine's own among the options of something that makes one. */
export function engineOptionsOf(options: EngineOptions): EngineOptions {
  return Object.fromEntries(engineOptionNames.map((name) => [name, options[name]]));
}

export interface ResolvedEngineOptions {
  readonly backend: "auto" | "webgpu" | "cpu";
  readonly device: GPUDevice | undefined;
  readonly workers: number;
  readonly createWorker: () => Worker;
  readonly gpuBytes: number;
  readonly memoryBytes: number;
  readonly inflightBytes: number;
  /** Null: what the browser grants decides. */
  readonly diskBytes: number | null;
  readonly revalidate: Revalidate;
  readonly workerDeadlines: WorkerDeadlines;
}

/** @throws VoxelfeedError `unknown-option`, `invalid-option` */
export function resolveEngineOptions(options: EngineOptions): ResolvedEngineOptions {
  const budget = options.budget ?? {};
  checkKeys(budget, ["gpu", "memory", "disk", "inflight"], "budget");
  const { createWorker = spawnWorker } = options;
  if (typeof createWorker !== "function") throw invalid("createWorker", "a function", createWorker);
  return {
    backend: oneOf(options.backend, "backend", ["auto", "webgpu", "cpu"], "auto"),
    device: options.device,
    workers: wholeNumber(options.workers, "workers", 1, Math.min(4, navigator.hardwareConcurrency || 2), 64),
    createWorker,
    gpuBytes: wholeNumber(budget.gpu, "budget.gpu", 1, 512 * MiB),
    memoryBytes: wholeNumber(budget.memory, "budget.memory", 1, 256 * MiB),
    inflightBytes: wholeNumber(budget.inflight, "budget.inflight", 1, 64 * MiB),
    diskBytes: budget.disk === undefined ? null : wholeNumber(budget.disk, "budget.disk", 0, 0),
    revalidate: oneOf(options.revalidate, "revalidate", ["never", "session", "always"], "session"),
    workerDeadlines: resolveDeadlines(options.workerDeadlines ?? {}),
  };
}

function resolveDeadlines(deadlines: Partial<WorkerDeadlines>): WorkerDeadlines {
  const path = "workerDeadlines";
  checkKeys(deadlines, Object.keys(defaultDeadlines), path);
  const { startMs, decodeMs, silenceMs } = deadlines;
  return {
    startMs: wholeNumber(startMs, `${path}.startMs`, 100, defaultDeadlines.startMs),
    decodeMs: wholeNumber(decodeMs, `${path}.decodeMs`, 100, defaultDeadlines.decodeMs),
    silenceMs: wholeNumber(silenceMs, `${path}.silenceMs`, 100, defaultDeadlines.silenceMs),
  };
}
