/** Pages that may not start workers: the same results, on the page's own thread. */
import { afterEach, expect, it, vi } from "vitest";
import { createLoader, type LoaderOptions, openDataset, targets, values } from "../../src/index.js";
import { serveCrop } from "../helpers/volumes.js";

afterEach(() => {
  vi.restoreAllMocks();
});

const spec = {
  inputArrays: { raw: { shape: [16, 16, 16], scale: [10, 10, 10] } },
  targetArrays: { labels: { shape: [16, 16, 16], scale: [10, 10, 10] } },
} as const;

/** As a browser refuses: a sandboxed frame, or a page from a file. */
function forbidden(): Worker {
  throw new DOMException("Script cannot be accessed from origin 'null'.", "SecurityError");
}

async function epoch(options: LoaderOptions) {
  const { raw, target } = await serveCrop();
  const loader = createLoader(await openDataset({ raw, target, ...spec }), {
    backend: "cpu",
    batchSize: 2,
    seed: 11,
    spatialTransforms: { rotate: { axes: { z: [-180, 180] } } },
    rawValueTransforms: [values.normalize(), values.gaussianBlur([0.5, 1])],
    targetTransforms: [targets.erode({ steps: 1 })],
    iterationsPerEpoch: 4,
    ...options,
  });
  const found: unknown[] = [];
  for await (const { arrays, release } of loader) {
    for (const array of Object.values(arrays)) {
      found.push((await array.data()).slice(), (await array.mask?.data())?.slice());
    }
    release();
  }
  const stats = loader.stats();
  loader.dispose();
  return { found, stats };
}

it("renders, augments and transforms the same without workers, and says so once", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  const inWorkers = await epoch({ workers: 2 });
  expect(warned).not.toHaveBeenCalled();
  const onPage = await epoch({ workers: 2, createWorker: forbidden });
  expect(onPage.found).toEqual(inWorkers.found);
  expect(onPage.found.length).toBe(16);
  expect(inWorkers.stats.workers).toEqual({ lost: 0, isOnPage: false });
  expect(onPage.stats.workers).toEqual({ lost: 0, isOnPage: true });
  expect(warned).toHaveBeenCalledTimes(1);
  expect(warned.mock.calls[0]![0]).toMatch(/may not start workers.*origin 'null'/);
});

it("works in slices: timers of the page run while it renders", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await epoch({ createWorker: forbidden });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
});
