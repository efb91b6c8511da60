import { wrap } from "comlink";
import { expect, it } from "vitest";
import { defaultDeadlines } from "../../../src/pool/deadlines.js";
import { newLives, PoolWorker } from "../../../src/pool/pool-worker.js";
import type { ChunkWorkerApi, LoadCall } from "../../../src/pool/protocol.js";
import type { Thread } from "../../../src/pool/thread.js";
import { Signs } from "../../../workers/signs.js";
import { inProcessWorker } from "../../faults/in-process-worker.js";

function openWorker(): PoolWorker {
  const worker = inProcessWorker();
  const thread: Thread = {
    api: wrap<ChunkWorkerApi>(worker),
    failed: new Promise(() => {}),
    terminate: () => worker.terminate(),
  };
  const coalesce = { maxGap: 0, maxBytes: 1 };
  const settings = {
    workers: 1,
    renders: false,
    diskBytes: 0,
    writeBytes: 0,
    revalidate: "session" as const,
    coalesce,
  };
  const events = { started: () => {}, lost: () => {}, wrote: () => {} };
  return new PoolWorker(0, thread, settings, defaultDeadlines, events);
}

const call = (number: number, encoded?: ArrayBuffer): LoadCall => ({
  call: number,
  address: { array: 7, brick: [0, 0, 0] },
  priority: "training",
  isFirst: true,
  ...(encoded && { encoded }),
});

it("answers each load that goes in one message with others", async () => {
  const worker = openWorker();
  const loads = [1, 2].map((number) => worker.load(call(number), [], newLives()));
  expect(worker.loads).toBe(2);
  for (const load of loads) await expect(load).rejects.toThrow("Array 7 was never defined");
  expect(worker.loads).toBe(0);
  worker.terminate(new Error("done"));
});

it("rejects loads that cannot be sent, instead of waiting for their answer", async () => {
  const worker = openWorker();
  const gone = new ArrayBuffer(4);
  structuredClone(gone, { transfer: [gone] });
  const loads = [worker.load(call(1), [], newLives()), worker.load(call(2, gone), [gone], newLives())];
  for (const load of loads) await expect(load).rejects.toMatchObject({ code: "worker" });
  expect(worker.loads).toBe(0);
  worker.terminate(new Error("done"));
});

it("rejects loads that wait to be sent when the worker is ended", async () => {
  const worker = openWorker();
  const load = worker.load(call(1), [], newLives());
  worker.terminate(new Error("The engine was disposed."));
  await expect(load).rejects.toThrow("The engine was disposed.");
});

it("tells of many loads in several messages, so that the page has several tasks of them", async () => {
  const { port1, port2 } = new MessageChannel();
  const told: number[][] = [];
  const all = new Promise<void>((resolve) => {
    port2.onmessage = ({ data }) => {
      told.push(data.loaded.map(([call]: [number]) => call));
      if (told.flat().length === 20) resolve();
    };
  });
  const signs = new Signs(port1);
  for (let call = 0; call < 20; call++) signs.loaded(call, { ok: false, error: {} } as never);
  await all;
  expect(told.map(({ length }) => length)).toEqual([8, 8, 4]);
  expect(told.flat()).toEqual(Array.from({ length: 20 }, (_, i) => i));
  port1.close();
});

it("tells of loads that end together in one message, and before the next chunk is decoded", async () => {
  const { port1, port2 } = new MessageChannel();
  const told: unknown[] = [];
  const third = new Promise<void>((resolve) => {
    port2.onmessage = ({ data }) => {
      told.push(data);
      if (told.length === 3) resolve();
    };
  });
  const failed = { ok: false, error: { name: "Error", message: "no" } } as never;
  const signs = new Signs(port1);
  signs.loaded(1, failed);
  signs.loaded(2, failed);
  signs.decodes(3);
  signs.loaded(3, failed);
  await new Promise((resolve) => setTimeout(resolve, 10));
  signs.wrote(5);
  await third;
  expect(told).toEqual([
    {
      decodes: 3,
      loaded: [
        [1, failed],
        [2, failed],
      ],
    },
    { loaded: [[3, failed]] },
    { writesLeft: 5, loaded: [] },
  ]);
  port1.close();
});
