import { expect, it } from "vitest";
import { Engine, openImage } from "../../../src/index.js";
import { numbered, serve } from "../../helpers/volumes.js";

function counted() {
  const made: Worker[] = [];
  const createWorker = (): Worker => {
    const worker = new Worker(new URL("../../../workers/chunk.worker.ts", import.meta.url), {
      type: "module",
    });
    made.push(worker);
    return worker;
  };
  return { made, createWorker };
}

it("starts the workers before anything is opened, and a read uses these", async () => {
  const { made, createWorker } = counted();
  const engine = new Engine({ backend: "cpu", workers: 2, createWorker });
  expect(made).toHaveLength(0);
  engine.start();
  await expect.poll(() => made.length).toBe(2);
  const image = await openImage(await serve(numbered), { engine });
  await image.read({ center: [0, 0, 0], shape: [2, 2, 2], scale: [10, 10, 10] });
  engine.start();
  expect(made).toHaveLength(2);
  engine.dispose();
});

it("starts none once it is disposed", async () => {
  const { made, createWorker } = counted();
  const engine = new Engine({ backend: "cpu", workers: 2, createWorker });
  engine.dispose();
  engine.start();
  await new Promise((done) => setTimeout(done, 200));
  expect(made).toHaveLength(0);
});
