/** What must stay flat: peaks of every tier while far more is read than fits, and nothing left of what was aborted. */
import { expect, it } from "vitest";
import { createLoader, Engine, openDataset, openImage } from "../../../src/index.js";
import { behave, rawVolume, requestsBelow, serve } from "../../helpers/volumes.js";

const isLong = import.meta.env.MODE === "fuzz";
const brick = 16 ** 3;
const timeout = isLong ? 1_200_000 : 60_000;
const volume = { ...rawVolume, shape: [96, 128, 128], levels: 1 } as const;

it.each([
  ["cpu", true],
  ["cpu", false],
  ["webgpu", true],
] as const)(
  "keeps every tier within its budget, 20 times its memory (%s, memory shared: %s)",
  { timeout },
  async (backend, sharedMemory) => {
    const workers = 2;
    const memory = 18 * brick;
    const raw = await serve(volume);
    const dataset = await openDataset({
      raw,
      inputArrays: { raw: { shape: [16, 16, 16], scale: [10, 10, 10] } },
    });
    const loader = createLoader(dataset, {
      backend,
      sharedMemory,
      workers,
      batchSize: 4,
      iterationsPerEpoch: isLong ? 500 : 60,
      budget: { memory, gpu: 64 * brick, inflight: 6 * brick, disk: 0 },
    });
    for await (const batch of loader) batch.release();
    const { budget, chunkLoads } = loader.stats();
    expect(chunkLoads * brick).toBeGreaterThan(20 * memory);
    for (const { peakBytes, maxBytes } of Object.values(budget)) {
      expect(peakBytes).toBeLessThanOrEqual(maxBytes + (maxBytes === 0 ? 0 : workers * brick));
    }
    expect(budget.inflight.bytes).toBe(0);
    expect(budget.memory.parts.rendering).toBe(0);
    loader.dispose();
  },
);

it("leaves nothing of aborted reads behind", { timeout }, async () => {
  const url = await serve({ ...volume, shape: [64, 64, 64] });
  const engine = new Engine({ backend: "cpu", workers: 2, budget: { disk: 0, memory: 40 * brick } });
  const image = await openImage(url, { engine });
  // The workers run by now; before, there would be nothing to abort.
  await image.read({ center: [315, 315, 315], shape: [8, 8, 8], scale: [10, 10, 10] });
  await behave(url, { latencyMs: 30 });
  const unhandled: unknown[] = [];
  const note = (event: PromiseRejectionEvent): void => void unhandled.push(event.reason);
  addEventListener("unhandledrejection", note);
  const reason = new Error("looked elsewhere");
  let aborted = 0;
  const read = async (i: number): Promise<void> => {
    const controller = new AbortController();
    const center = [((i * 7) % 64) * 10, ((i * 13) % 64) * 10, ((i * 29) % 64) * 10] as const;
    const request = { center, shape: [8, 8, 8], scale: [10, 10, 10] } as const;
    const reading = image.read(request, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), i % 50);
    await reading.catch((error: unknown) => {
      expect(error).toBe(reason);
      aborted++;
    });
  };
  const count = isLong ? 10_000 : 600;
  for (let first = 0; first < count; first += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => read(first + i)));
    // What was read to its end must not spare the next ones their requests.
    engine.setBudget({ memory: 8 * brick });
    engine.setBudget({ memory: 40 * brick });
  }
  expect(aborted).toBeGreaterThan(count / 4);
  await expect.poll(() => engine.stats().budget.inflight.bytes, { timeout: 10_000 }).toBe(0);
  const { memory } = engine.stats().budget;
  expect(memory.parts.rendering ?? 0).toBe(0);
  // One that nobody shares, under way for long enough: its connection is closed.
  engine.setBudget({ memory: 8 * brick });
  engine.setBudget({ memory: 40 * brick });
  await behave(url, { latencyMs: 3000 });
  const before = (await requestsBelow(url)).length;
  const controller = new AbortController();
  const alone = image.read(
    { center: [315, 315, 315], shape: [64, 64, 64], scale: [10, 10, 10] },
    { signal: controller.signal },
  );
  alone.catch(() => {});
  await expect.poll(async () => (await requestsBelow(url)).length, { timeout: 5000 }).toBeGreaterThan(before);
  controller.abort(reason);
  await expect(alone).rejects.toBe(reason);
  await expect
    .poll(async () => (await requestsBelow(url)).some((request) => request.aborted), { timeout: 5000 })
    .toBe(true);
  await behave(url, {});
  expect(unhandled).toEqual([]);
  removeEventListener("unhandledrejection", note);
  // The tiers work as before, and no place in a queue was lost.
  const { mask } = await image.read({ center: [315, 315, 315], shape: [64, 64, 64], scale: [10, 10, 10] });
  expect(mask.every((inside) => inside === 1)).toBe(true);
  engine.dispose();
});
