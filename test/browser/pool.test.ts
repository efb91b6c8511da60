/** Workers that are not there, and the errors that cross from those that are. */
import { expect, it } from "vitest";
import { openImage } from "../../src/index.js";
import { serve } from "../helpers/volumes.js";

const request = { center: [35, 35, 35], shape: [8, 8, 8], scale: [10, 10, 10] } as const;
const volume = { shape: [16, 16, 16] } as const;

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

it("uses the worker that createWorker makes, as often as `workers` says", async () => {
  let made = 0;
  const image = await openImage(await serve(volume), {
    backend: "cpu",
    workers: 3,
    createWorker: () => {
      made++;
      return new Worker(new URL("../../workers/chunk.worker.ts", import.meta.url), { type: "module" });
    },
  });
  await image.read(request);
  expect(made).toBe(3);
  image.dispose();
  await expect(image.read(request)).rejects.toMatchObject({ code: "disposed" });
});
