/**
 * A loader whose server fails: every batch is delivered, in order and bit for bit, or one typed error comes in time.
 * Seeds are fixed; `npm run fuzz` runs more and longer ones.
 */
import { setMaxListeners } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openDataset } from "../../src/dataset/open.js";
import { createLoader } from "../../src/loader/loader.js";
import { samplers } from "../../src/sampling/samplers.js";
import type { Vec3 } from "../../src/types.js";
import type { Timeouts } from "../../src/zarr/timeouts.js";
import { type FixtureOptions, writeVolume } from "../helpers/fixtures.js";
import { type FaultKind, type FaultServer, faultKinds, startFaultServer } from "./fault-server.js";
import { inProcessWorker } from "./in-process-worker.js";

const isLong = import.meta.env.MODE === "fuzz";
const seeds = isLong ? [1, 2, 3, 4, 5] : [1];

let server: FaultServer;
beforeAll(async () => {
  // Dozens of requests listen to one signal here, which Node takes for a leak.
  setMaxListeners(0);
  server = await startFaultServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
  server.script = () => null;
  server.isDown = false;
});
afterEach(() => vi.unstubAllGlobals());

interface Volume {
  readonly options: FixtureOptions;
  readonly patch: Vec3;
  readonly chunks: number;
}

/** Chunks of 8³ voxels, read 2 × 2 × 4 at a time. */
function volume(options: Partial<FixtureOptions>): Volume {
  const shape: Vec3 = isLong ? [80, 80, 160] : [32, 48, 64];
  const chunks = shape.reduce((product, size) => product * (size / 8), 1);
  return {
    options: { shape, chunk: [8, 8, 8], compressor: "gzip", ...options },
    patch: [16, 16, 32],
    chunks,
  };
}

async function upload({ options }: Volume): Promise<void> {
  const files = await writeVolume(options);
  server.files = new Map([...files].map(([path, bytes]) => [`v/${path}`, bytes]));
}

/** A loader's whole epoch; `failed` is the error that ended it. */
async function run({ patch }: Volume, timeouts: Timeouts, batchSize: number) {
  server.forgetRequests();
  const dataset = await openDataset({
    raw: { url: `${server.url}/v`, timeouts },
    classes: null,
    inputArrays: { raw: { shape: patch, scale: [10, 10, 10], dtype: "uint8", interpolation: "nearest" } },
  });
  const opening = server.requests();
  const loader = createLoader(dataset, {
    backend: "cpu",
    workers: 2,
    createWorker: inProcessWorker,
    budget: { disk: 0 },
    sampler: samplers.grid(),
    batchSize,
  });
  const batches: Uint8Array[] = [];
  let failed: unknown;
  const start = performance.now();
  try {
    for await (const batch of loader) {
      batches.push((await batch.arrays.raw!.data()) as Uint8Array);
      batch.release();
    }
  } catch (error) {
    failed = error;
  } finally {
    loader.dispose();
    dataset.dispose();
  }
  return { batches, failed, ms: performance.now() - start, requests: server.requests() - opening };
}

const isChunk = (path: string) => /\/s0\/.*\d$/.test(path);

describe("20 % mixed transient faults", () => {
  const timeouts = { headerMs: 400, idleMs: 400, totalMs: isLong ? 20_000 : 8000 };
  const kinds: [string, Partial<FixtureOptions>][] = [
    ["objects", {}],
    ["shards", { zarr: 3, shard: { shape: [16, 16, 32] } }],
  ];

  it.each(kinds)(
    "%s",
    async (_, options) => {
      const data = volume(options);
      await upload(data);
      const ideal = await run(data, timeouts, 5);
      expect(ideal.failed).toBeUndefined();
      for (const seed of seeds) {
        server.script = (path) => (isChunk(path) ? { seed, rate: 0.2, kinds: faultKinds } : null);
        const faulty = await run(data, timeouts, 5);
        expect(faulty.failed).toBeUndefined();
        expect(faulty.batches.length).toBe(ideal.batches.length);
        for (const [i, batch] of faulty.batches.entries()) {
          expect(Buffer.compare(batch, ideal.batches[i]!), `batch ${i}`).toBe(0);
        }
        expect(faulty.requests).toBeGreaterThan(1.1 * ideal.requests);
        expect(faulty.requests).toBeLessThanOrEqual(1.6 * ideal.requests);
      }
    },
    isLong ? 900_000 : 60_000,
  );
});

describe("faults that never pass", () => {
  const timeouts = { headerMs: 500, idleMs: 500, totalMs: 2000 };
  const code: Readonly<Record<FaultKind, string>> = {
    status: "http",
    reset: "network",
    break: "network",
    truncate: "decode",
    "stall before": "timeout",
    "stall within": "timeout",
    drip: "timeout",
    "other range": "http",
    page: "http",
    oversize: "decode",
  };

  it.each(faultKinds)("%s: one typed error within the deadline", async (kind) => {
    const data = volume({});
    await upload(data);
    server.script = (path) => (isChunk(path) ? { seed: 1, rate: 1, kinds: [kind] } : null);
    const { failed, ms, batches } = await run(data, timeouts, 2);
    expect(batches).toEqual([]);
    expect(failed).toMatchObject({
      code: code[kind],
      array: "s0",
      level: 0,
      attempts: expect.any(Number),
      url: expect.stringContaining(`${server.url}/v/s0/`),
      chunk: expect.any(Array),
    });
    expect(ms).toBeLessThan(timeouts.totalMs + 1000);
  });
});

it(
  "a server that is down is not stormed, and what was wanted of it comes when it is back",
  async () => {
    const downMs = isLong ? 20_000 : 4000;
    const data: Volume = { ...volume({ shape: [32, 32, 32] }), patch: [32, 32, 32], chunks: 64 };
    await upload(data);
    server.script = () => null;
    const opened = run(data, { totalMs: 60_000 }, 1);
    await vi.waitFor(() => expect(server.requests()).toBeGreaterThan(2), { interval: 1 });
    server.isDown = true;
    const before = server.requests();
    await new Promise((done) => setTimeout(done, downMs));
    const during = server.requests() - before;
    server.isDown = false;
    const { failed, requests, batches } = await opened;
    expect(failed).toBeUndefined();
    expect(batches).toHaveLength(1);
    expect(during).toBeGreaterThan(64);
    expect(requests).toBeLessThanOrEqual(400);
  },
  isLong ? 120_000 : 60_000,
);
