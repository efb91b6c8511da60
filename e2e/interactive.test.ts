/** The page in a visitor's hands. */
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Demo, newPage, openDemo, sampleData } from "./demo-page.js";

let demo: Demo;
let page: Page;

beforeAll(async () => {
  demo = await openDemo(await sampleData());
});
afterAll(() => demo.close());
afterEach(async () => {
  demo.latencyMs = 0;
  await page.close();
});

const status = (): Promise<string | null> => page.locator("#status").textContent();
const cards = () => page.locator(".card");
const figure = (label: string) =>
  page.locator("#figures .big div", { hasText: new RegExp(`${label}$`) }).locator("b");
const isLabelled = { timeout: 30_000 };

async function pause(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}

test("Start shows batches with their labels, and figures that move", async () => {
  page = await newPage(demo);
  expect(await status()).toBe("Nothing is loading.");
  await page.click("#start");
  await cards().nth(7).waitFor(isLabelled);
  expect(await page.locator("#legend button").allTextContents()).toEqual([
    "cytoplasm",
    "membrane",
    "lumen",
    "mito",
  ]);
  const caption = await cards().first().locator("figcaption span").allTextContents();
  expect(caption).toEqual([
    expect.stringMatching(/^-?\d+, -?\d+, -?\d+ nm$/),
    expect.stringMatching(/^batch \d+$/),
    expect.stringMatching(/(^| · )rotated -?[\d.]+° about z$/),
    expect.stringMatching(/^crop\d · level s0/),
  ]);
  expect(await cards().first().locator("canvas").count()).toBe(2);

  const before = Number(await figure("batches").textContent());
  await expect
    .poll(async () => Number(await figure("batches").textContent()), isLabelled)
    .toBeGreaterThan(before);
  expect(await page.locator("#figures").textContent()).toMatch(/Network[\d.]+ MiB/);
  expect(await page.locator("#figures").textContent()).toMatch(/BackendCPU/);

  await page.click("#stop");
  await expect.poll(status).toMatch(/^Stopped after \d+ batches\.$/);
  expect(await cards().count()).toBeLessThanOrEqual(24);
  expect(await page.locator("#problem").isVisible()).toBe(false);
});

test("the legend hides a class, the slider all of them", async () => {
  page = await newPage(demo, "?batches=1");
  await page.click("#start");
  await cards().nth(3).waitFor(isLabelled);
  await expect.poll(status).toMatch(/^Done/);
  const colouredVoxels = () =>
    page.evaluate(() => {
      const canvas = document.querySelectorAll(".card canvas")[1] as HTMLCanvasElement;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        const channels = [data[i]!, data[i + 1]!, data[i + 2]!];
        if (Math.max(...channels) - Math.min(...channels) > 20) count++;
      }
      return count;
    });
  const all = await colouredVoxels();
  expect(all).toBeGreaterThan(1000);
  await page.click("#legend button >> nth=0");
  await expect.poll(colouredVoxels).toBeLessThan(all / 2);
  await page.locator("#opacity").fill("0");
  await expect.poll(colouredVoxels).toBe(0);
});

test("Stop ends the requests that are still to come", async () => {
  page = await newPage(demo);
  demo.latencyMs = 250;
  await page.click("#start");
  const chunks = () => demo.requests.filter((url) => /\/\d+\/\d+\/\d+$/.test(url)).length;
  await expect.poll(chunks, isLabelled).toBeGreaterThan(6);
  await page.click("#stop");
  await expect.poll(status).toMatch(/^Stopped after 0 batches/);
  const asked = demo.requests.length;
  await pause(1500);
  expect(demo.requests.length).toBe(asked);
  expect(await page.locator("#start").isEnabled()).toBe(true);
});

test("starts again after it was stopped", async () => {
  page = await newPage(demo);
  await page.click("#start");
  await page.click("#stop");
  await expect.poll(status).toMatch(/^Stopped/);
  await page.click("#start");
  await cards().first().waitFor(isLabelled);
});

test("an image without labels gives raw batches", async () => {
  page = await newPage(demo, "?batches=2");
  const csv = await (await fetch(`${demo.url}data/datasplit.csv`)).text();
  const [, container, image] = csv.split("\n")[0]!.split(",");
  await page.fill("[name=source]", `/data/${container}/${image}`);
  await page.click("#start");
  await cards().nth(3).waitFor(isLabelled);
  expect(await cards().first().locator("canvas").count()).toBe(1);
  expect(await page.locator("#legend button").count()).toBe(0);
});

describe("what is wrong is said in the page", () => {
  test.each([
    ["an image that is not there", { source: "/data/nowhere.zarr/raw" }, "not-found", "Check the address"],
    ["a table that is not there", { source: "/data/nowhere.csv" }, "not-found", "Check the address"],
    ["no web address", { source: "ftp://example.org/a.zarr" }, "invalid-option", "Correct the field"],
    ["a server that does not answer", { source: "http://127.0.0.1:9/a.zarr" }, "network", "CORS"],
    ["no number", { seed: "", shape: "a, b" }, "invalid-option", "Correct the field"],
    ["a batch of no samples", { batchSize: "0" }, "invalid-option", "Correct the field"],
  ])("%s", async (_, fields, code, advice) => {
    page = await newPage(demo);
    // The browser's own checks come first; here it is the page's that are wanted.
    await page.locator("#settings").evaluate((form: HTMLFormElement) => {
      form.noValidate = true;
    });
    for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
    await page.click("#start");
    const problem = page.locator("#problem");
    await problem.waitFor(isLabelled);
    expect(await problem.locator("code").textContent()).toBe(code);
    expect(await problem.textContent()).toContain(advice);
    expect(await status()).toBe("It failed.");
    expect(await page.locator("#start").isEnabled()).toBe(true);
  });
});
