/** The same batches from the workers and from the GPU. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DemoResult } from "../demo/headless.js";
import { type Demo, openDemo, runHeadless, sampleData } from "./demo-page.js";
import { comparePictures } from "./pictures.js";

let demo: Demo;

beforeAll(async () => {
  demo = await openDemo(await sampleData());
});
afterAll(() => demo.close());

async function finished(query: string): Promise<Extract<DemoResult, { done: true }>> {
  const result = await runHeadless(demo, query);
  if ("error" in result) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result;
}

test("cpu and webgpu show the same samples, labels and all", async () => {
  const cpu = await finished("batches=3&backend=cpu");
  const webgpu = await finished("batches=3&backend=webgpu");
  expect(cpu.figures).toMatchObject({ backend: "cpu", adapter: null, uploadedBytes: 0, gpuHits: 0 });
  expect(webgpu.figures).toMatchObject({ backend: "webgpu", adapter: expect.any(String) });
  expect(webgpu.figures.uploadedBytes).toBeGreaterThan(0);
  expect(webgpu.figures.gpuHits).toBeGreaterThan(0);
  for (const [name, share] of Object.entries(cpu.figures.labelVoxels)) {
    expect(webgpu.figures.labelVoxels[name], name).toBeCloseTo(share!, 3);
  }
  const difference = await comparePictures(demo.browser, [cpu.sheet, webgpu.sheet]);
  // Both round; a label at a tie may go either way, with its border.
  expect(difference.sameSize).toBe(true);
  expect(difference.mean).toBeLessThan(0.5);
  expect(difference.shareFarOff).toBeLessThan(0.002);
});

test("the same seed shows the same samples with another number of workers, another seed others", async () => {
  const one = await finished("batches=2&backend=cpu&workers=1");
  const three = await finished("batches=2&backend=cpu&workers=3");
  expect(three.sheet).toBe(one.sheet);
  const other = await finished("batches=2&backend=cpu&seed=7");
  expect(other.sheet).not.toBe(one.sheet);
});
