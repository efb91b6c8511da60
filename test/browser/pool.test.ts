/** Workers that are not there, die or get stuck, and the errors that cross from those that live. */

import { expect, inject, it } from "vitest";
import { registry } from "zarrita";
import { isVoxelfeedError, openImage } from "../../src/index.js";
import { upload, writeVolume } from "../helpers/fixtures.js";
import { behave, freshName, serve } from "../helpers/volumes.js";

const request = { center: [35, 35, 35], shape: [8, 8, 8], scale: [10, 10, 10] } as const;
const volume = { shape: [16, 16, 16] } as const;

/** Our worker, but for what it ends itself at: see mortal.worker.ts. */
const mortal = (method: "start" | "run" | "render" | "nothing"): Worker =>
  new Worker(new URL("./mortal.worker.ts", import.meta.url), { type: "module", name: method });

it("rejects with `worker` when the script throws at its start, instead of waiting for ever", async () => {
  const script = URL.createObjectURL(new Blob(["throw new Error('boom')"], { type: "text/javascript" }));
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    createWorker: () => new Worker(script, { type: "module" }),
  });
  await expect(image.read(request)).rejects.toMatchObject({ code: "worker", message: /boom.*createWorker/s });
  await expect(image.read(request)).rejects.toMatchObject({ code: "worker" });
  image.dispose();
});

it("rejects with `worker` when the script is not there", async () => {
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    createWorker: () => new Worker("/no/such/worker.js?worker_file&type=module", { type: "module" }),
  });
  await expect(image.read(request)).rejects.toMatchObject({ code: "worker", message: /could not be loaded/ });
  image.dispose();
});

it("rejects with `worker` when the script never answers, after the deadline", async () => {
  const script = URL.createObjectURL(new Blob(["// says nothing"]));
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    createWorker: () => new Worker(script),
    workerDeadlines: { startMs: 300 },
  });
  await expect(image.read(request)).rejects.toMatchObject({
    code: "worker",
    message: /did not start within 300 ms/,
  });
  image.dispose();
});

it("rejects with `worker` and its cause when createWorker itself fails", async () => {
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    createWorker: () => {
      throw new Error("no workers today");
    },
  });
  await expect(image.read(request)).rejects.toMatchObject({ code: "worker", message: /no workers today/ });
  image.dispose();
});

it("starts again where a worker did not start", async () => {
  let made = 0;
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    workers: 1,
    createWorker: () => mortal(made++ < 2 ? "start" : "nothing"),
  });
  expect((await image.read(request)).data.length).toBe(512);
  expect(made).toBe(3);
  image.dispose();
});

it("uses the worker that createWorker makes, as often as `workers` says", async () => {
  let made = 0;
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    workers: 3,
    createWorker: () => {
      made++;
      return mortal("nothing");
    },
  });
  await image.read(request);
  expect(made).toBe(3);
  image.dispose();
  await expect(image.read(request)).rejects.toMatchObject({ code: "disposed" });
});

for (const [what, method] of [
  ["load", "run"],
  ["render", "render"],
] as const) {
  it(`sends a ${what} that is lost with its worker again`, async () => {
    const url = await serve(volume);
    const reference = await openImage(url, { backend: "cpu" });
    let made = 0;
    const image = await openImage(url, {
      backend: "cpu",
      workers: 1,
      createWorker: () => mortal(made++ < 2 ? method : "nothing"),
    });
    expect(await image.read(request)).toEqual(await reference.read(request));
    expect(image.stats().workers).toEqual({ lost: 2, isOnPage: false });
    // What waited for the disk went with the worker.
    const kept = ({ writes: _, ...parts }: Readonly<Record<string, number>>) => parts;
    const [there, wanted] = [image, reference].map((opened) => kept(opened.stats().budget.memory.parts));
    expect(there).toEqual(wanted);
    image.dispose();
    reference.dispose();
  });

  it(`gives up a ${what} that takes three workers with it`, async () => {
    const image = await openImage(await serve(volume), {
      backend: "cpu",
      workers: 1,
      createWorker: () => mortal(method),
    });
    await expect(image.read(request)).rejects.toMatchObject({ code: "worker", attempts: 3 });
    expect(image.stats().workers.lost).toBe(3);
    image.dispose();
  });
}

it("replaces a worker that does not come back from a chunk: that one is a `decode` error, the others arrive", async () => {
  // The codec of test/browser/stuck-codec.worker.ts: for ever in chunks that begin with 77.
  registry.set("numcodecs.test.stuck", () => Promise.reject(new Error("the page decodes nothing")));
  const files = await writeVolume({
    shape: [32, 16, 16],
    chunk: [8, 8, 8],
    value: (z, y, x) => (z === 16 && y === 8 && x === 0 ? 77 : 1 + ((z + y + x) % 50)),
  });
  const metadata = new TextDecoder().decode(files.get("s0/.zarray"));
  const stuck = metadata.replace(/"compressor":\s*null/, '"compressor":{"id":"test.stuck"}');
  expect(stuck).not.toBe(metadata);
  files.set("s0/.zarray", new TextEncoder().encode(stuck));
  const url = await upload(inject("testServer"), freshName("stuck"), files);
  const image = await openImage(url, {
    backend: "cpu",
    workers: 1,
    createWorker: () => {
      return new Worker(new URL("./stuck-codec.worker.ts", import.meta.url), { type: "module" });
    },
    workerDeadlines: { decodeMs: 600 },
  });
  const read = (z: number) =>
    image.read({ center: [10 * (z + 3.5), 115, 35], shape: [8, 8, 8], scale: [10, 10, 10] });
  const outcomes = await Promise.allSettled([0, 8, 16, 24].map(read));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  const error = {
    code: "decode",
    message: /not decoded within 600 ms/,
    array: "s0",
    level: 0,
    chunk: [2, 1, 0],
    url: expect.stringContaining("stuck"),
  };
  expect((outcomes[2] as PromiseRejectedResult).reason).toMatchObject(error);
  const { data } = (outcomes[3] as PromiseFulfilledResult<Awaited<ReturnType<typeof read>>>).value;
  expect(data[0]).toBe(1 + ((24 + 8) % 50));
  expect(image.stats().workers.lost).toBe(1);
  // Nobody tries it again.
  await expect(read(16)).rejects.toMatchObject(error);
  expect(image.stats().workers.lost).toBe(1);
  image.dispose();
});

it("brings an error from a worker whole: code, place, status and attempts", async () => {
  const url = await serve({ shape: [16, 16, 16], zarr: 3 });
  await behave(`${url}/s0/c`, { status: 403 });
  const image = await openImage(url, { backend: "cpu" });
  const error = await image.read(request).catch((caught: unknown) => caught);
  expect(isVoxelfeedError(error, "forbidden")).toBe(true);
  expect(error).toMatchObject({ status: 403, url: expect.stringContaining("/s0/c/0/0/0"), retryable: false });
  expect((error as Error).stack).toMatch(/\n/);
  image.dispose();
});
