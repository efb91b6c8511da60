/** Options of an engine, checked and with their defaults. */
import { maxHeaps } from "../gpu/max-heaps.js";
import { GiB, MiB } from "../math/bytes.js";
import { checkKeys, flag, invalid, oneOf, wholeNumber } from "../options.js";
import { defaultDeadlines, type WorkerDeadlines } from "../pool/deadlines.js";
import { spawnWorker } from "../pool/spawn.js";
import type { Budget, CoalesceOptions, Revalidate } from "../types.js";

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
  /** How ranges of one object that are asked for together become one request. */
  readonly coalesce?: CoalesceOptions;
  /** When chunks on the disk are checked against the server. Default `session`. */
  readonly revalidate?: Revalidate;
  /**
   * Whether decoded chunks lie in memory that all workers share (`SharedArrayBuffer`), where the page is cross-origin isolated.
   * Elsewhere there is no such memory, and workers give each other copies; the results are the same. Default true.
   */
  readonly sharedMemory?: boolean;
  /** When a worker is given up and replaced, in milliseconds that the page was awake. */
  readonly workerDeadlines?: Partial<WorkerDeadlines>;
}

export const engineOptionNames = [
  "backend",
  "device",
  "workers",
  "createWorker",
  "budget",
  "coalesce",
  "revalidate",
  "sharedMemory",
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
  /** The memory budget that choices follow from which must not depend on the device: as given, else 256 MiB. */
  readonly nominalMemoryBytes: number;
  readonly inflightBytes: number;
  /** Null: what the browser grants decides. */
  readonly diskBytes: number | null;
  readonly coalesce: CoalesceOptions;
  readonly revalidate: Revalidate;
  readonly sharedMemory: boolean;
  readonly workerDeadlines: WorkerDeadlines;
}

/** @throws VoxelfeedError `unknown-option`, `invalid-option` */
export function checkBudget(budget: Budget): Budget {
  return checkBytes(budget, { gpu: 1, memory: 1, disk: 0, inflight: 1 }, "budget");
}

/** @param least by name of an option, the fewest bytes that it may be */
function checkBytes<Sizes extends object>(
  sizes: Sizes,
  least: Readonly<Record<keyof Sizes & string, number>>,
  path: string,
): Sizes {
  checkKeys(sizes, Object.keys(least), path);
  for (const [name, bytes] of Object.entries(sizes)) {
    if (bytes !== undefined) wholeNumber(bytes, `${path}.${name}`, least[name as keyof typeof least], 0);
  }
  return sizes;
}

/** Half a GiB, or less where the device cannot bind so much or has little memory, which it usually shares with the GPU. */
function defaultGpuBytes(device: GPUDevice | undefined): number {
  const most = deviceShare(1 / 8, 512 * MiB, 128 * MiB, 512 * MiB);
  if (device === undefined) return most;
  return Math.min(most, maxHeaps * device.limits.maxStorageBufferBindingSize);
}

/** A part of the device's memory within bounds; `unknown` where the browser does not tell it. */
function deviceShare(part: number, unknown: number, least: number, most: number): number {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  if (deviceMemory === undefined) return unknown;
  return Math.min(Math.max(deviceMemory * GiB * part, least), most);
}

/** @throws VoxelfeedError `unknown-option`, `invalid-option` */
export function resolveEngineOptions(options: EngineOptions): ResolvedEngineOptions {
  const budget = checkBudget(options.budget ?? {});
  const { createWorker = spawnWorker } = options;
  if (typeof createWorker !== "function") throw invalid("createWorker", "a function", createWorker);
  return {
    backend: oneOf(options.backend, "backend", ["auto", "webgpu", "cpu"], "auto"),
    device: options.device,
    workers: wholeNumber(options.workers, "workers", 1, Math.min(4, navigator.hardwareConcurrency || 2), 64),
    createWorker,
    gpuBytes: budget.gpu ?? defaultGpuBytes(options.device),
    memoryBytes: budget.memory ?? deviceShare(1 / 16, 256 * MiB, 128 * MiB, 512 * MiB),
    nominalMemoryBytes: budget.memory ?? 256 * MiB,
    inflightBytes: budget.inflight ?? 64 * MiB,
    diskBytes: budget.disk ?? null,
    coalesce: checkBytes(options.coalesce ?? {}, { gapBytes: 0, maxBytes: 0 }, "coalesce"),
    revalidate: oneOf(options.revalidate, "revalidate", ["never", "session", "always"], "session"),
    sharedMemory: flag(options.sharedMemory, "sharedMemory", true),
    workerDeadlines: resolveDeadlines(options.workerDeadlines ?? {}),
  };
}

function resolveDeadlines(deadlines: Partial<WorkerDeadlines>): WorkerDeadlines {
  const path = "workerDeadlines";
  const names = Object.keys(defaultDeadlines) as (keyof WorkerDeadlines)[];
  checkKeys(deadlines, names, path);
  const resolved = names.map((name) => [
    name,
    wholeNumber(deadlines[name], `${path}.${name}`, 100, defaultDeadlines[name]),
  ]);
  return Object.fromEntries(resolved);
}
