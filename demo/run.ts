/** One run: open the source, then take batches until enough have come or somebody stops it. */
import { type Batch, createLoader, type Dataset, type Loader } from "../src/index.js";
import type { Settings } from "./settings.js";
import { openSource, spatialTransforms } from "./source.js";

export interface RunEvents {
  /** The source is open and the loader made; nothing was read yet. */
  opened(dataset: Dataset, loader: Loader): void;
  /** Which backend and GPU were chosen. */
  chosen(adapter: string | null): void;
  /** The batch is released when this is done. */
  batch(batch: Batch, dataset: Dataset): Promise<void>;
  /** The last batch has come, or the run was stopped or failed: the last moment to ask the loader. */
  ended(): void;
}

/** @throws what opening and loading throw; the signal's reason when it aborts */
export async function run(settings: Settings, signal: AbortSignal, events: RunEvents): Promise<void> {
  const { dataset } = await openSource(settings, signal);
  const { batchSize, seed, backend, workers } = settings;
  const loader = createLoader(dataset, {
    batchSize,
    seed,
    backend,
    signal,
    spatialTransforms: spatialTransforms(settings),
    ...(workers !== null && { workers }),
  });
  try {
    events.opened(dataset, loader);
    const device = await loader.device();
    events.chosen(adapterName(device));
    let left = settings.batches ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      for await (const batch of loader) {
        try {
          // A batch counts when it is made, not when the GPU was asked for it; nor is more asked than it can do.
          await device?.queue.onSubmittedWorkDone();
          await events.batch(batch, dataset);
        } finally {
          batch.release();
        }
        if (--left <= 0) break;
      }
    }
  } finally {
    events.ended();
    loader.dispose();
    dataset.dispose();
  }
}

function adapterName(device: GPUDevice | null): string | null {
  if (device === null) return null;
  const { description, vendor, architecture } = device.adapterInfo;
  return description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed";
}
