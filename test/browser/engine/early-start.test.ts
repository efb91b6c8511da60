/** Workers that are started while metadata is read: as many as will read, never more, and never for long. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { clearCache, createLoader, Engine, openDataset, openImage } from "../../../src/index.js";
import { numbered, serve } from "../../helpers/volumes.js";

const PageWorker = globalThis.Worker;
const request = { center: [0, 0, 0], shape: [2, 2, 2], scale: [10, 10, 10] } as const;
const inputArrays = { raw: { shape: [2, 2, 2], scale: [10, 10, 10] } } as const;

let made: Worker[] = [];
let ended: Worker[] = [];
/** Of the next workers, so many run a script that fails. */
let broken = 0;

beforeEach(() => {
  made = [];
  ended = [];
  broken = 0;
  globalThis.Worker = class extends PageWorker {
    constructor(script: string | URL, options?: WorkerOptions) {
      super(broken-- > 0 ? "data:text/javascript,throw new Error('broken')" : script, options);
      made.push(this);
    }
    override terminate(): void {
      ended.push(this);
      super.terminate();
    }
  };
});

afterEach(() => {
  vi.useRealTimers();
  globalThis.Worker = PageWorker;
});

it("starts them with an image, and its reads use these", async () => {
  const image = await openImage(await serve(numbered), { backend: "cpu", workers: 2 });
  expect(made).toHaveLength(2);
  await image.read(request);
  expect([made.length, ended.length]).toEqual([2, 0]);
  image.dispose();
  expect(ended).toEqual(made);
});

it("starts them with a dataset, for whichever engine reads first; what that one does not need ends", async () => {
  const spec = { raw: await serve(numbered), inputArrays, backend: "cpu", workers: 3 } as const;
  const [dataset] = await Promise.all([openDataset(spec), openDataset(spec)]);
  expect(made).toHaveLength(3);
  const loader = createLoader(dataset, { backend: "cpu", workers: 2, iterationsPerEpoch: 1 });
  for await (const batch of loader) batch.release();
  expect([made.length, ended.length]).toEqual([3, 1]);
  loader.dispose();
  expect(ended).toHaveLength(3);
});

it("starts none beside an engine: one that is given, one that has workers, one that makes its own", async () => {
  const url = await serve(numbered);
  const engine = new Engine({ backend: "cpu", workers: 1 });
  await openImage(url, { engine });
  await openDataset({ raw: url, inputArrays, engine });
  const createWorker = () => new Worker(new URL("../../../workers/chunk.worker.ts", import.meta.url));
  await openImage(url, { createWorker });
  expect(made).toHaveLength(0);
  const image = await openImage(url, { engine });
  await image.read(request);
  expect(made).toHaveLength(1);
  await openImage(url, { backend: "cpu", workers: 2 });
  expect(made).toHaveLength(1);
  engine.dispose();
  const other = await openImage(url, { backend: "cpu", workers: 2 });
  expect(made).toHaveLength(3);
  await other.read(request);
  other.dispose();
});

it("has them open the disk's slab, unless nothing is to be kept", async () => {
  const url = await serve(numbered);
  const folder = await navigator.storage.getDirectory();
  const hasSlab = async (): Promise<boolean> => {
    for await (const name of folder.keys()) if (name === "voxelfeed-cache.slab") return true;
    return false;
  };
  await vi.waitFor(async () => {
    await clearCache();
    expect(await hasSlab()).toBe(false);
  });
  const without = await openImage(url, { backend: "cpu", workers: 1, budget: { disk: 0 } });
  await without.read(request);
  without.dispose();
  expect(await hasSlab()).toBe(false);
  const image = await openImage(url, { backend: "cpu", workers: 1 });
  await vi.waitFor(async () => expect(await hasSlab()).toBe(true));
  await image.read(request);
  expect(image.stats().disk.faults).toBe(0);
  image.dispose();
});

it("ends them when nothing is read for ten seconds; later reads start their own", async () => {
  const url = await serve(numbered);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const image = await openImage(url, { backend: "cpu", workers: 2 });
  vi.advanceTimersByTime(9_000);
  expect([made.length, ended.length]).toEqual([2, 0]);
  vi.advanceTimersByTime(1_000);
  expect([made.length, ended.length]).toEqual([2, 2]);
  vi.useRealTimers();
  expect((await image.read(request)).data).toHaveLength(8);
  expect(made).toHaveLength(4);
  image.dispose();
});

it("replaces those that did not start", async () => {
  broken = 2;
  const image = await openImage(await serve(numbered), { backend: "cpu", workers: 2 });
  expect((await image.read(request)).data).toHaveLength(8);
  expect(made).toHaveLength(4);
  expect(image.stats().workers).toEqual({ lost: 2, isOnPage: false });
  image.dispose();
});

it("checks the engine's options before it starts anything", async () => {
  const raw = await serve(numbered);
  await expect(openDataset({ raw, inputArrays, workers: -1 })).rejects.toMatchObject({
    code: "invalid-option",
    message: expect.stringContaining("workers"),
  });
  expect(made).toHaveLength(0);
});
